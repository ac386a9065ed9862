import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

const PURGED_AT_ONCE_MAX = 20_000

/**
 * Takes away effects and changes of demand of which a later room says that they explain nothing any more, and orders that were over
 * before an instant; a bounded part of them. Gives the number of rows.
 */
export async function purgeOrders(
  sql: Sql,
  of: { shopId: number; before: InstantMs; effectSeqs: readonly number[]; demandSeqs: readonly number[] },
): Promise<number> {
  const rows = await sql.query<{ purged: number }>(
    `with effects as (
       delete from orders.effect where effect_seq = any ($4::bigint[]) returning 1
     ), demand as (
       delete from orders.demand_change where seq = any ($5::bigint[]) returning 1
     ), over as (
       select k.order_gid from orders.known k
        where k.shop_id = $1 and not k.is_open and k.heard_from < $2 order by k.heard_from limit $3
     ), known as (
       delete from orders.known k using over o where k.shop_id = $1 and k.order_gid = o.order_gid returning 1
     ), lines as (
       delete from orders.open_line l using over o where l.shop_id = $1 and l.order_gid = o.order_gid returning 1
     )
     select (select count(*) from effects) + (select count(*) from demand) + (select count(*) from known) + (select count(*) from lines) as purged`,
    [of.shopId, new Date(of.before), PURGED_AT_ONCE_MAX, of.effectSeqs, of.demandSeqs],
  )
  return rows[0]?.purged ?? 0
}
