import type { Tx } from '../db/connection.ts'
import { EFFECT_CODE } from '../import/effect.ts'
import type { Figures } from '../import/guard.ts'
import { type Outdated, type RefusedVariance, stagedTable } from '../import/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import {
  type Bearing,
  dropBearing,
  type FacilityCount,
  layBearing,
  type Moments,
  markCounted,
  momentOfRow,
  newerTable,
  sinceTable,
  tellMoments,
} from './as-of-store.ts'
import { layMissing, type MissingRows, missingTable } from './missing-store.ts'

/** Memory that one comparison may hash and sort in. */
const COMPARE_MEMORY = '256MB'

export type ToApply = Moments & {
  seq: number
  rowsRead: number
  rowsAccepted: number
  rowsRejected: number
  /** What the feed declares, by section. */
  settings: Readonly<Record<string, unknown>>
  /** A person decided that the file counts, whatever the guards say. */
  isReleased: boolean
}

/** Believed files that are not in the ledger, each the first of its feed. */
const BELIEVED = `select v.file_id as "fileId", v.seq, v.feed_id as "feedId", v.rows_read as "rowsRead", v.rows_accepted - v.rows_merged as "rowsAccepted",
            v.rows_rejected as "rowsRejected", v.as_of as "asOf", v.has_row_as_of as "hasRowAsOf", v.order_lag_ms as "orderLagMs",
            e.settings, e.settings -> 'contains' as contains, f.released_at is not null as "isReleased"
       from import.verdict v
       join feed.feed e using (feed_id)
       join feed.file f using (file_id)
      where v.decision = 'believed' and v.applied_at is null and v.subject = 'stock'
        and not exists (select 1 from import.verdict b where b.feed_id = v.feed_id and b.decision = 'believed' and b.applied_at is null
                           and b.subject = 'stock' and b.seq < v.seq)`

/** The next believed file of at most so many rows, in the order of belief. The caller holds the room's cursor, so no second one takes it. */
export async function nextBelieved(tx: Tx, { rowsMax }: { rowsMax: number }): Promise<ToApply | null> {
  const rows = await tx.query<ToApply>(`${BELIEVED} and v.rows_accepted <= $1 and not exists ${BEGUN} order by v.seq limit 1`, [rowsMax])
  return rows[0] ?? null
}

/** The next believed file of more rows that was not laid out for its parts; another process that looks finds the one after it. */
export async function nextLarge(tx: Tx, { rowsMax }: { rowsMax: number }): Promise<ToApply | null> {
  const rows = await tx.query<ToApply>(
    `${BELIEVED} and v.rows_accepted > $1 and not exists ${BEGUN} order by v.seq limit 1 for update of v skip locked`,
    [rowsMax],
  )
  return rows[0] ?? null
}

/** The file whose parts are being booked. The caller holds the room's cursor. */
export async function nextBegun(tx: Tx): Promise<ToApply | null> {
  const rows = await tx.query<ToApply>(`${BELIEVED} and exists ${BEGUN} order by v.seq limit 1`)
  return rows[0] ?? null
}

const BEGUN = '(select 1 from import.large_file l where l.file_id = v.file_id)'

/** How many rows of a file are staged. Fewer than the verdict says: the database crashed and lost the unlogged ones. */
export async function stagedRows(tx: Tx, fileId: number): Promise<number> {
  const rows = await tx.query<{ rows: number }>(`select count(*) as rows from ${stagedTable(fileId)}`)
  return rows[0]?.rows ?? 0
}

/** What one file changes, sorted by facility and product, within the transaction that books it. */
export function changedTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.changed_')
}

export type ToBook = Moments & {
  missingRows: MissingRows
  now: InstantMs
  /** It is a part of a file that was counted, and what it leaves out laid down, before its first part. */
  isPart?: boolean
  /** Between which positions its rows lie, where they lie side by side: nothing beyond is looked at. */
  range?: PositionRange
}

export type PositionRange = { from: [facilityId: number, productId: number]; to: [facilityId: number, productId: number] }

/** What of the positions `p` a file may bear on, as a condition. The planner, left to itself, reads all of them for each part of a file. */
function within({ range }: Pick<ToBook, 'range'>): string {
  if (range === undefined) return 'true'
  return `(p.facility_id, p.product_id) >= (${range.from.join(', ')}) and (p.facility_id, p.product_id) <= (${range.to.join(', ')})`
}

