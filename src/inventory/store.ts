import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor, setHead } from '../db/cursor.ts'
import { EFFECT_CODE } from '../import/effect.ts'
import { type Outdated, type RefusedVariance, stagedTable } from '../import/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { type Bearing, dropBearing, layBearing, type Moments, markCounted, momentOfRow, newerTable, sinceTable } from './as-of-store.ts'

/** Where the inventory room's own appends end: what the next room reads up to. */
export const INVENTORY_HEAD = 'inventory:head'
export const READS_IMPORT = 'inventory<-import'
export const READS_ORDERS = 'inventory<-orders'
export const READS_SYSTEM_ORDERS = 'inventory<-system-orders'
export const READS_COUNTS = 'inventory<-counts'
export const READS_CATALOG = 'inventory<-catalog'

/** Memory that one comparison may hash and sort in. */
const COMPARE_MEMORY = '256MB'

export type ToApply = Moments & { seq: number; rowsAccepted: number }

/** The next believed file, in the order of belief. The caller holds the room's cursor, so no second one takes it. */
export async function nextBelieved(tx: Tx): Promise<ToApply | null> {
  const rows = await tx.query<ToApply>(
    `select v.file_id as "fileId", v.seq, v.feed_id as "feedId", v.rows_accepted as "rowsAccepted",
            v.as_of as "asOf", v.has_row_as_of as "hasRowAsOf", v.order_lag_ms as "orderLagMs"
       from import.verdict v
      where v.decision = 'believed' and v.applied_at is null and v.subject = 'stock'
      order by v.seq
      limit 1`,
  )
  return rows[0] ?? null
}

/** How many rows of a file are staged. Fewer than the verdict says: the database crashed and lost the unlogged ones. */
export async function stagedRows(tx: Tx, fileId: number): Promise<number> {
  const rows = await tx.query<{ rows: number }>(`select count(*) as rows from ${stagedTable(fileId)}`)
  return rows[0]?.rows ?? 0
}

/** What one file changes, sorted by facility and product, within the transaction that books it. */
function changedTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.changed_')
}

export type Booked = { movements: number; refused: RefusedVariance[]; outdated: Outdated }

/**
 * Books what a file changes, and adds it to the positions: whole sets, whatever the number of rows. The specification is
 * `decideMovement` in movement.ts. What changes is laid down by itself first, since PostgreSQL compares with several processes
 * only where the same statement writes nothing; what does not change costs that comparison.
 *
 * New positions are inserted as new: should anybody make one of them meanwhile, the whole booking fails and is tried again.
 */
