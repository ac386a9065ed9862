import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type RejectedCells, type RowRef, refOf } from './correction.ts'

export type RejectedRow = {
  line: number
  byteOffset: number
  code: string
  reason: string
  raw: string
  cells: string[] | null
  unknown: { type: string; value: string } | null
  isParked: boolean
  ref: string
  resolvedBy: number | null
}

type Kept = Omit<RejectedRow, 'unknown' | 'ref'> & {
  unknownType: string | null
  unknownValue: string | null
  rootFileId: number
  rootLine: number
}

const COLUMNS = `line, byte_offset as "byteOffset", code, reason, raw, cells, unknown_type as "unknownType", unknown_value as "unknownValue",
  is_parked as "isParked", root_file_id as "rootFileId", root_line as "rootLine", resolved_by as "resolvedBy"`

function shown({ unknownType, unknownValue, rootFileId, rootLine, ...row }: Kept): RejectedRow {
  const unknown = unknownType === null || unknownValue === null ? null : { type: unknownType, value: unknownValue }
  return { ...row, unknown, ref: refOf({ fileId: rootFileId, line: rootLine }) }
}

export type Wanted = { code?: string | undefined; search?: string | undefined; state?: 'waiting' | 'home' | undefined }

const WANTED = `file_id = $1 and ($2::text is null or code = $2) and ($3::text is null or position(lower($3) in lower(raw)) > 0)
  and ($4::text is null or ($4 = 'home') = (resolved_at is not null))`

const given = (fileId: number, { code, search, state }: Wanted) => [fileId, code ?? null, search || null, state ?? null]

/** A page of a file's rejected rows, in the order of the file. */
export async function rejectedPageOf(
  sql: Sql,
  fileId: number,
  wanted: Wanted,
  page: { limit: number; offset: number },
): Promise<RejectedRow[]> {
  const rows = await sql.query<Kept>(`select ${COLUMNS} from import.rejected_row where ${WANTED} order by line limit $5 offset $6`, [
    ...given(fileId, wanted),
    page.limit,
    page.offset,
  ])
  return rows.map(shown)
}

