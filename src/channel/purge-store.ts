import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

const CALLS_AT_ONCE_MAX = 500
const PURGED_AT_ONCE_MAX = 20_000

/**
 * Takes away calls that were answered before an instant, with their rows and bytes, what was heard of them, the uploads that they were
 * part of, and what others wrote and was settled; a bounded part of it. Gives the number of rows.
 */
export async function purgeCalls(sql: Sql, shopId: number, before: InstantMs): Promise<number> {
  const rows = await sql.query<{ purged: number }>(
    `with old as (
       select c.call_id from channel.call c left join channel.upload u using (upload_id)
        where c.shop_id = $1 and c.state = 'answered' and c.answered_at < $2 and (u.upload_id is null or u.ended_at < $2)
          and not exists (select 1 from outbox.intent i where i.call_id = c.call_id)
        order by c.answered_at limit $3
     ), rows_gone as (
       delete from channel.call_row r using old where r.call_id = old.call_id returning 1
     )
     select count(*) as purged from rows_gone`,
    [shopId, new Date(before), CALLS_AT_ONCE_MAX],
  )
  const calls = await sql.query(
    `delete from channel.call c
      where c.shop_id = $1 and c.state = 'answered' and c.answered_at < $2 and not exists (select 1 from channel.call_row r where r.call_id = c.call_id)
     returning 1`,
    [shopId, new Date(before)],
  )
  const rest = await sql.query<{ purged: number }>(
    `with answers as (
       delete from channel.answer where answer_seq in (
         select answer_seq from channel.answer where shop_id = $1 and at < $2 order by answer_seq limit $3)
       returning 1
     ), uploads as (
       delete from channel.upload u where u.shop_id = $1 and u.ended_at < $2 and not exists (select 1 from channel.call c where c.upload_id = u.upload_id)
       returning 1
     ), findings as (
       delete from channel.finding where shop_id = $1 and closed_at < $2 returning 1
     )
     select (select count(*) from answers) + (select count(*) from uploads) + (select count(*) from findings) as purged`,
    [shopId, new Date(before), PURGED_AT_ONCE_MAX],
  )
  return (rows[0]?.purged ?? 0) + calls.length + (rest[0]?.purged ?? 0)
}

/** What of the orders room explains no level any more, a bounded part of it: to be taken away there. */
export type Unneeded = { effectSeqs: number[]; demandSeqs: number[] }

/**
 * Effects of before the base of their level, and changes of demand that inventory has read and since which their level was looked at.
 *
 * @param readUpTo up to where inventory has read the changes of demand.
 */
export async function unneededOrders(
  sql: Sql,
  { shopId, before, readUpTo }: { shopId: number; before: InstantMs; readUpTo: number },
): Promise<Unneeded> {
  const of = [shopId, new Date(before), PURGED_AT_ONCE_MAX]
  const levelOf = (row: string) => `channel.level v join catalog.location l on l.location_id = v.location_id
           where v.shop_id = ${row}.shop_id and v.inventory_item_gid = ${row}.inventory_item_gid and l.location_gid = ${row}.location_gid`
  const effects = await sql.query<{ seq: number }>(
    `select e.effect_seq as seq from orders.effect e
      where e.shop_id = $1 and e.recorded_at < $2
        and not exists (select 1 from ${levelOf('e')} and (v.base_from is null or v.base_from <= e.not_after))
      order by e.effect_seq limit $3`,
    of,
  )
  const demand = await sql.query<{ seq: number }>(
    `select d.seq from orders.demand_change d
      where d.shop_id = $1 and d.recorded_at < $2 and d.seq <= $4
        and not exists (select 1 from ${levelOf('d')} and v.read_at < d.recorded_at)
      order by d.seq limit $3`,
    [...of, readUpTo],
  )
  return { effectSeqs: effects.map(row => row.seq), demandSeqs: demand.map(row => row.seq) }
}
