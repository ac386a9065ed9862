import type { Sql, Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import { dropStaged, stagedTable } from './store.ts'

/** A file of more rows than this is booked part by part: up to it, one booking takes some seconds. */
export const LARGE_FILE_ROWS = 1_500_000

/** So many pages of about a hundred rows make the first part; later ones are as long as their time allows. */
const PAGES_A_PART = 500

/**
 * Where all rows of a large file lie until its last part is booked, in the order of facility and product. Logged, unlike the staged
 * rows of other files: what is begun has to be brought to its end after a crash of the database too.
 */
export function wholeTable(fileId: number): string {
  assert(Number.isSafeInteger(fileId) && fileId > 0, `no file has the id ${fileId}`)
  return `import.whole_${fileId}`
}

/** What was counted of a large file before its first part. */
export type LargeFile = {
  fileId: number
  isCount: boolean
  missing: number | null
  rows: number
  units: number
  zeroes: number
  facilities: readonly number[]
}

/** Lays a believed file out to be booked in parts. With this it is decided that all of it counts. */
export async function layWhole(tx: Tx, file: LargeFile): Promise<void> {
  const table = wholeTable(file.fileId)
  await tx.query(`create table ${table} as select * from ${stagedTable(file.fileId)} order by facility_id, product_id`)
  await dropStaged(tx, file.fileId)
  await tx.query(
    `insert into import.large_file (file_id, pages, pages_a_part, is_count, missing, rows, units, zeroes, facility_ids)
     select $1, pg_relation_size('${table}') / current_setting('block_size')::integer, ${PAGES_A_PART}, $2, $3, $4, $5, $6, $7`,
    [file.fileId, file.isCount, file.missing, file.rows, file.units, file.zeroes, file.facilities],
  )
}

/** How far a large file is. */
export type LargeProgress = LargeFile & {
  pages: number
  nextPage: number
  pagesAPart: number
  movements: number
  zeroed: number
  refused: number
  outdated: number
  outdatedBy: number | null
  firstCounts: number
  changed: number
  largestChange: number
  movementFrom: number | null
  movementTo: number | null
  /** Stretches of the ledger in which others moved while this file was booked, the last one without an end. */
  elsewhere: { from: number; to: number | null }[]
}

export async function largeProgress(tx: Tx, fileId: number): Promise<LargeProgress | null> {
  const rows = await tx.query<Omit<LargeProgress, 'elsewhere'>>(
    `select file_id as "fileId", is_count as "isCount", missing, rows, units, zeroes, facility_ids as facilities, pages, next_page as "nextPage",
            pages_a_part as "pagesAPart", movements, zeroed, refused, outdated, outdated_by as "outdatedBy", first_counts as "firstCounts", changed,
            largest_change as "largestChange", lower(own_seqs) as "movementFrom", upper(own_seqs) - 1 as "movementTo"
       from import.large_file where file_id = $1 for update`,
    [fileId],
  )
  const elsewhere = await tx.query<{ from: number; to: number | null }>(
    `select lower(gap) as from, upper(gap) - 1 as to
       from import.large_file cross join unnest(int8multirange(int8range(0, null)) - own_seqs) as gap where file_id = $1`,
    [fileId],
  )
  return rows[0] ? { ...rows[0], elsewhere } : null
}

export type StagedPart = { rows: number; first: [number, number]; last: [number, number] }

/** Stages the next part, as the rows of any file are staged. Gives their number, and the positions between which they lie. */
export async function stagePart(tx: Tx, part: { fileId: number; fromPage: number; toPage: number }): Promise<StagedPart> {
  const staged = stagedTable(part.fileId)
  await tx.query(
    `create unlogged table ${staged} as select * from ${wholeTable(part.fileId)}
      where ctid >= '(${part.fromPage},0)'::tid and ctid < '(${part.toPage},0)'::tid`,
  )
  await tx.query(`analyze ${staged} (facility_id, product_id)`)
  const [counted] = await tx.query<{ rows: number; first: number | null; last: number | null }>(
    `select count(*) as rows, min((facility_id::bigint << 32) | product_id) as first, max((facility_id::bigint << 32) | product_id) as last from ${staged}`,
  )
  return { rows: counted?.rows ?? 0, first: positionOf(counted?.first), last: positionOf(counted?.last) }
}

function positionOf(key: number | null | undefined): [number, number] {
  const number = BigInt(key ?? 0)
  return [Number(number >> 32n), Number(number & 0xffff_ffffn)]
}

export type PartBooked = {
  fileId: number
  toPage: number
  pagesAPart: number
  rows: number
  movements: number
  zeroed: number
  refused: number
  outdated: number
  outdatedBy: number | null
  firstCounts: number
  changed: number
  largestChange: number
  movementFrom: number | null
  movementTo: number | null
}

/** What came of one part, in the transaction that booked it. */
export async function recordPart(tx: Tx, part: PartBooked): Promise<void> {
  await dropStaged(tx, part.fileId)
  await tx.query(
    `update import.large_file
        set next_page = $2, pages_a_part = $3, rows_booked = rows_booked + $4, movements = movements + $5, zeroed = zeroed + $6,
            refused = refused + $7, outdated = outdated + $8, outdated_by = coalesce($9, outdated_by), first_counts = first_counts + $10,
            changed = changed + $11, largest_change = greatest(largest_change, $12),
            own_seqs = own_seqs + case when $13::bigint is null then '{}'::int8multirange else int8multirange(int8range($13, $14, '[]')) end
      where file_id = $1`,
    [
      ...[part.fileId, part.toPage, part.pagesAPart, part.rows, part.movements, part.zeroed, part.refused, part.outdated, part.outdatedBy],
      ...[part.firstCounts, part.changed, part.largestChange, part.movementFrom, part.movementTo],
    ],
  )
}

/** The last part is booked: what was laid out is of no use any more. */
export async function dropWhole(tx: Tx, fileId: number): Promise<void> {
  await dropStaged(tx, fileId)
  await tx.query(`drop table ${wholeTable(fileId)}`)
  await tx.query('delete from import.large_file where file_id = $1', [fileId])
}

/** How many rows of a large file are booked, and of how many; null where it is not booked in parts, or is through. */
export async function rowsBookedOf(sql: Sql, fileId: number): Promise<{ booked: number; rows: number } | null> {
  const rows = await sql.query<{ booked: number; rows: number }>(
    'select rows_booked as booked, rows from import.large_file where file_id = $1',
    [fileId],
  )
  return rows[0] ?? null
}
