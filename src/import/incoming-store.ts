import type { Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import { ROW_REASON, type RowCode } from './row-code.ts'
import { stagedTable } from './store.ts'

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
export async function takeIncoming(tx: Tx, fileId: number, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  const table = incomingTable(fileId)
  await tx.query(`set local work_mem = '${SORT_MEMORY}'`)
  await tx.query(
    `create unlogged table ${table} (
       line bigint, byte_offset bigint, facility_id integer, product_id integer, product_type text, product text,
       units integer, effect smallint, reason text, code text, code_reason text, raw text, as_of timestamptz, cells text
     )`,
  )
  await tx.copyIn(`copy ${table} from stdin`, chunks)
}

/** The rows as they were read are of no use once the file has its verdict. */
export async function dropIncoming(tx: Tx, fileId: number): Promise<void> {
  await tx.query(`drop table ${incomingTable(fileId)}`)
}

/** Finds what rows call products, unless that was done while they were read. Gives the rows that are known, and their units. */
export async function findKnown(tx: Tx, fileId: number, { by }: { by: 'reading' | 'database' }): Promise<{ rows: number; units: number }> {
  if (by === 'database') await resolve(tx, fileId)
  const [known] = await tx.query<{ rows: number; units: number }>(
    `select count(*) as rows, coalesce(sum(units), 0) as units from ${incomingTable(fileId)} where code is null and product_id is not null`,
  )
  return known ?? { rows: 0, units: 0 }
}

/** One statement for the whole file: of rows whose product is not known yet. They are all laid down anew, which costs less than changing each of them. */
async function resolve(tx: Tx, fileId: number): Promise<void> {
  const table = incomingTable(fileId)
  // Without these figures the planner takes `code is null` for one row in two hundred and looks each product up by itself.
  await tx.query(`analyze ${table} (product_type, product, code)`)
  await tx.query(
    `create unlogged table ${table}_resolved as
     select i.line, i.byte_offset, i.facility_id, coalesce(i.product_id, p.product_id) as product_id, i.product_type, i.product, i.units, i.effect, i.reason, i.code, i.code_reason,
            i.raw, i.as_of, i.cells
       from ${table} i
       left join catalog.product_identifier p on i.code is null and i.product_id is null and p.type = i.product_type and p.value = i.product`,
  )
  await tx.query(`drop table ${table}`)
  await tx.query(`alter table ${table}_resolved rename to incoming_${fileId}`)
}

/**
 * Adds up or refuses rows that speak of one position twice. Whether there are any is asked of one number made of facility and product:
 * sorting those costs half of what grouping by both does.
 */
export async function settleDoubles(tx: Tx, fileId: number, repeated: 'sum' | 'reject'): Promise<{ merged: number; refused: number }> {
  const [counted] = await tx.query<{ rows: number; positions: number }>(
    `select count(*) as rows, count(distinct (facility_id::bigint << 32) | product_id) as positions
       from ${incomingTable(fileId)} where code is null and product_id is not null`,
  )
  if (counted?.rows === counted?.positions) return { merged: 0, refused: 0 }
  const merged = repeated === 'sum' ? await sumRepeated(tx, fileId) : 0
  return { merged, refused: await refuseDuplicates(tx, fileId) }
}

/**
 * Adds rows of one position up in the first of them: bins, lots, statuses. Rows that ask for different things, speak of
 * different moments or add up to more than any stock stay apart, and are refused. Gives how many were added to another.
 */
async function sumRepeated(tx: Tx, fileId: number): Promise<number> {
  const table = incomingTable(fileId)
  const rows = await tx.query<{ merged: number }>(
    `with summed as (
       select facility_id, product_id, sum(units)::integer as units, min((line::numeric * 1e18 + byte_offset)) as first
         from ${table}
        where code is null and product_id is not null
        group by facility_id, product_id
       having count(*) > 1 and min(effect) = max(effect) and min(as_of) is not distinct from max(as_of)
          and count(as_of) in (0, count(*)) and abs(sum(units::bigint)) <= 2147483647
     ), gone as (
       delete from ${table} s using summed t
        where s.code is null and t.facility_id = s.facility_id and t.product_id = s.product_id and (s.line::numeric * 1e18 + s.byte_offset) <> t.first returning 1
     ), kept as (
       update ${table} s set units = t.units from summed t
        where s.code is null and t.facility_id = s.facility_id and t.product_id = s.product_id and (s.line::numeric * 1e18 + s.byte_offset) = t.first
     ) select count(*) as merged from gone`,
  )
  return rows[0]?.merged ?? 0
}

/** Of rows that speak of one position twice, none is believed: which of them counts is for a person to say. Gives their number. */
async function refuseDuplicates(tx: Tx, fileId: number): Promise<number> {
  const rows = await tx.query<{ refused: number }>(
    `with repeated as (
       select facility_id, product_id from ${incomingTable(fileId)}
        where code is null and product_id is not null group by facility_id, product_id having count(*) > 1
     ), refused as (
       update ${incomingTable(fileId)} i set code = 'ROW_DUPLICATE_KEY', code_reason = $1 from repeated r
        where i.code is null and r.facility_id = i.facility_id and r.product_id = i.product_id returning 1
     ) select count(*) as refused from refused`,
    [ROW_REASON.ROW_DUPLICATE_KEY],
  )
  return rows[0]?.refused ?? 0
}

/** What is neither refused nor unknown waits for the ledger from here on. */
export async function layStaged(tx: Tx, fileId: number, { isAnyLeft }: { isAnyLeft: boolean }): Promise<void> {
  const table = incomingTable(fileId)
  if (isAnyLeft) await tx.query(`delete from ${table} where code is not null or product_id is null`)
  await tx.query(`drop table if exists ${stagedTable(fileId)}`)
  await tx.query(`alter table ${table} rename to staged_${fileId}`)
  await tx.query(`analyze ${stagedTable(fileId)} (facility_id, product_id)`)
}

/** Names why each row that was not refused before and has no product is unknown. */
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
      where i.code is null and i.product_id is null`,
    [ROW_REASON.ROW_ID_TYPE_UNKNOWN, ROW_REASON.ROW_PRODUCT_UNKNOWN],
  )
}

/** Lays the raw text beside rows that were read and then refused: the file is gone through a second time for it. */
export async function takeRaw(tx: Tx, fileId: number, chunks: AsyncIterable<string>): Promise<void> {
  await tx.query('create temp table raw_of (line bigint, byte_offset bigint, raw text, cells text) on commit drop')
  await tx.copyIn('copy raw_of from stdin', chunks)
  await tx.query(
    `update ${incomingTable(fileId)} i set raw = r.raw, cells = r.cells from raw_of r
      where r.line = i.line and r.byte_offset = i.byte_offset and i.code is not null and i.raw is null`,
  )
}

/** Codes of rows that wait for somebody to say what a name means. */
const UNKNOWN_CODES: readonly RowCode[] = ['ROW_PRODUCT_UNKNOWN', 'ROW_ID_TYPE_UNKNOWN', 'ROW_FACILITY_UNKNOWN']
const PARKED_CODES: readonly RowCode[] = ['ROW_PRODUCT_UNKNOWN', 'ROW_ID_TYPE_UNKNOWN']

/**
 * Keeps what was refused, with everything that is needed to mend it. Rows of unknown products are parked where the feed says
 * so: they wait like the others, and are counted by themselves. A row that came home and names somebody else whom nobody knows waits
 * for that name from now on.
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
       returning file_id, root_file_id, root_line, code, reason, unknown_type, unknown_value, is_parked
     ), waits_for_another_name as (
       update import.rejected_row root
          set code = kept.code, reason = kept.reason, unknown_type = kept.unknown_type, unknown_value = kept.unknown_value
         from kept
        where kept.root_file_id <> kept.file_id and kept.unknown_value is not null
          and root.file_id = kept.root_file_id and root.line = kept.root_line and root.resolved_at is null
     ) select count(*) filter (where not is_parked) as rejected, count(*) filter (where is_parked) as parked from kept`,
    [fileId, UNKNOWN_CODES, isParking, PARKED_CODES],
  )
  return rows[0] ?? { rejected: 0, parked: 0 }
}
