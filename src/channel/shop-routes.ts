import { credentialOf, describeCredential } from '../catalog/credential-store.ts'
import { shopNotFound } from '../catalog/not-as-asked.ts'
import { type Shop, setAccessScope, shopCalled, stoppedOf } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { accessScopeOf } from '../http/contract/access-scope.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import { accessScopeOfShop, newAccessScope, shopDetail } from '../http/contract/shop-care.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { adminUrl, SHOPIFY_STATUS_URL } from './admin-url.ts'
import { isGranted, mayWrite, SCOPES_NEEDED } from './capability.ts'
import { troublesSince } from './exchange-store.ts'
import { circuitOf, neverAsked } from './health.ts'
import { healthOf } from './health-store.ts'
import { shopsWithHealth, withHealth } from './routes.ts'
import { shopSentence } from './sentence.ts'
import { shadowUntilSeen } from './shadow-step.ts'
import { isFirstTime, isShadow } from './shadow-store.ts'
import { TROUBLES } from './trouble.ts'
import { TOPICS } from './webhook.ts'
import { webhooksOf } from './webhook-store.ts'

export type ShopRouteDeps = {
  db: Db
  clock: Clock
  /** Asks a shop at once what it grants us. */
  checkNow(shop: Shop): Promise<void>
  /** A switch was turned: what waits may go, or no longer. */
  switched(): void
}

const DAY_MS = 86_400_000

/** One shop: how it is, what we may do there and why not, and the switch by which a person says so. */
export function shopRoutes({ db, clock, checkNow, switched }: ShopRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code',
      summary: 'One shop: its health in words, our access scope and what Shopify granted, and what went wrong lately',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      answer: shopDetail,
      handle: async ({ params }) => detailOf(db, params.code, clock.now()),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/access-scope',
      summary: 'Says what may be done in a shop: no access, read only, or read and write',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newAccessScope,
      answer: accessScopeOfShop,
      async handle({ params, body, who }) {
        const accessScope = accessScopeOf(body.accessScope)
        await db.transaction(async tx => {
          const shop = await knownShop(tx, params.code)
          await setAccessScope(tx, shop.shopId, accessScope)
          const isHeld = accessScope === 'read_and_write' && (await shadowUntilSeen(tx, shop.shopId, clock.now()))
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: 'shop.access', subject: 'shop', name: shop.code },
            before: { accessScope: shop.isAccessScopeSet ? shop.accessScope : null },
            after: { accessScope, ...(isHeld ? { isShadow: true } : {}) },
            ...(body.reason ? { reason: body.reason } : {}),
          })
        })
        switched()
        const [shop] = await shopsWithHealth(db, params.code)
        const { shopId } = await knownShop(db, params.code)
        return { shop: params.code, accessScope, isAccessScopeSet: true, isShadow: await isShadow(db, shopId), waiting: shop?.waiting ?? 0 }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/check',
      summary: 'Asks Shopify now what it grants us',
      tag: 'channel',
      role: 'operator',
      params: shopParams,
      answer: shopDetail,
      async handle({ params, who }) {
        const shop = await knownShop(db, params.code)
        const deed = { action: 'shop.check', subject: 'shop', name: shop.code, before: null, after: null }
        await recordAudit(db, { at: clock.now(), who: who.name, ...deed })
        await checkNow(shop)
        switched()
        return detailOf(db, params.code, clock.now())
      },
    }),
  ]
}

/** Shops into which nothing can be written now, each with its code and why: whoever schedules a push is told so. */
export async function shopsThatHold(sql: Sql): Promise<{ code: string; reason: string }[]> {
  const found: { code: string; reason: string }[] = []
  for (const row of await shopsWithHealth(sql)) {
    const { shopId } = await knownShop(sql, row.code)
    const health = await healthOf(sql, shopId)
    const shown = withHealth(row)
    const code = shown.accessScope === 'read_and_write' ? (health?.code ?? health?.heldCode ?? null) : 'CHANNEL_READ_ONLY'
    if (!row.isEnabled || code === null || health?.state === 'unknown') continue
    const held = mayWrite(shown.accessScope, health?.grantedScopes ?? null)
    const why = held.kind === 'held' ? held.message : (health?.heldMessage ?? health?.message ?? 'nothing can be written')
    found.push({ code, reason: `${row.name}: ${why}. What is for it waits.` })
  }
  return found
}

export async function knownShop(sql: Sql, code: string): Promise<Shop> {
  const shop = await shopCalled(sql, code)
  if (shop === null) throw shopNotFound(code)
  return shop
}

async function detailOf(sql: Sql, code: string, now: InstantMs): Promise<Answer<typeof shopDetail>> {
  const { shopId, apiUrl } = await knownShop(sql, code)
  const [row] = await shopsWithHealth(sql, code)
  if (row === undefined) throw shopNotFound(code)
  const shop = withHealth(row)
  const health = (await healthOf(sql, shopId)) ?? neverAsked(now)
  const granted = health.grantedScopes
  const app = { handle: health.appHandle }
  return {
    ...shop,
    sentence: shopSentence(
      { ...health, isEnabled: shop.isEnabled, waiting: shop.waiting },
      at => `${new Date(at).toISOString().slice(11, 16)} UTC`,
    ),
    isShadow: await isShadow(sql, shopId),
    wasWritten: !(await isFirstTime(sql, shopId)),
    stopped: await stoppedOf(sql, shopId),
    token: describeCredential(await credentialOf(sql, shopId)),
    webhooks: await webhooksWithReasons(sql, shopId),
    circuit: circuitOf(health, now),
    scopes: {
      askedAt: health.scopesAt,
      needed: SCOPES_NEEDED.map(scope => ({ ...scope, isGranted: granted === null ? null : isGranted(granted, scope.handle) })),
      others: (granted ?? []).filter(handle => !SCOPES_NEEDED.some(scope => isGranted([handle], scope.handle))),
    },
    links: {
      status: SHOPIFY_STATUS_URL,
      admin: adminUrl(apiUrl, { kind: 'shop' }),
      appPermissions: adminUrl(apiUrl, { kind: 'app_permissions' }, app),
      uploads: adminUrl(apiUrl, { kind: 'upload' }, app),
    },
    troubles: (await troublesSince(sql, shopId, now - DAY_MS)).map(trouble => ({ ...trouble, ...TROUBLES[trouble.class] })),
  }
}

async function webhooksWithReasons(sql: Sql, shopId: number): Promise<Answer<typeof shopDetail>['webhooks']> {
  const { topics, ...webhooks } = await webhooksOf(sql, shopId)
  const why = new Map(TOPICS.map(each => [each.topic, each.why]))
  return { ...webhooks, topics: topics.map(each => ({ ...each, why: why.get(each.topic) ?? '' })) }
}