export async function countRejected(sql: Sql, fileId: number, wanted: Wanted): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from import.rejected_row where ${WANTED}`,
    given(fileId, wanted),
  )
  return rows[0]?.total ?? 0
}

/** What a file's rejected rows are, and how many of each still wait. */
export async function rejectedByCode(sql: Sql, fileId: number): Promise<{ code: string; rows: number; waiting: number }[]> {
  return sql.query(
    `select code, count(*) as rows, count(*) filter (where resolved_at is null) as waiting
       from import.rejected_row where file_id = $1 group by code order by rows desc, code`,
    [fileId],
  )
}

/** The names of a file's columns; null where it was not read so far. */
export async function headerOf(sql: Sql, fileId: number): Promise<string[] | null> {
  const rows = await sql.query<{ header: string[] | null }>('select header from import.verdict where file_id = $1', [fileId])
  return rows[0]?.header ?? null
}

const ROWS_PER_PAGE_MAX = 5_000

/** The rows of a file that still wait, as they go out, page by page in the order of the file. */
export async function* waitingRows(sql: Sql, fileId: number): AsyncIterable<RejectedCells[]> {
  let after = -1
  for (;;) {
    const rows = await sql.query<Omit<RejectedCells, 'root'> & { line: number; rootFileId: number; rootLine: number }>(
      `select line, cells, raw, code, reason, root_file_id as "rootFileId", root_line as "rootLine"
         from import.rejected_row where file_id = $1 and resolved_at is null and line > $2 order by line limit $3`,
      [fileId, after, ROWS_PER_PAGE_MAX],
    )
    if (rows.length > 0) yield rows.map(row => ({ ...row, root: { fileId: row.rootFileId, line: row.rootLine } }))
    const last = rows.at(-1)
    if (!last || rows.length < ROWS_PER_PAGE_MAX) return
    after = last.line
  }
}

/** Rejected rows of a file by their lines, as far as they still wait. */
export async function waitingLines(sql: Sql, fileId: number, lines: readonly number[]): Promise<(RejectedCells & { line: number })[]> {
  const rows = await sql.query<Omit<RejectedCells, 'root'> & { line: number; rootFileId: number; rootLine: number }>(
    `select line, cells, raw, code, reason, root_file_id as "rootFileId", root_line as "rootLine"
       from import.rejected_row where file_id = $1 and resolved_at is null and line = any($2) order by line`,
    [fileId, lines],
  )
  return rows.map(row => ({ ...row, root: { fileId: row.rootFileId, line: row.rootLine } }))
}

/** Where rows come back that wait for a name: the feed, the columns, and the rows whose name somebody knows by now. */
export type Resolvable = { feedId: number; fileId: number; fileName: string; header: string[]; isToWait: boolean }

const KNOWN_NOW = `(
    exists (select 1 from catalog.product_identifier p where p.type = r.unknown_type and p.value = r.unknown_value)
    or (r.unknown_type = 'facilityId' and exists (select 1 from catalog.facility f where f.code = r.unknown_value))
    or (r.unknown_type = 'externalFacilityId' and exists (select 1 from catalog.facility f where f.external_id = r.unknown_value))
    or (r.code = 'ROW_FACILITY_UNKNOWN' and exists (select 1 from catalog.facility_alias a where a.value = r.unknown_value)))`

/** Whether rows of a file wait for a name. */
export async function doRowsWait(sql: Sql, fileId: number): Promise<boolean> {
  const rows = await sql.query(
    'select 1 from import.rejected_row where file_id = $1 and unknown_value is not null and resolved_at is null limit 1',
    [fileId],
  )
  return rows.length > 0
}

/** Why the rows of a file `f` of a feed `e` cannot come home just now: others do, or the feed takes nothing. */
const IS_TO_WAIT = `(not e.is_enabled or exists (
    select 1 from feed.file c
     where c.parent_file_id = f.file_id and c.parent_kind = 'correction' and c.state in ('receiving', 'received', 'staged')))`

/** Files with rows that waited for a name which the catalogue knows by now, oldest first; all after one, or some among these. */
export async function resolvableFiles(
  sql: Sql,
  { after, limit, among = null }: { after: number; limit: number; among?: readonly number[] | null },
): Promise<Resolvable[]> {
  return sql.query<Resolvable>(
    `select f.feed_id as "feedId", f.file_id as "fileId", f.name as "fileName", v.header, ${IS_TO_WAIT} as "isToWait"
       from (select distinct r.file_id from import.rejected_row r
              where r.unknown_value is not null and r.resolved_at is null and r.file_id = r.root_file_id and r.file_id > $1
                and ($3::bigint[] is null or r.file_id = any ($3)) and ${KNOWN_NOW}) waiting
       join feed.file f using (file_id)
       join import.verdict v using (file_id)
       join feed.feed e on e.feed_id = f.feed_id
      where v.header is not null and f.state <> 'undone'
      order by f.file_id limit $2`,
    [after, limit, among],
  )
}

/** Files that had to wait when their rows were named, and need not any longer. */
export async function filesToLookAgain(sql: Sql): Promise<number[]> {
  const rows = await sql.query<{ fileId: number }>(
    `select f.file_id as "fileId" from import.look_again join feed.file f using (file_id) join feed.feed e using (feed_id) where not ${IS_TO_WAIT}`,
  )
  return rows.map(row => row.fileId)
}

/** `seen`: that were looked at again; `waiting`: that have to wait. */
export async function keepToLookAgain(tx: Tx, { seen, waiting }: { seen: readonly number[]; waiting: readonly number[] }): Promise<void> {
  if (seen.length > 0) await tx.query('delete from import.look_again where file_id = any ($1)', [seen])
  if (waiting.length > 0) await tx.query('insert into import.look_again select unnest($1::bigint[]) on conflict do nothing', [waiting])
}

/** Of one file the rows whose name is known by now, page by page. */
export async function* resolvableRows(sql: Sql, fileId: number): AsyncIterable<RejectedCells[]> {
  let after: RowRef = { fileId, line: -1 }
  for (;;) {
    const rows = await sql.query<Omit<RejectedCells, 'root'> & { line: number }>(
      `select r.line, r.cells, r.raw, r.code, r.reason from import.rejected_row r
        where r.file_id = $1 and r.root_file_id = r.file_id and r.resolved_at is null and r.unknown_value is not null and r.line > $2
          and ${KNOWN_NOW}
        order by r.line limit $3`,
      [fileId, after.line, ROWS_PER_PAGE_MAX],
    )
    if (rows.length > 0) yield rows.map(row => ({ ...row, root: { fileId, line: row.line } }))
    const last = rows.at(-1)
    if (!last || rows.length < ROWS_PER_PAGE_MAX) return
    after = { fileId, line: last.line }
  }
}

export type UnknownName = {
  type: string
  value: string
  rows: number
  files: number
  feeds: string[]
  example: { fileId: number; line: number; raw: string }
}

const OF_FILE = `r.unknown_value is not null and r.resolved_at is null and r.file_id = r.root_file_id and ($1::bigint is null or r.file_id = $1)`

/** Names for which rows wait, those with the most rows first: one line each, however many rows there are. */
export async function unknownNames(sql: Sql, page: { fileId: number | null; limit: number; offset: number }): Promise<UnknownName[]> {
  return sql.query<UnknownName>(
    `select r.unknown_type as type, r.unknown_value as value, count(*) as rows, count(distinct r.file_id) as files,
            array_agg(distinct e.name) as feeds,
            (array_agg(json_build_object('fileId', r.file_id, 'line', r.line, 'raw', r.raw) order by r.file_id desc, r.line))[1] as example
       from import.rejected_row r join feed.file f using (file_id) join feed.feed e using (feed_id)
      where ${OF_FILE}
      group by 1, 2 order by rows desc, type, value limit $2 offset $3`,
    [page.fileId, page.limit, page.offset],
  )
}

export type UnknownOfFeed = { feed: string; rows: number; names: number; examples: string[]; since: InstantMs }

const EXAMPLES_MAX = 3

/** Of each feed, how many rows wait for how many names that nobody knows. Parked ones wait quietly: they are told of by nobody. */
export async function unknownByFeed(sql: Sql): Promise<UnknownOfFeed[]> {
  return sql.query<UnknownOfFeed>(
    `select e.name as feed, sum(n.rows) as rows, count(*) as names, (array_agg(n.value order by n.rows desc, n.value))[1:${EXAMPLES_MAX}] as examples,
            min(n.since) as since
       from (select f.feed_id, r.unknown_value as value, count(*) as rows, min(f.received_at) as since
               from import.rejected_row r join feed.file f using (file_id)
              where r.unknown_value is not null and r.resolved_at is null and not r.is_parked and r.file_id = r.root_file_id
              group by f.feed_id, r.unknown_type, r.unknown_value) n
       join feed.feed e using (feed_id)
      group by e.name order by rows desc`,
  )
}

export async function countUnknown(sql: Sql, fileId: number | null): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select distinct unknown_type, unknown_value from import.rejected_row r where ${OF_FILE}) names`,
    [fileId],
  )
  return rows[0]?.total ?? 0
}
