import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import { credentialInDetail, newCredential } from '../http/contract/shop-care.ts'
import type { Clock } from '../kernel/clock.ts'
import { credentialOf, describeCredential, setCredential, setTypedToken } from './credential-store.ts'
import { shopNotFound } from './not-as-asked.ts'
import { shopCalled } from './store.ts'

export type CredentialRouteDeps = { db: Db; clock: Clock; seal(secret: string): string; credentialChanged(): void }

/** How a shop's token is come by. What is entered is sealed, and never given out again. */
export function credentialRoutes({ db, clock, seal, credentialChanged }: CredentialRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/credential',
      summary: 'Enters a token, or the id and secret by which tokens are fetched; nothing else of the shop changes',
      tag: 'catalog',
      role: 'admin',
      params: shopParams,
      body: newCredential,
      answer: credentialInDetail,
      async handle({ params, body, who }) {
        await db.transaction(async tx => {
          const shop = await shopCalled(tx, params.code)
          if (shop === null) throw shopNotFound(params.code)
          const before = await credentialOf(tx, shop.shopId)
          const sealed = (secret: string | undefined) => (secret === undefined ? null : seal(secret))
          await setCredential(tx, shop.shopId, {
            kind: body.kind,
            clientId: body.clientId ?? null,
            clientSecretSealed: sealed(body.clientSecret),
            refreshTokenSealed: sealed(body.kind === 'refresh_token' ? body.refreshToken : undefined),
          })
          if (body.kind === 'static' && body.token !== undefined) await setTypedToken(tx, shop.shopId, seal(body.token))
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: 'shop.credential', subject: 'shop', name: shop.code },
            before: { kind: before?.kind ?? 'static', clientId: before?.clientId ?? null },
            after: { kind: body.kind, clientId: body.clientId ?? before?.clientId ?? null },
          })
        })
        credentialChanged()
        const shop = await shopCalled(db, params.code)
        return describeCredential(shop === null ? null : await credentialOf(db, shop.shopId))
      },
    }),
  ]
}
