import type { Sql, Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { Figures } from './guard.ts'
import { ROW_REASON } from './row-code.ts'
import type { Tally } from './tally.ts'

/** Where the believed rows of one file wait to be booked, in the order of the file. */
export function stagedTable(fileId: number): string {
  assert(Number.isSafeInteger(fileId) && fileId > 0, `no file has the id ${fileId}`)
  return `import.staged_${fileId}`
}

export type VerdictRow = {
  fileId: number
  feedId: number
  layout: string
  /** What the file speaks of, and so who books it; stock, where it was not even read. */
  subject?: 'stock' | 'catalog' | 'orders' | 'schedule'
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
  repeatsFileId?: number | null
  header?: readonly string[] | null
  /** Null where the file carries no stock. */
  moment: Moment | null
  /** Rows that were not taken as they stand. */
  treated?: Tally
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
                                 decided_at, as_of, has_row_as_of, order_lag_ms, subject, header, rows_parked, rows_left_out, rows_repeated,
                                 treated, rows_merged, repeats_file_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
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
      ...[JSON.stringify(verdict.treated ?? {}), verdict.treated?.merged ?? 0, verdict.repeatsFileId ?? null],
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
  await tx.query('delete from import.file_key where file_id = $1', [fileId])
  await tx.query('delete from import.applied_lines where file_id = $1', [fileId])
  await tx.query('delete from import.verdict where file_id = $1', [fileId])
}

/** A variance that would take more than there is. */
export type RefusedVariance = { line: number; byteOffset: number; raw: string; cells: string | null }

/** Rows that a newer count had overtaken, and the file that brought the newest of those. */
export type Outdated = { rows: number; byFileId: number | null }

/** What the ledger says of a booked file besides its rows. */
export type StockApplied = {
  isCount: boolean
  figures: Figures
  missing: number | null
  zeroed: number
  movementFrom: number | null
  movementTo: number | null
}

/** Keeps rows that the ledger refused after all, with the rejected ones. */
export async function recordRefused(tx: Tx, fileId: number, refused: readonly RefusedVariance[]): Promise<void> {
  await tx.query(
    `insert into import.rejected_row (file_id, line, byte_offset, code, reason, raw, cells, root_file_id, root_line)
     select $1, refused.line, byte_offset, 'ROW_RESULT_NEGATIVE', $5, raw, cells::jsonb, coalesce(c.root_file_id, $1), coalesce(c.root_line, refused.line)
       from unnest($2::bigint[], $3::bigint[], $4::text[], $6::text[]) as refused (line, byte_offset, raw, cells)
       left join import.correction_row c on c.file_id = $1 and c.line = refused.line`,
    [
      ...[fileId, refused.map(row => row.line), refused.map(row => row.byteOffset), refused.map(row => row.raw)],
      ...[ROW_REASON.ROW_RESULT_NEGATIVE, refused.map(row => row.cells)],
    ],
  )
}

/** The ledger's acknowledgement: so many rows moved something, others were overtaken or refused after all, and the rest was so already. */
export async function recordApplied(
  tx: Tx,
  applied: {
    fileId: number
    movements: number
    /** Rows that the ledger refused (`recordRefused`). */
    refused: number
    outdated: Outdated | null
    /** What only stock files have. */
    stock?: StockApplied
    now: InstantMs
  },
): Promise<void> {
  await tx.query(
    `update import.verdict
        set rows_unchanged = rows_accepted - rows_merged - $2 - $3 - $5, rows_accepted = $2 + rows_merged, rows_rejected = rows_rejected + $3, applied_at = $4,
            rows_outdated = $5, outdated_by = $6, figures = $7, rows_missing = $8, rows_zeroed = $9, movement_from = $10, movement_to = $11,
            is_count = $12
      where file_id = $1`,
    [
      ...[applied.fileId, applied.movements, applied.refused, new Date(applied.now)],
      ...[applied.outdated?.rows ?? 0, applied.outdated?.byFileId ?? null],
      ...[applied.stock === undefined ? null : JSON.stringify(applied.stock.figures), applied.stock?.missing ?? null],
      ...[
        applied.stock?.zeroed ?? 0,
        applied.stock?.movementFrom ?? null,
        applied.stock?.movementTo ?? null,
        applied.stock?.isCount ?? null,
      ],
    ],
  )
  await resolveRows(tx, applied.fileId, applied.now)
  await rememberKeys(tx, applied.fileId)
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

/** The numbers of a booked file's rows are known from now on; those that were refused after all may come again. */
async function rememberKeys(tx: Tx, fileId: number): Promise<void> {
  await tx.query(
    `with booked as (delete from import.file_key where file_id = $1 returning key)
     insert into import.source_key (feed_id, key, file_id)
     select v.feed_id, b.key, $1 from booked b join import.verdict v on v.file_id = $1
      where not exists (select 1 from import.rejected_row r where r.file_id = $1 and r.cells ? b.key)
     on conflict do nothing`,
    [fileId],
  )
}

/** A person took the file back. */
export async function recordUndone(
  tx: Tx,
  undone: { fileId: number; who: string; positions: number; overruled: number; now: InstantMs },
): Promise<void> {
  await tx.query(
    `with forgotten as (delete from import.source_key where file_id = $1)
     update import.verdict set undone_at = $2, undone_by = $3, undone_positions = $4, overruled_positions = $5 where file_id = $1`,
    [undone.fileId, new Date(undone.now), undone.who, undone.positions, undone.overruled],
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
