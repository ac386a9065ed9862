import type { Tx } from '../db/connection.ts'
import { incomingTable } from './incoming-store.ts'
import type { Review } from './review.ts'

/** A number that no file has or will have, for tables that are gone when the transaction ends. */
export async function reserveFileId(tx: Tx): Promise<number> {
  const rows = await tx.query<{ fileId: number }>(`select nextval(pg_get_serial_sequence('feed.file', 'file_id')) as "fileId"`)
  return rows[0]?.fileId ?? 0
}

const EXAMPLES_MAX = 5

/** What would be refused, by code, with the first rows of each. */
export async function rejectedByCode(tx: Tx, fileId: number): Promise<Review['byCode']> {
  return tx.query(
    `select code, max(place) as rows,
            json_agg(json_build_object('line', line, 'reason', code_reason, 'raw', left(raw, 500)) order by line) filter (where place <= ${EXAMPLES_MAX}) as examples
       from (
         select code, line, code_reason, coalesce(raw, '') as raw, row_number() over (partition by code order by line, byte_offset) as place
           from ${incomingTable(fileId)} where code is not null
       ) refused
      group by code order by rows desc, code`,
  )
}
