import type { Choice } from '../catalog/choice.ts'
import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** What leaves a shop: the products that a new choice leaves out, all that a location shows, or everything. */
export type Leaver =
  | { kind: 'products'; choice: Choice; productIds: readonly number[] }
  | { kind: 'location'; locationId: number }
  | { kind: 'shop' }

export type Leaving = {
  leavingId: number
  kind: Leaver['kind']
  choice: Choice
  locationId: number | null
  location: string | null
  reason: string
  askedAt: InstantMs
  askedBy: string
  levelsLeft: number
}

/** What waits to leave a shop, oldest first, and how many of its levels do not show 0 yet. */
export async function leavingsOf(sql: Sql, shopId: number): Promise<Leaving[]> {
  const rows = await sql.query<Omit<Leaving, 'choice'> & Choice>(
    `select l.leaving_id as "leavingId", l.kind, l.tags, l.vendors, l.product_types as "productTypes", l.skus, l.location_id as "locationId",
            loc.name as location, coalesce(l.reason, '') as reason, l.asked_at as "askedAt", l.asked_by as "askedBy",
            (select count(*) from channel.control x
               join outbox.intent i on i.shop_id = l.shop_id and (x.product_id is null or i.product_id = x.product_id)
                                   and (x.location_id is null or i.location_id = x.location_id)
               left join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
              where x.leaving_id = l.leaving_id
                and (i.state in ('pending', 'sending') or (i.state = 'confirmed' and v.available_units > 0))) as "levelsLeft"
       from channel.leaving l left join catalog.location loc on loc.location_id = l.location_id
      where l.shop_id = $1 and l.done_at is null order by l.leaving_id`,
    [shopId],
  )
  return rows.map(({ tags, vendors, productTypes, skus, ...leaving }) => ({ ...leaving, choice: { tags, vendors, productTypes, skus } }))
}

/** The choice that waits to take effect; null: none does. */
export async function leavingOf(sql: Sql, shopId: number): Promise<Leaving | null> {
  return (await leavingsOf(sql, shopId)).find(leaving => leaving.kind === 'products') ?? null
}

const EVERYTHING: Choice = { tags: [], vendors: [], productTypes: [], skus: [] }

/** Has what leaves sell nothing in the shop until it is gone. Gives the controls that see to it. */
export async function beginLeaving(
  tx: Tx,
  of: { shopId: number; leaver: Leaver; reason: string; by: string; now: InstantMs },
): Promise<number[]> {
  const { leaver } = of
  const choice = leaver.kind === 'products' ? leaver.choice : EVERYTHING
  const locationId = leaver.kind === 'location' ? leaver.locationId : null
  const rows = await tx.query<{ controlId: number }>(
    `with begun as (
       insert into channel.leaving (shop_id, tags, vendors, product_types, skus, asked_by, asked_at, kind, location_id, reason)
       values ($1, $2, $3, $4, $5, $6, $7, $10, $11, $8)
       returning leaving_id)
     insert into channel.control (kind, shop_id, location_id, product_id, reason, set_by, set_at, leaving_id)
     select 'sell_nothing', $1, $11, product, $8, $6, $7, leaving_id from begun cross join unnest($9::integer[]) as p (product)
     returning control_id as "controlId"`,
    [
      ...[of.shopId, choice.tags, choice.vendors, choice.productTypes, choice.skus, of.by, new Date(of.now), of.reason],
      ...[leaver.kind === 'products' ? leaver.productIds : [null], leaver.kind, locationId],
    ],
  )
  return rows.map(row => row.controlId)
}

export async function finishLeaving(tx: Tx, leavingId: number, now: InstantMs): Promise<void> {
  await tx.query('update channel.leaving set done_at = $2 where leaving_id = $1', [leavingId, new Date(now)])
  await tx.query(`update channel.control set ended_by = 'its end', ended_at = $2 where leaving_id = $1 and ended_at is null`, [
    leavingId,
    new Date(now),
  ])
}
