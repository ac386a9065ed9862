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