/** What a file would do, laid down and counted, before anything moved. */
export type Laid = {
  bearing: Bearing
  figures: Omit<Figures, 'rowsRead' | 'rejected'>
  /** Positions that the last snapshot counted and this one does not; null where the feed does not ask. */
  missing: number | null
  /** Its rows say what there is, and not what changed. */
  isCount: boolean
  /** Rows that the ledger does not take, rows that a newer count overtook, and rows that move a position which is there already. */
  found: { refused: number; outdated: number; ofOld: number }
}

/**
 * Compares a file with what is there: whole sets, whatever the number of rows. What changes is laid down by itself, since
 * PostgreSQL compares with several processes only where the same statement writes nothing; what does not change costs that
 * comparison. The specification is `decideMovement` in movement.ts.
 */
export async function layBooking(tx: Tx, file: ToBook): Promise<Laid> {
  await tx.query(`set local work_mem = '${COMPARE_MEMORY}'`)
  // Few rows come out of it: handing them from one process to the other costs nothing worth counting.
  await tx.query('set local parallel_tuple_cost = 0')
  const bearing = await layBearing(tx, file)
  const missing = file.missingRows === 'keep' || file.isPart ? null : await layMissing(tx, file)
  await layChanged(tx, file, bearing)
  const counted = file.isPart ? countedBy(await changesByFacility(tx, file.fileId), false) : await countRows(tx, file)
  const [changes] = await tx.query<{ changed: number; first: number; largest: number } & Laid['found']>(
    `select count(*) filter (where is_moved and not is_first) as changed, count(*) filter (where is_first) as first,
            coalesce(max(abs(difference)) filter (where is_moved and not is_first), 0) as largest, count(*) filter (where is_refused) as refused,
            count(*) filter (where is_outdated) as outdated, count(*) filter (where is_moved and not is_new) as "ofOld"
       from ${changedTable(file.fileId)}`,
  )
  const { isCount, ...said } = counted
  return {
    ...{ bearing, missing, isCount },
    found: { refused: changes?.refused ?? 0, outdated: changes?.outdated ?? 0, ofOld: changes?.ofOld ?? 0 },
    figures: {
      ...{ ...said, known: said.rows - (changes?.first ?? 0), changed: changes?.changed ?? 0, largestChangeUnits: changes?.largest ?? 0 },
    },
  }
}

export type CountedRows = Pick<Figures, 'rows' | 'units' | 'zeroes' | 'facilities'> & { isCount: boolean }

/** What the rows of a file say by themselves, whatever is there. Marks the positions that it counts. */
export async function countRows(tx: Tx, file: Moments & { now: InstantMs }): Promise<CountedRows> {
  const marks = await markCounted(tx, file, file.now)
  return marks.length > 0 ? countedBy(marks, true) : countedBy(await changesByFacility(tx, file.fileId), false)
}

function countedBy(facilities: readonly FacilityCount[], isCount: boolean): CountedRows {
  const sum = (key: 'rows' | 'units' | 'zeroes') => facilities.reduce((total, one) => total + one[key], 0)
  return { rows: sum('rows'), units: sum('units'), zeroes: sum('zeroes'), facilities: facilities.map(one => one.facilityId), isCount }
}

export type Booked = {
  /** What rows of the file moved. */
  movements: number
  /** What rows moved that are not there. */
  zeroed: number
  refused: RefusedVariance[]
  outdated: Outdated
  /** Where the ledger keeps it; null where nothing moved. */
  movementFrom: number | null
  movementTo: number | null
}

/**
 * Books what was laid down, and adds it to the positions. New positions are inserted as new: should anybody make one of them
 * meanwhile, the whole booking fails and is tried again.
 */
