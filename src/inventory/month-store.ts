import type { Sql, Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { lockLedger } from './document-store.ts'
import { isMonth, type Month, monthsAfter, startOf } from './month.ts'

/** The part of the ledger that holds one month. */
function tableOf(month: Month): string {
  assert(isMonth(month), `no month is called ${month}`)
  return `inventory.movement_${month.replace('-', '_')}`
}

const REST = 'inventory.movement_rest'

/**
 * Makes a month's own part, unless it is there. Where the rest holds movements of that month already it keeps them: they were
 * written before the ledger was parted. Waits for nobody: whoever reads all of it at this moment is left alone, and it is tried again.
 */
export async function makeMonth(tx: Tx, month: Month): Promise<boolean> {
  const table = tableOf(month)
  const [from, to] = [startOf(month), startOf(monthsAfter(month, 1))].map(at => new Date(at).toISOString())
  const rows = await tx.query<{ isThere: boolean; isInRest: boolean }>(
    `select to_regclass($1) is not null as "isThere", exists (select 1 from ${REST} where recorded_at >= $2 and recorded_at < $3) as "isInRest"`,
    [table, from, to],
  )
  if (rows[0]?.isThere || rows[0]?.isInRest) return false
  await tx.query(`set local lock_timeout = '2s'`)
  await tx.query(`create table ${table} partition of inventory.movement for values from ('${from}') to ('${to}')`)
  await tx.query('set local lock_timeout = 0')
  return true
}

/** Nobody waits for this; what is not told now is told with the next booking. */
const TELL_WAITS_MS_MAX = 20

/**
 * Tells the ledger's indexes what was just written. Pages that they know nothing of are read through whenever they might hold something,
 * and left to itself PostgreSQL tells them once a minute: with many small files that would be most of each booking.
 */
export async function tellIndexes(tx: Tx, month: Month): Promise<void> {
  await tx.query(`set local lock_timeout = '${TELL_WAITS_MS_MAX}ms'`)
  await tx.query(
    `select brin_summarize_new_values(x.indexrelid)
       from pg_index x join pg_class c on c.oid = x.indexrelid join pg_am a on a.oid = c.relam
      where a.amname = 'brin' and x.indrelid = any(array[to_regclass($1), '${REST}'::regclass])`,
    [tableOf(month)],
  )
}

export type MonthRow = { month: Month; movements: number; bytes: number; exportedAt: InstantMs | null; exportedBy: string | null }

/** The months that have a part of their own, oldest first, with what they weigh (indexes included). */
export async function monthsOf(sql: Sql): Promise<MonthRow[]> {
  return sql.query<MonthRow>(
    `select m.month, greatest(c.reltuples, 0)::bigint as movements, pg_total_relation_size(c.oid) as bytes, e.exported_at as "exportedAt", e.who as "exportedBy"
       from pg_inherits i
       join pg_class c on c.oid = i.inhrelid
       cross join lateral (select replace(substr(c.relname, 10), '_', '-') as month) m
       left join inventory.month_export e on e.month = (m.month || '-01')::date
      where i.inhparent = 'inventory.movement'::regclass and c.relname <> 'movement_rest'
      order by m.month`,
  )
}

export type Policy = { keptMonths: number | null; needsExport: boolean }

export async function policyOf(sql: Sql): Promise<Policy> {
  const rows = await sql.query<Policy>('select kept_months as "keptMonths", needs_export as "needsExport" from inventory.ledger_policy')
  return rows[0] ?? { keptMonths: null, needsExport: true }
}

export async function setPolicy(tx: Tx, policy: Policy): Promise<void> {
  await tx.query('update inventory.ledger_policy set kept_months = $1, needs_export = $2', [policy.keptMonths, policy.needsExport])
}

/** Notes that somebody has a month's movements in a file, whole. */
export async function recordExport(sql: Sql, given: { month: Month; movements: number; who: string; now: InstantMs }): Promise<void> {
  await sql.query(
    `insert into inventory.month_export (month, movements, exported_at, who) values (($1 || '-01')::date, $2, $3, $4)
     on conflict (month) do update set movements = excluded.movements, exported_at = excluded.exported_at, who = excluded.who`,
    [given.month, given.movements, new Date(given.now), given.who],
  )
}

export type ExportedMovement = Record<string, string | number | null> & { facilityId: number; productId: number; seq: number }

/** A page of a month's movements, position by position. */
export async function pageOfMonth(
  sql: Sql,
  { month, after, limit }: { month: Month; after: ExportedMovement | null; limit: number },
): Promise<ExportedMovement[]> {
  return sql.query<ExportedMovement>(
    `select m.facility_id as "facilityId", m.product_id as "productId", m.seq, f.code as facility, p.name as product,
            (select min(i.value) from catalog.product_identifier i where i.type = 'SKU' and i.product_id = m.product_id) as sku, m.bin,
            m.on_hand_units as "onHandUnits", m.reserved_units as "reservedUnits", m.reason, m.reference,
            to_char(m.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt",
            to_char(m.effective_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "effectiveAt",
            m.document_id as "documentId", m.file_id as "fileId", m.line, m.byte_offset as "byteOffset"
       from inventory.movement m join catalog.facility f using (facility_id) join catalog.product p using (product_id)
      where m.recorded_at >= $5 and m.recorded_at < $6 and ($1::integer is null or (m.facility_id, m.product_id, m.seq) > ($1, $2, $3))
      order by m.facility_id, m.product_id, m.seq limit $4`,
    [
      after?.facilityId ?? null,
      after?.productId ?? null,
      after?.seq ?? null,
      limit,
      new Date(startOf(month)),
      new Date(startOf(monthsAfter(month, 1))),
    ],
  )
}

/**
 * Takes a month out of the ledger. What its movements came to is carried forward into the next month, position by position and bin
 * by bin, under the number of the last of them: every balance still is the sum of what is there, and says since when. The
 * caller has seen to it that the month is the oldest.
 */
export async function purgeMonth(tx: Tx, month: Month, now: InstantMs): Promise<{ movements: number; carried: number }> {
  await lockLedger(tx)
  const next = new Date(startOf(monthsAfter(month, 1)))
  const table = tableOf(month)
  const rows = await tx.query<{ movements: number; carried: number }>(
    `with summed as (
       select facility_id, product_id, bin, max(seq) as seq, sum(on_hand_units)::integer as on_hand, sum(reserved_units)::integer as reserved,
              count(*) filter (where reason <> 'CARRIED_FORWARD') as movements
         from ${table} group by facility_id, product_id, bin
     ), carried as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, reserved_units, bin, recorded_at, effective_at, reason, reference)
       select seq, facility_id, product_id, on_hand, reserved, bin, $1, $1, 'CARRIED_FORWARD', 'from before ' || $2 from summed
       returning 1
     )
     select coalesce(sum(movements), 0) as movements, (select count(*) from carried) as carried from summed`,
    [next, monthsAfter(month, 1)],
  )
  await tx.query(`drop table ${table}`)
  const done = rows[0] ?? { movements: 0, carried: 0 }
  await tx.query(
    `insert into inventory.month_purge (month, movements, carried, purged_at) values (($1 || '-01')::date, $2, $3, $4)
     on conflict (month) do nothing`,
    [month, done.movements, done.carried, new Date(now)],
  )
  return done
}

export type StockAt = {
  facility: string
  code: string
  /** As it was known then. */
  onHandUnits: number
  reservedUnits: number
  /** As it was, by everything that is known now. */
  onHandAsKnownNowUnits: number
}

/** What of a product was where at an instant: today's balance less everything that came after it. */
export async function stockAt(sql: Sql, { sku, at }: { sku: string; at: InstantMs }): Promise<StockAt[]> {
  return sql.query<StockAt>(
    `select f.name as facility, f.code, (p.on_hand_units - later.on_hand)::integer as "onHandUnits",
            (p.reserved_units - later.reserved)::integer as "reservedUnits", (p.on_hand_units - since.on_hand)::integer as "onHandAsKnownNowUnits"
       from catalog.product_identifier i
       join inventory.position p using (product_id)
       join catalog.facility f using (facility_id)
       cross join lateral (
         select coalesce(sum(m.on_hand_units), 0) as on_hand, coalesce(sum(m.reserved_units), 0) as reserved from inventory.movement m
          where m.facility_id = p.facility_id and m.product_id = p.product_id and m.recorded_at > $2
       ) later
       cross join lateral (
         select coalesce(sum(m.on_hand_units), 0) as on_hand from inventory.movement m
          where m.facility_id = p.facility_id and m.product_id = p.product_id and m.effective_at > $2 and m.recorded_at > $2::timestamptz - interval '1 minute'
       ) since
      where i.type = 'SKU' and i.value = $1
      order by f.code`,
    [sku, new Date(at)],
  )
}
