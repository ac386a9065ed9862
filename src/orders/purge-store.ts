import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

const PURGED_AT_ONCE_MAX = 20_000

/**
 * Takes away what nothing can ask for any more, a bounded part of it: effects of before the base of their level, changes of demand that
 * inventory has read and every level was looked at since, and orders that were over long ago. Gives the number of rows.
 *
 * @param readUpTo up to where inventory has read the changes of demand.
 */
export async function purgeOrders(
  sql: Sql,
  { shopId, before, readUpTo }: { shopId: number; before: InstantMs; readUpTo: number },
): Promise<number> {
  const of = [shopId, new Date(before), PURGED_AT_ONCE_MAX]
  const rows = await sql.query<{ purged: number }>(
    `with effects as (
       delete from orders.effect where effect_seq in (
         select e.effect_seq from orders.effect e
          where e.shop_id = $1 and e.recorded_at < $2
            and not exists (select 1 from channel.level v join catalog.location l on l.location_id = v.location_id
                             where v.shop_id = e.shop_id and v.inventory_item_gid = e.inventory_item_gid and l.location_gid = e.location_gid
                               and (v.base_from is null or v.base_from <= e.not_after))
          order by e.effect_seq limit $3)
       returning 1
     ), demand as (
       delete from orders.demand_change where seq in (
         select d.seq from orders.demand_change d
          where d.shop_id = $1 and d.recorded_at < $2 and d.seq <= $4
            and not exists (select 1 from channel.level v join catalog.location l on l.location_id = v.location_id
                             where v.shop_id = d.shop_id and v.inventory_item_gid = d.inventory_item_gid and l.location_gid = d.location_gid
                               and v.read_at < d.recorded_at)
          order by d.seq limit $3)
       returning 1
     ), over as (
       select k.order_gid from orders.known k
        where k.shop_id = $1 and not k.is_open and k.heard_from < $2 order by k.heard_from limit $3
     ), known as (
       delete from orders.known k using over o where k.shop_id = $1 and k.order_gid = o.order_gid returning 1
     ), lines as (
       delete from orders.open_line l using over o where l.shop_id = $1 and l.order_gid = o.order_gid returning 1
     )
     select (select count(*) from effects) + (select count(*) from demand) + (select count(*) from known) + (select count(*) from lines) as purged`,
    [...of, readUpTo],
  )
  return rows[0]?.purged ?? 0
}