export async function bookLaid(tx: Tx, file: ToBook, { found }: Laid): Promise<Booked> {
  const changed = changedTable(file.fileId)
  const [moved] = await tx.query<Pick<Booked, 'movements' | 'zeroed' | 'movementFrom' | 'movementTo'>>(
    `with moved as (
       insert into inventory.movement
         (seq, facility_id, product_id, on_hand_units, line, file_id, byte_offset, recorded_at, effective_at, reason)
       select nextval('inventory.movement_seq'), facility_id, product_id, difference, line, $1, byte_offset, $2, effective_at, reason
         from ${changed} where is_moved
       returning seq, line
     ) select count(line) as movements, count(*) - count(line) as zeroed, min(seq) as "movementFrom", max(seq) as "movementTo" from moved`,
    [file.fileId, new Date(file.now)],
  )
  await tx.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, counted_at, counted_as_of)
     select facility_id, product_id, difference, effective_at, case when is_count then effective_at end
       from ${changed} where is_moved and is_new`,
  )
  if (found.ofOld > 0)
    await tx.query(
      `update inventory.position p
        set on_hand_units = p.on_hand_units + c.difference, counted_at = greatest(p.counted_at, c.effective_at),
            counted_as_of = case when c.is_count then c.effective_at else p.counted_as_of end
       from ${changed} c where c.is_moved and not c.is_new and c.facility_id = p.facility_id and c.product_id = p.product_id and ${within(file)}`,
    )
  if (file.hasRowAsOf) await tellMoments(tx, file.fileId)
  const refused =
    found.refused === 0
      ? []
      : await tx.query<RefusedVariance>(
          `select s.line, s.byte_offset as "byteOffset", s.raw, s.cells
       from ${changed} c join ${stagedTable(file.fileId)} s using (facility_id, product_id) where c.is_refused order by s.line`,
        )
  const [outdated] =
    found.outdated === 0
      ? []
      : await tx.query<Outdated>(
          `select count(line) as rows, (array_agg(newer_file_id order by counted_as_of desc nulls last))[1] as "byFileId"
       from ${changed} where is_outdated`,
        )
  return {
    ...(moved ?? { movements: 0, zeroed: 0, movementFrom: null, movementTo: null }),
    ...{ refused, outdated: outdated ?? { rows: 0, byFileId: null } },
  }
}

/** What was laid down for one booking is of no use after it. */
export async function dropLaid(tx: Tx, fileId: number, { bearing, missing }: Laid): Promise<void> {
  await tx.query(`drop table ${changedTable(fileId)}`)
  if (missing !== null) await tx.query(`drop table ${missingTable(fileId)}`)
  await dropBearing(tx, fileId, bearing)
}

/** What a file of changes says, facility by facility. */
async function changesByFacility(tx: Tx, fileId: number): Promise<FacilityCount[]> {
  return tx.query(
    `select facility_id as "facilityId", count(*) as rows, sum(units) as units, count(*) filter (where units = 0) as zeroes
       from ${stagedTable(fileId)} group by facility_id`,
  )
}

/** Decides for each row of a file what it does, and lays down those that do not simply agree with what is there. */
async function layChanged(tx: Tx, file: ToBook, { hasSince, hasNewer }: Bearing): Promise<void> {
  const onHandThen = hasSince ? '(coalesce(p.on_hand_units, 0) - coalesce(since.on_hand_units, 0))' : 'coalesce(p.on_hand_units, 0)'
  const reservedThen = hasSince ? '(coalesce(p.reserved_units, 0) - coalesce(since.reserved_units, 0))' : 'coalesce(p.reserved_units, 0)'
  await tx.query(
    `create unlogged table ${changedTable(file.fileId)} as
     select facility_id, product_id, line, byte_offset, reason, difference, is_new, is_count, counted_as_of, newer_file_id, is_outdated,
            counted_at is null as is_first,
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
                    s.effect = ${EFFECT_CODE.delta} and s.units < 0 and coalesce(p.on_hand_units, 0) + s.units < 0 as is_refused
               from ${rowsOf(file)} s
               left join (select * from inventory.position p where ${within(file)}) p using (facility_id, product_id)
               ${hasSince ? `left join ${sinceTable(file.fileId)} since using (facility_id, product_id)` : ''}
               ${hasNewer ? `left join ${newerTable(file.fileId)} newer using (facility_id, product_id)` : ''}
           ) compared
       ) decided
      where is_outdated or is_refused or difference <> 0 or counted_at is null
      order by facility_id, product_id`,
  )
}

/** The rows of a file and, where the feed takes what is missing for nothing, those as counts of 0 without a line. */
function rowsOf({ fileId, asOf, missingRows }: ToBook): string {
  if (missingRows !== 'zero') return stagedTable(fileId)
  return `(select facility_id, product_id, units, effect, line, byte_offset, reason, as_of from ${stagedTable(fileId)}
           union all
           select facility_id, product_id, 0, ${EFFECT_CODE.on_hand_reset}, null, null, 'MISSING_IN_SNAPSHOT', '${new Date(asOf).toISOString()}'::timestamptz
             from ${missingTable(fileId)})`
}
