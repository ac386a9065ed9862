import { type Choice, EVERYTHING } from '../../catalog/choice.ts'
import { credentialOf } from '../../catalog/credential-store.ts'
import { shopCalled } from '../../catalog/store.ts'
import { isShadow } from '../../channel/shadow-store.ts'
import { TrueupError } from '../../kernel/error.ts'
import { type DeedDeps, REASON } from './deeds.ts'
import type { Difference } from './difference.ts'

type Shop = {
  code: string
  name: string
  url: string
  accessScope?: string
  tokenKind: 'static' | 'client_credentials' | 'refresh_token'
  clientId: string | null
  choice: Choice | null
  written: string
  isMerged: boolean
  searchLagSeconds: number
}

/** Connects a shop, or gives it what the file says; that it may be written to means in shadow first, where it never was. */
export async function setShop(deps: DeedDeps, { kind, item, fields }: Difference): Promise<void> {
  const { code, name, url, accessScope, tokenKind, choice, written, isMerged, searchLagSeconds } = item.value as Shop
  const changed = (...names: string[]) => fields.some(({ field }) => names.includes(field))
  if (kind === 'add' || changed('name', 'url', 'token')) {
    const known = await shopCalled(deps.tx, code)
    const token = deps.secretOf('token') ?? deps.unsealed(known?.tokenSealed ?? null)
    if (token === null && tokenKind === 'static') throw tokenMissing(code)
    const scope = kind === 'add' && accessScope !== undefined ? { accessScope } : {}
    await deps.call('POST', '/shops', { body: { code, name, url, ...(token === null ? {} : { token }), ...scope } })
  }
  if (kind === 'change' && changed('accessScope'))
    await deps.call('PUT', '/shops/:code/access-scope', { params: { code }, body: { accessScope, reason: REASON } })
  const shop = accessScope === 'read_and_write' && changed('accessScope') ? await shopCalled(deps.tx, code) : null
  if (shop !== null && (await isShadow(deps.tx, shop.shopId)))
    deps.warn(
      `${code} runs in shadow: nothing is written there before somebody has seen what going live changes (trueup shop live ${code}).`,
    )
  if (changed('tokenKind', 'clientId', 'clientSecret', 'refreshToken')) await setCredential(deps, item.value as Shop)
  // What would leave the choice has levels in the shop: the route asks what becomes of them, and a file cannot answer.
  if (changed('choice'))
    await deps.call('PUT', '/shops/:code/choice', { params: { code }, body: { choice: choice ?? EVERYTHING, reason: REASON } })
  const isUsual = written === 'available' && isMerged && searchLagSeconds === SEARCH_LAG_SECONDS
  if (kind === 'add' ? !isUsual : changed('written', 'isMerged', 'searchLagSeconds'))
    await deps.call('PUT', '/shops/:code/publishing', { params: { code }, body: { written, isMerged, searchLagSeconds, reason: REASON } })
}

async function setCredential(deps: DeedDeps, { code, tokenKind: kind, clientId }: Shop): Promise<void> {
  const shop = await shopCalled(deps.tx, code)
  const kept = shop && (await credentialOf(deps.tx, shop.shopId))
  const clientSecret = deps.secretOf('clientSecret') ?? deps.unsealed(kept?.clientSecretSealed ?? null)
  const refreshToken = deps.secretOf('refreshToken') ?? deps.unsealed(kept?.refreshTokenSealed ?? null)
  if (kind !== 'static' && clientSecret === null) throw clientSecretMissing(code)
  const said = { ...(clientId === null ? {} : { clientId }), ...(clientSecret === null ? {} : { clientSecret }) }
  const body = { kind, ...said, ...(kind === 'refresh_token' && refreshToken !== null ? { refreshToken } : {}) }
  await deps.call('PUT', '/shops/:code/credential', { params: { code }, body })
}

const SEARCH_LAG_SECONDS = 60

function tokenMissing(shop: string): TrueupError {
  return new TrueupError('CONFIG_SECRET_MISSING', `The shop ${shop} has no token, and the file gives none.`, {
    retry: 'never',
    hint: 'Write `token: env:NAME` or `token: file:PATH`, and set that variable or file where you apply.',
    detail: { shop },
  })
}

function clientSecretMissing(shop: string): TrueupError {
  return new TrueupError('CONFIG_SECRET_MISSING', `The tokens of ${shop} are fetched with a secret of its app, and the file gives none.`, {
    retry: 'never',
    hint: 'Write `clientSecret: env:NAME` or `clientSecret: file:PATH`, and set that variable or file where you apply.',
    detail: { shop },
  })
}
