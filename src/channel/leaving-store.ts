import type { Choice } from '../catalog/choice.ts'
import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

export type Leaving = { leavingId: number; choice: Choice; askedAt: InstantMs; askedBy: string; levelsLeft: number }

/** What waits to leave a shop, and how many of its levels do not show 0 yet. */
export async function leavingOf(sql: Sql, shopId: number): Promise<Leaving | null> {
  const rows = await sql.query<Omit<Leaving, 'choice'> & Choice>(
    `select l.leaving_id as "leavingId", l.tags, l.vendors, l.product_types as "productTypes", l.skus, l.asked_at as "askedAt", l.asked_by as "askedBy",
            (select count(*) from channel.control x
               join outbox.intent i on i.shop_id = l.shop_id and i.product_id = x.product_id
               left join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
              where x.leaving_id = l.leaving_id
                and (i.state in ('pending', 'sending') or (i.state = 'confirmed' and v.available_units > 0))) as "levelsLeft"
       from channel.leaving l where l.shop_id = $1 and l.done_at is null order by l.leaving_id limit 1`,
    [shopId],
  )
  const row = rows[0]
  if (row === undefined) return null
  const { tags, vendors, productTypes, skus, ...leaving } = row
  return { ...leaving, choice: { tags, vendors, productTypes, skus } }
}

/** Has these products sell nothing in the shop until they are gone. Gives the controls that see to it. */
export async function beginLeaving(
  tx: Tx,
  of: { shopId: number; choice: Choice; productIds: readonly number[]; reason: string; by: string; now: InstantMs },
): Promise<number[]> {
  const at = new Date(of.now)
  const rows = await tx.query<{ controlId: number }>(
    `with begun as (
       insert into channel.leaving (shop_id, tags, vendors, product_types, skus, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6, $7)
       returning leaving_id)
     insert into channel.control (kind, shop_id, product_id, reason, set_by, set_at, leaving_id)
     select 'sell_nothing', $1, product, $8, $6, $7, leaving_id from begun cross join unnest($9::integer[]) as p (product)
     returning control_id as "controlId"`,
    [of.shopId, of.choice.tags, of.choice.vendors, of.choice.productTypes, of.choice.skus, of.by, at, of.reason, of.productIds],
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