export async function applyStaged(tx: Tx, file: Moments & { now: InstantMs }): Promise<Booked> {
  await tx.query(`set local work_mem = '${COMPARE_MEMORY}'`)
  // Few rows come out of it: handing them from one process to the other costs nothing worth counting.
  await tx.query('set local parallel_tuple_cost = 0')
  const bearing = await layBearing(tx, file)
  await layChanged(tx, file, bearing)
  const changed = changedTable(file.fileId)
  const [moved] = await tx.query<{ movements: number }>(
    `with moved as (
       insert into inventory.movement
         (seq, facility_id, product_id, on_hand_units, line, file_id, byte_offset, recorded_at, effective_at, reason)
       select nextval('inventory.movement_seq'), facility_id, product_id, difference, line, $1, byte_offset, $2, effective_at, reason
         from ${changed} where is_moved
       returning 1
     ) select count(*) as movements from moved`,
    [file.fileId, new Date(file.now)],
  )
  await tx.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, counted_at, counted_as_of)
     select facility_id, product_id, difference, effective_at, case when is_count then effective_at end
       from ${changed} where is_moved and is_new`,
  )
  await tx.query(
    `update inventory.position p
        set on_hand_units = p.on_hand_units + c.difference, counted_at = greatest(p.counted_at, c.effective_at),
            counted_as_of = case when c.is_count then c.effective_at else p.counted_as_of end
       from ${changed} c where c.is_moved and not c.is_new and c.facility_id = p.facility_id and c.product_id = p.product_id`,
  )
  const refused = await tx.query<RefusedVariance>(
    `select s.line, s.byte_offset as "byteOffset", s.raw
       from ${changed} c join ${stagedTable(file.fileId)} s using (line) where c.is_refused order by s.line`,
  )
  const [outdated] = await tx.query<Outdated>(
    `select count(*) as rows, (array_agg(newer_file_id order by counted_as_of desc nulls last))[1] as "byFileId"
       from ${changed} where is_outdated`,
  )
  await markCounted(tx, file, file.now)
  await tx.query(`drop table ${changed}`)
  await dropBearing(tx, file.fileId, bearing)
  return { movements: moved?.movements ?? 0, refused, outdated: outdated ?? { rows: 0, byFileId: null } }
}

/** Decides for each row of a file what it does, and lays down those that do not simply agree with what is there. */
async function layChanged(tx: Tx, file: Moments, { hasSince, hasNewer }: Bearing): Promise<void> {
  const onHandThen = hasSince ? '(coalesce(p.on_hand_units, 0) - coalesce(since.on_hand_units, 0))' : 'coalesce(p.on_hand_units, 0)'
  const reservedThen = hasSince ? '(coalesce(p.reserved_units, 0) - coalesce(since.reserved_units, 0))' : 'coalesce(p.reserved_units, 0)'
  await tx.query(
    `create unlogged table ${changedTable(file.fileId)} as
     select facility_id, product_id, line, byte_offset, reason, difference, is_new, is_count, counted_as_of, newer_file_id, is_outdated,
            is_refused and not is_outdated as is_refused, not is_refused and not is_outdated as is_moved,
            case when as_of = counted_as_of and not is_count then as_of + interval '1 millisecond' else as_of end as effective_at
       from (
         select *, coalesce(as_of < counted_as_of, false) as is_outdated
           from (
             select s.facility_id, s.product_id, s.line, s.byte_offset, p.counted_at, p.product_id is null as is_new,
                    coalesce(s.reason, 'VAR_EXT_RESET') as reason,
                    s.effect <> ${EFFECT_CODE.delta} as is_count,
                    ${momentOfRow(file)} as as_of,
                    ${hasNewer ? 'greatest(p.counted_as_of, newer.as_of)' : 'p.counted_as_of'} as counted_as_of,
                    ${hasNewer ? 'newer.file_id' : 'null::bigint'} as newer_file_id,
                    case s.effect
                      when ${EFFECT_CODE.on_hand_reset} then s.units - ${onHandThen}
                      when ${EFFECT_CODE.atp_reset} then s.units - (${onHandThen} - ${reservedThen})
                      else s.units
                    end as difference,
                    s.effect = ${EFFECT_CODE.delta} and coalesce(p.on_hand_units, 0) + s.units < 0 as is_refused
               from ${stagedTable(file.fileId)} s
               left join inventory.position p using (facility_id, product_id)
               ${hasSince ? `left join ${sinceTable(file.fileId)} since using (facility_id, product_id)` : ''}
               ${hasNewer ? `left join ${newerTable(file.fileId)} newer using (facility_id, product_id)` : ''}
           ) compared
       ) decided
      where is_outdated or is_refused or difference <> 0 or counted_at is null
      order by facility_id, product_id`,
  )
}

/** Up to where demand has been appended, at most `limit` changes further. */
export async function demandUpTo(tx: Tx, from: number, limit: number): Promise<{ seq: number; changes: number }> {
  const rows = await tx.query<{ seq: number | null; changes: number }>(
    `select max(seq) as seq, count(*) as changes
       from (select seq from orders.demand_change where seq > $1 order by seq limit $2) page`,
    [from, limit],
  )
  return { seq: rows[0]?.seq ?? from, changes: rows[0]?.changes ?? 0 }
}

/** Tells the next room how far it may read. Called last in every transaction of this room, under its cursor. */
export async function publishHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ head: number }>('select case when is_called then last_value else 0 end as head from inventory.movement_seq')
  await setHead(tx, INVENTORY_HEAD, rows[0]?.head ?? 0)
}

/** Believed files that are not in the ledger yet, and order changes that it has not seen. */
export async function inventoryStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const seen = await peekCursor(sql, READS_ORDERS)
  const seenOfSystems = await peekCursor(sql, READS_SYSTEM_ORDERS)
  const rows = await sql.query<{ files: number; filesSince: InstantMs | null; changes: number; changesSince: InstantMs | null }>(
    `select (select count(*) from import.verdict where decision = 'believed' and applied_at is null and subject = 'stock') as files,
            (select min(decided_at) from import.verdict where decision = 'believed' and applied_at is null and subject = 'stock') as "filesSince",
            (select count(*) from orders.demand_change where seq > $1) + (select count(*) from orders.system_event where seq > $2) as changes,
            least((select min(recorded_at) from orders.demand_change where seq > $1),
                  (select min(recorded_at) from orders.system_event where seq > $2)) as "changesSince"`,
    [seen, seenOfSystems],
  )
  const row = rows[0]
  if (!row) return { backlog: 0, oldestAt: null, stuck: 0 }
  const since = [row.filesSince, row.changesSince].filter(at => at !== null)
  return { backlog: row.files + row.changes, oldestAt: since.length > 0 ? Math.min(...since) : null, stuck: 0 }
}
