import type { Sql, Tx } from '../db/connection.ts'

export type Written = 'available' | 'on_hand'
export type Setting = { written: Written; isMerged: boolean }

export async function settingOf(sql: Sql, shopId: number): Promise<Setting> {
  const rows = await sql.query<Setting>('select written, is_merged as "isMerged" from channel.setting where shop_id = $1', [shopId])
  return rows[0] ?? { written: 'available', isMerged: true }
}

export async function setSetting(tx: Tx, shopId: number, setting: Setting): Promise<void> {
  await tx.query(
    `insert into channel.setting (shop_id, written, is_merged) values ($1, $2, $3)
     on conflict (shop_id) do update set written = excluded.written, is_merged = excluded.is_merged`,
    [shopId, setting.written, setting.isMerged],
  )
}

export type Share = { locationId: number; location: string; weight: number }

export async function sharesOf(sql: Sql, shopId: number): Promise<Share[]> {
  return sql.query<Share>(
    `select s.location_id as "locationId", loc.name as location, s.weight from channel.share s join catalog.location loc using (location_id)
      where s.shop_id = $1 order by loc.name`,
    [shopId],
  )
}

/** Sets the parts of locations; null: no part, all that there is. Gives those that the shop has. */
export async function setShares(
  tx: Tx,
  shopId: number,
  shares: readonly { locationId: number; weight: number | null }[],
): Promise<number[]> {
  const rows = await tx.query<{ locationId: number }>(
    `with given as (
       select loc.location_id, g.weight
         from unnest($2::integer[], $3::integer[]) as g (location_id, weight)
         join catalog.location loc on loc.shop_id = $1 and loc.location_id = g.location_id
     ), gone as (
       delete from channel.share s using given g where s.shop_id = $1 and s.location_id = g.location_id and g.weight is null
     ), kept as (
       insert into channel.share (shop_id, location_id, weight) select $1, location_id, weight from given where weight is not null
       on conflict (shop_id, location_id) do update set weight = excluded.weight
     )
     select location_id as "locationId" from given`,
    [shopId, shares.map(share => share.locationId), shares.map(share => share.weight)],
  )
  return rows.map(row => row.locationId)
}

/**
 * Every level that is decided by what a shop says of its own: all of the shop, and those of other shops at locations that share a facility
 * with one of its.
 */
export async function keysDecidedBy(sql: Sql, shopId: number): Promise<{ shopId: number; locationId: number; productId: number }[]> {
  return sql.query(
    `select shop_id as "shopId", location_id as "locationId", product_id as "productId" from outbox.intent
      where shop_id = $1
         or (shop_id, location_id) in (
              select o.shop_id, o.location_id from availability.supply s join availability.supply o using (facility_id) where s.shop_id = $1)`,
    [shopId],
  )
}

/** Whether anybody had a pool split, in any shop. */
export async function isAnyPoolSplit(sql: Sql): Promise<boolean> {
  const rows = await sql.query<{ split: boolean }>('select exists (select 1 from channel.share) as split')
  return rows[0]?.split ?? false
}
