import { locationNotFound } from '../catalog/not-as-asked.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { foreignDecision, foreignPage, foreignParams, foreignQuery, foreignSaid, newForeignPolicy } from '../http/contract/foreign.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import * as store from './foreign-store.ts'
import { knownShop } from './shop-routes.ts'

export type ForeignRouteDeps = { db: Db; clock: Clock; switched(): void }

/** What others wrote in a shop, whose number counts, and the policy of each location. */
export function foreignRoutes({ db, clock, switched }: ForeignRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/foreign',
      summary: 'Levels that somebody else wrote; those first about which a person is to say whose number counts',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      query: foreignQuery,
      answer: foreignPage,
      async handle({ params, query }) {
        const { shopId, code } = await knownShop(db, params.code)
        const rows = await store.foreignOf(db, { shopId, limit: query.pageSize, offset: offsetOf(query) })
        const shown = rows.map(({ productId: _, ...row }) => row)
        const page = await pageFrom(query, shown, () => store.countForeign(db, shopId))
        return { ...page, shop: code, policies: await policyList(db, shopId) }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/foreign-policy',
      summary: 'Whose number counts where somebody else writes a location: ours, theirs, or as a person says each time',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newForeignPolicy,
      answer: foreignSaid,
      async handle({ params, body: { locationId, policy, reason }, who }) {
        await db.transaction(async tx => {
          const { shopId, code } = await knownShop(tx, params.code)
          const before = (await policyList(tx, shopId)).find(row => row.locationId === locationId)
          if (before === undefined) throw locationNotFound(code, locationId)
          await store.setPolicy(tx, { shopId, locationId, policy })
          const deed = { at: clock.now(), who: who.name, action: 'location.foreign_policy', subject: 'location', reason }
          await recordAudit(tx, { ...deed, name: `${code} / ${before.location}`, before: { policy: before.policy }, after: { policy } })
        })
        return { shop: params.code, said: true as const }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/foreign/:findingId/decide',
      summary: 'Says whose number counts: ours is written again, or theirs is booked as a movement by hand',
      tag: 'channel',
      role: 'operator',
      params: foreignParams,
      body: foreignDecision,
      answer: foreignSaid,
      async handle({ params: { code, findingId }, body, who }) {
        const now = clock.now()
        await db.transaction(async tx => {
          const { shopId } = await knownShop(tx, code)
          const said = { shopId, findingId, taken: body.take, by: who.name, reason: body.reason, now }
          if (!(await store.decide(tx, said))) throw saidAlready(findingId)
          const deed = { at: now, who: who.name, action: 'level.foreign', subject: 'level', name: `${code} / finding ${findingId}` }
          await recordAudit(tx, { ...deed, before: { take: null }, after: { take: body.take }, reason: body.reason })
        })
        switched()
        return { shop: code, said: true as const }
      },
    }),
  ]
}

async function policyList(sql: Sql, shopId: number) {
  const policies = await store.policiesOf(sql, shopId)
  const rows = await sql.query<{ locationId: number; location: string }>(
    `select l.location_id as "locationId", l.name as location from catalog.location l join catalog.location_mapping m using (shop_id, location_id)
      where l.shop_id = $1 order by l.name`,
    [shopId],
  )
  return rows.map(row => ({ ...row, policy: policies.get(row.locationId) ?? ('ours' as const) }))
}

function saidAlready(findingId: number): TrueupError {
  return new TrueupError('CHANNEL_FOREIGN_SAID', `There is nothing to be said about finding ${findingId}.`, {
    retry: 'never',
    hint: 'Look at the list again: it was decided, or it is not of this shop.',
  })
}
