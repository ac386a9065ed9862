import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** Since when the ledger has every movement: the end of the last month that was purged; null: none was. */
export async function ledgerKeptSince(sql: Sql): Promise<InstantMs | null> {
  const rows = await sql.query<{ since: InstantMs | null }>(
    `select (max(month) + interval '1 month')::timestamp at time zone 'UTC' as since from inventory.month_purge`,
  )
  return rows[0]?.since ?? null
}

/** Up to which change files have gone out; null: no files are made. */
export async function sentUpTo(sql: Sql): Promise<number | null> {
  const rows = await sql.query<{ seq: number | null }>(
    `select case when exists (select 1 from inventory.report_target where kind = 'sellable') or exists (select 1 from availability.sellable_report)
                 then coalesce((select min(s.after_seq) from availability.sellable_report s join inventory.report r using (report_id) where r.written_at is null),
                               (select max(up_to_seq) from availability.sellable_report), 0) end as seq`,
  )
  return rows[0]?.seq ?? null
}

/** The products after one, as a range of their numbers; null: there are no more. */
export async function productsAfter(sql: Sql, after: number, count: number): Promise<{ from: number; to: number } | null> {
  const rows = await sql.query<{ from: number | null; to: number | null }>(
    'select min(product_id) as "from", max(product_id) as "to" from (select product_id from catalog.product where product_id > $1 order by product_id limit $2) p',
    [after, count],
  )
  const [range] = rows
  return range?.from == null || range.to === null ? null : { from: range.from, to: range.to }
}

/** Takes the changes of these products away that nobody needs. The specification is `isNeeded`. */
export async function purgeOf(
  tx: Tx,
  products: { from: number; to: number },
  kept: { keptSince: InstantMs; sentUpTo: number | null },
): Promise<number> {
  const rows = await tx.query<{ purged: number }>(
    `with told as (
       select product_id, shop_id, location_id, seq, lead(at) over (partition by product_id, shop_id, location_id order by seq) as next_at
         from availability.promise_history where product_id between $1 and $2
     ), gone as (
       delete from availability.promise_history h using told t
        where (h.product_id, h.shop_id, h.location_id, h.seq) = (t.product_id, t.shop_id, t.location_id, t.seq)
          and t.next_at <= $3 and ($4::bigint is null or t.seq <= $4)
       returning 1
     )
     select count(*) as purged from gone`,
    [products.from, products.to, new Date(kept.keptSince), kept.sentUpTo],
  )
  return rows[0]?.purged ?? 0
}

/** Files that went out before an instant cannot be written again: what they were made of has gone. */
export async function forgetFiles(tx: Tx, before: InstantMs, now: InstantMs): Promise<void> {
  await tx.query(
    `update availability.sellable_report s set purged_at = $2
       from inventory.report r
      where r.report_id = s.report_id and r.written_at is not null and r.made_at < $1 and s.purged_at is null`,
    [new Date(before), new Date(now)],
  )
}
