import type { Sql, Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { Figures } from './guard.ts'
import { ROW_REASON, type RowCode } from './row-code.ts'

/** Where the believed rows of one file wait to be booked, in the order of the file. */
export function stagedTable(fileId: number): string {
  assert(Number.isSafeInteger(fileId) && fileId > 0, `no file has the id ${fileId}`)
  return `import.staged_${fileId}`
}

/** Where the rows of one file lie as they were read, inside the transaction that judges it. */
export function incomingTable(fileId: number): string {
  assert(Number.isSafeInteger(fileId) && fileId > 0, `no file has the id ${fileId}`)
  return `import.incoming_${fileId}`
}

/** Memory that one staging may sort and hash in, so that a million rows do not go through the disk. */
const SORT_MEMORY = '256MB'

/**
 * Takes every row of a file as it was read: the columns of `incoming-row.ts`, streamed, in constant memory. The table is
 * unlogged and not temporary: what is temporary can be read by one process of the database only.
 */
export async function takeIncoming(tx: Tx, fileId: number, chunks: AsyncIterable<string>): Promise<void> {
  const table = incomingTable(fileId)
  await tx.query(`set local work_mem = '${SORT_MEMORY}'`)
  await tx.query(
    `create unlogged table ${table} (
       line bigint, byte_offset bigint, facility_id integer, product_type text, product text,
       units integer, effect smallint, row_reason text, code text, code_reason text, raw text, as_of timestamptz, cells text
     )`,
  )
  await tx.copyIn(`copy ${table} from stdin`, chunks)
  // Without these figures the planner takes `code is null` for one row in two hundred and looks each product up by itself.
  await tx.query(`analyze ${table} (product_type, product, code)`)
}

/** The rows as they were read are of no use once the file has its verdict. */
export async function dropIncoming(tx: Tx, fileId: number): Promise<void> {
  await tx.query(`drop table ${incomingTable(fileId)}`)
}

export type Staged = { rowsStaged: number; rowsDuplicate: number; unitsRead: number }

/**
 * Resolves what rows call products, and lays down those that are known: one statement for the whole file, in the order of the
 * file, since only what will change is worth sorting. Whether a position stands there twice is asked of one number made of
 * facility and product: sorting those costs half of what grouping by both does.
 */
export async function stageKnown(tx: Tx, fileId: number): Promise<Staged> {
  const table = stagedTable(fileId)
  await tx.query(`drop table if exists ${table}`)
  await tx.query(
    `create unlogged table ${table} as
     select i.facility_id, p.product_id, i.units, i.effect, i.line, i.byte_offset, i.row_reason as reason, i.raw, i.as_of, i.cells
       from ${incomingTable(fileId)} i
       join catalog.product_identifier p on p.type = i.product_type and p.value = i.product
      where i.code is null`,
  )
  await tx.query(`analyze ${table} (facility_id, product_id)`)
  const [counted] = await tx.query<{ rows: number; positions: number; units: number }>(
    `select count(*) as rows, count(distinct (facility_id::bigint << 32) | product_id) as positions, coalesce(sum(units), 0) as units
       from ${table}`,
  )
  const { rows, positions, units } = counted ?? { rows: 0, positions: 0, units: 0 }
  return { rowsStaged: rows, rowsDuplicate: rows === positions ? 0 : await refuseDuplicates(tx, fileId), unitsRead: units }
}

/** Of rows that speak of one position twice, none is believed: which of them counts is for a person to say. Gives their number. */
async function refuseDuplicates(tx: Tx, fileId: number): Promise<number> {
  const rows = await tx.query<{ refused: number }>(
    `with repeated as (
       select facility_id, product_id from ${stagedTable(fileId)} group by facility_id, product_id having count(*) > 1
     ), refused as (
       delete from ${stagedTable(fileId)} s using repeated r
        where r.facility_id = s.facility_id and r.product_id = s.product_id returning s.line
     ), named as (
       update ${incomingTable(fileId)} i set code = 'ROW_DUPLICATE_KEY', code_reason = $1 from refused r where r.line = i.line returning 1
     ) select count(*) as refused from named`,
    [ROW_REASON.ROW_DUPLICATE_KEY],
  )
  return rows[0]?.refused ?? 0
}

/** Names why each row that was neither staged nor refused before is unknown. */
export async function refuseUnknown(tx: Tx, fileId: number): Promise<void> {
  await tx.query(
    `update ${incomingTable(fileId)} i
        set (code, code_reason) = (
          select named.code, case named.code
              when 'ROW_ID_TYPE_UNKNOWN' then replace($1, '.', ': ' || i.product_type || '.')
              else replace($2, '.', ': ' || i.product_type || ' ' || i.product || '.')
            end
            from (select case when exists (select 1 from catalog.product_identifier p where p.type = i.product_type)
                           then 'ROW_PRODUCT_UNKNOWN' else 'ROW_ID_TYPE_UNKNOWN' end as code) named)
      where i.code is null and not exists (select 1 from ${stagedTable(fileId)} s where s.line = i.line)`,
    [ROW_REASON.ROW_ID_TYPE_UNKNOWN, ROW_REASON.ROW_PRODUCT_UNKNOWN],
  )
}

/** Lays the raw text beside rows that were read and then refused: the file is gone through a second time for it. */
export async function takeRaw(tx: Tx, fileId: number, chunks: AsyncIterable<string>): Promise<void> {
  await tx.query('create temp table raw_of (line bigint, raw text, cells text) on commit drop')
  await tx.copyIn('copy raw_of from stdin', chunks)
  await tx.query(
    `update ${incomingTable(fileId)} i set raw = r.raw, cells = r.cells from raw_of r where r.line = i.line and i.code is not null and i.raw is null`,
  )
}

/** Codes of rows that wait for somebody to say what a name means. */
const UNKNOWN_CODES: readonly RowCode[] = ['ROW_PRODUCT_UNKNOWN', 'ROW_ID_TYPE_UNKNOWN', 'ROW_FACILITY_UNKNOWN']
const PARKED_CODES: readonly RowCode[] = ['ROW_PRODUCT_UNKNOWN', 'ROW_ID_TYPE_UNKNOWN']

/**
 * Keeps what was refused, with everything that is needed to mend it. Rows of unknown products are parked where the feed says
 * so: they wait like the others, and are counted by themselves.
 */
export async function keepRejected(
  tx: Tx,
  fileId: number,
  { isParking = false }: { isParking?: boolean } = {},
): Promise<{ rejected: number; parked: number }> {
  const rows = await tx.query<{ rejected: number; parked: number }>(
    `with kept as (
       insert into import.rejected_row
         (file_id, line, byte_offset, code, reason, raw, cells, unknown_type, unknown_value, is_parked, root_file_id, root_line)
       select $1, i.line, i.byte_offset, i.code, i.code_reason, i.raw, i.cells::jsonb, u.type, u.value, $3 and i.code = any($4),
              coalesce(c.root_file_id, $1), coalesce(c.root_line, i.line)
         from ${incomingTable(fileId)} i
         left join import.correction_row c on c.file_id = $1 and c.line = i.line
         left join lateral (select i.product_type as type, i.product as value where i.code = any($2)) u on true
        where i.code is not null
       returning is_parked
     ) select count(*) filter (where not is_parked) as rejected, count(*) filter (where is_parked) as parked from kept`,
    [fileId, UNKNOWN_CODES, isParking, PARKED_CODES],
  )
  return rows[0] ?? { rejected: 0, parked: 0 }
}

export type VerdictRow = {
  fileId: number
  feedId: number
  layout: string
  /** What the file speaks of, and so who books it; stock, where it was not even read. */
  subject?: 'stock' | 'catalog' | 'orders'
  decision: 'believed' | 'failed'
  code: string | null
  reason: string | null
  rowsRead: number
  rowsAccepted: number
  rowsRejected: number
  unitsRead: number
  rowsParked?: number
  rowsLeftOut?: number
  rowsRepeated?: number
  header?: readonly string[] | null
  /** Null where the file carries no stock. */
  moment: Moment | null
  now: InstantMs
}

/** Of which moment the rows of a file speak. */
export type Moment = {
  asOf: InstantMs
  /** Each row has its own, and `asOf` is only when the file came in. */
  hasRowAsOf: boolean
  /** How long before that moment the sender last took orders in. */
  orderLagMs: number
}

/** The verdict, which commits with the rows that it speaks of. */
export async function recordVerdict(tx: Tx, verdict: VerdictRow): Promise<void> {
  await tx.query(
    `insert into import.verdict (file_id, feed_id, layout, decision, code, reason, rows_read, rows_accepted, rows_rejected, units_read,
                                 decided_at, as_of, has_row_as_of, order_lag_ms, subject, header, rows_parked, rows_left_out, rows_repeated)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      verdict.fileId,
      verdict.feedId,
      verdict.layout,
      verdict.decision,
      verdict.code,
      verdict.reason,
      verdict.rowsRead,
      verdict.rowsAccepted,
      verdict.rowsRejected,
      verdict.unitsRead,
      new Date(verdict.now),
      verdict.moment === null ? null : new Date(verdict.moment.asOf),
      verdict.moment?.hasRowAsOf ?? false,
      verdict.moment?.orderLagMs ?? 0,
      verdict.subject ?? 'stock',
      verdict.header ?? null,
      ...[verdict.rowsParked ?? 0, verdict.rowsLeftOut ?? 0, verdict.rowsRepeated ?? 0],
    ],
  )
}

/** Nothing of a failed file waits to be booked. */
export async function dropStaged(tx: Tx, fileId: number): Promise<void> {
  await tx.query(`drop table if exists ${stagedTable(fileId)}`)
}

/** The staged rows were lost with the database: the verdict goes too, and the kept file is read again. */
export async function forgetVerdict(tx: Tx, fileId: number): Promise<void> {
  await dropStaged(tx, fileId)
  await tx.query('delete from import.rejected_row where file_id = $1', [fileId])
  await tx.query('delete from import.correction_row where file_id = $1', [fileId])
  await tx.query('delete from import.verdict where file_id = $1', [fileId])
}

/** A variance that would take more than there is. */
export type RefusedVariance = { line: number; byteOffset: number; raw: string; cells: string | null }

/** Rows that a newer count had overtaken, and the file that brought the newest of those. */
export type Outdated = { rows: number; byFileId: number | null }

/** What the ledger says of a booked file besides its rows. */
export type StockApplied = {
  figures: Figures
  missing: number | null
  zeroed: number
  movementFrom: number | null
  movementTo: number | null
}

/** The ledger's acknowledgement: so many rows moved something, others were overtaken or refused after all, and the rest was so already. */
export async function recordApplied(
  tx: Tx,
  applied: {
    fileId: number
    movements: number
    refused: readonly RefusedVariance[]
    outdated: Outdated | null
    /** What only stock files have. */
    stock?: StockApplied
    now: InstantMs
  },
): Promise<void> {
  await tx.query(
    `insert into import.rejected_row (file_id, line, byte_offset, code, reason, raw, cells, root_file_id, root_line)
     select $1, refused.line, byte_offset, 'ROW_RESULT_NEGATIVE', $5, raw, cells::jsonb, coalesce(c.root_file_id, $1), coalesce(c.root_line, refused.line)
       from unnest($2::bigint[], $3::bigint[], $4::text[], $6::text[]) as refused (line, byte_offset, raw, cells)
       left join import.correction_row c on c.file_id = $1 and c.line = refused.line`,
    [
      applied.fileId,
      applied.refused.map(row => row.line),
      applied.refused.map(row => row.byteOffset),
      applied.refused.map(row => row.raw),
      ROW_REASON.ROW_RESULT_NEGATIVE,
      applied.refused.map(row => row.cells),
    ],
  )
  await tx.query(
    `update import.verdict
        set rows_unchanged = rows_accepted - $2 - $3 - $5, rows_accepted = $2, rows_rejected = rows_rejected + $3, applied_at = $4,
            rows_outdated = $5, outdated_by = $6, figures = $7, rows_missing = $8, rows_zeroed = $9, movement_from = $10, movement_to = $11
      where file_id = $1`,
    [
      ...[applied.fileId, applied.movements, applied.refused.length, new Date(applied.now)],
      ...[applied.outdated?.rows ?? 0, applied.outdated?.byFileId ?? null],
      ...[applied.stock === undefined ? null : JSON.stringify(applied.stock.figures), applied.stock?.missing ?? null],
      ...[applied.stock?.zeroed ?? 0, applied.stock?.movementFrom ?? null, applied.stock?.movementTo ?? null],
    ],
  )
  await resolveRows(tx, applied.fileId, applied.now)
  await dropStaged(tx, applied.fileId)
}

/** The rows that a booked correction mended have come home: every line that led to them is done. Gives their number. */
async function resolveRows(tx: Tx, fileId: number, now: InstantMs): Promise<void> {
  await tx.query(
    `update import.rejected_row r set resolved_by = $1, resolved_at = $2
       from import.correction_row c
      where c.file_id = $1 and r.root_file_id = c.root_file_id and r.root_line = c.root_line and r.resolved_at is null
        and not exists (select 1 from import.rejected_row again where again.file_id = $1 and again.line = c.line)`,
    [fileId, new Date(now)],
  )
}

export type ErrorFileDue = { fileId: number; home: string; folder: string; name: string; receivedAt: InstantMs; rowsRejected: number }

/** A judged file whose rejected rows were not yet written beside it. */
export async function nextErrorFile(sql: Sql): Promise<ErrorFileDue | null> {
  const rows = await sql.query<ErrorFileDue>(
    `select v.file_id as "fileId", e.home, e.folder, f.name, f.received_at as "receivedAt", v.rows_rejected as "rowsRejected"
       from import.verdict v
       join feed.file f using (file_id)
       join feed.feed e on e.feed_id = v.feed_id
      where v.rows_rejected > 0 and v.error_file_at is null and (v.applied_at is not null or v.decision = 'failed')
      order by v.seq limit 1`,
  )
  return rows[0] ?? null
}

export type RejectedRow = { line: number; byteOffset: number; code: string; reason: string; raw: string }

/** A page of a file's rejected rows, in the order of the file. */
export async function rejectedRows(sql: Sql, page: { fileId: number; afterLine: number; limit: number }): Promise<RejectedRow[]> {
  return sql.query<RejectedRow>(
    `select line, byte_offset as "byteOffset", code, reason, raw from import.rejected_row
      where file_id = $1 and line > $2 order by line limit $3`,
    [page.fileId, page.afterLine, page.limit],
  )
}

export async function recordErrorFile(sql: Sql, fileId: number, now: InstantMs): Promise<void> {
  await sql.query('update import.verdict set error_file_at = $2 where file_id = $1', [fileId, new Date(now)])
}

/** Files that are whole and known to be new, and were not read yet. */
export async function importStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<{ waiting: number; since: InstantMs | null; held: number }>(
    `select count(*) filter (where state = 'received' and identified_at is not null) as waiting,
            min(received_at) filter (where state = 'received' and identified_at is not null) as since,
            count(*) filter (where state = 'held') as held
       from feed.file where state in ('received', 'held')`,
  )
  return { backlog: rows[0]?.waiting ?? 0, oldestAt: rows[0]?.since ?? null, stuck: rows[0]?.held ?? 0 }
}
