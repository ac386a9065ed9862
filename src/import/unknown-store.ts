import type { Tx } from '../db/connection.ts'
import { incomingTable } from './incoming-store.ts'
import { likePattern } from './unknown.ts'

const UNKNOWN = 'i.code is null and i.product_id is null'

/** Takes out the rows of unknown products whose identifier looks like one of these. Gives their number. */
export async function leaveOut(tx: Tx, fileId: number, patterns: readonly string[]): Promise<number> {
  const rows = await tx.query<{ left: number }>(
    `with gone as (delete from ${incomingTable(fileId)} i where i.product like any($1) and ${UNKNOWN} returning 1)
     select count(*) as left from gone`,
    [patterns.map(likePattern)],
  )
  return rows[0]?.left ?? 0
}

export type Name = { type: string; value: string }

/** The names that nobody knows, each once, in their order after `after`. */
export async function unknownNames(tx: Tx, fileId: number, { after, limit }: { after: Name; limit: number }): Promise<Name[]> {
  return tx.query<Name>(
    `select distinct product_type as type, product as value from ${incomingTable(fileId)} i
      where (product_type, product) > ($1, $2) and ${UNKNOWN}
      order by 1, 2 limit $3`,
    [after.type, after.value, limit],
  )
}
