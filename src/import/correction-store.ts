import type { Sql, Tx } from '../db/connection.ts'
import type { RowRef } from './correction.ts'
import { incomingTable } from './incoming-store.ts'
import { ROW_REASON } from './row-code.ts'

const REFS_PER_STATEMENT_MAX = 10_000

/** Keeps which line of a correction mends which rejected row. References to rows of another feed, or to none, are left out. */
export async function recordRefs(
  tx: Tx,
  file: { fileId: number; feedId: number },
  refs: readonly { line: number; ref: RowRef }[],
): Promise<void> {
  for (let from = 0; from < refs.length; from += REFS_PER_STATEMENT_MAX) {
    const some = refs.slice(from, from + REFS_PER_STATEMENT_MAX)
    await tx.query(
      `insert into import.correction_row (file_id, line, root_file_id, root_line)
       select distinct on (given.line) $1::bigint, given.line, r.root_file_id, r.root_line
         from unnest($3::bigint[], $4::bigint[], $5::bigint[]) as given (line, root_file_id, root_line)
         join import.rejected_row r on r.file_id = given.root_file_id and r.line = given.root_line
         join feed.file f on f.file_id = r.root_file_id and f.feed_id = $2
       on conflict do nothing`,
      [...[file.fileId, file.feedId, some.map(one => one.line), some.map(one => one.ref.fileId), some.map(one => one.ref.line)]],
    )
  }
}

export type Settled = { rows: number; rejected: number; repeated: number; unknown: number }

/**
 * Puts the rows of a correction, as they were read, beside what they mend: those whose row has come home already are taken out,
 * those that mend nothing are refused, and the others speak of the moment of which their first file spoke.
 */
export async function settleRefs(tx: Tx, fileId: number): Promise<Settled> {
  const table = incomingTable(fileId)
  const [gone] = await tx.query<{ repeated: number }>(
    `with gone as (
       delete from ${table} i using import.correction_row c, import.rejected_row r
        where c.file_id = $1 and c.line = i.line and r.file_id = c.root_file_id and r.line = c.root_line and r.resolved_at is not null
       returning 1
     ) select count(*) as repeated from gone`,
    [fileId],
  )
  const [refused] = await tx.query<{ unknown: number }>(
    `with refused as (
       update ${table} i set code = 'ROW_REF_UNKNOWN', code_reason = $2
        where i.code is null and not exists (select 1 from import.correction_row c where c.file_id = $1 and c.line = i.line)
       returning 1
     ) select count(*) as unknown from refused`,
    [fileId, ROW_REASON.ROW_REF_UNKNOWN],
  )
  await tx.query(
    `update ${table} i set as_of = v.as_of
       from import.correction_row c join import.verdict v on v.file_id = c.root_file_id
      where c.file_id = $1 and c.line = i.line and i.as_of is null`,
    [fileId],
  )
  const [left] = await tx.query<{ rows: number; rejected: number }>(
    `select count(*) as rows, count(*) filter (where code is not null) as rejected from ${table}`,
  )
  return { rows: left?.rows ?? 0, rejected: left?.rejected ?? 0, repeated: gone?.repeated ?? 0, unknown: refused?.unknown ?? 0 }
}

/** The first file that a correction mends; null where it mends none. */
export async function rootOf(sql: Sql, fileId: number): Promise<number | null> {
  const rows = await sql.query<{ root: number | null }>('select min(root_file_id) as root from import.correction_row where file_id = $1', [
    fileId,
  ])
  return rows[0]?.root ?? null
}
