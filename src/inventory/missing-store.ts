import type { Sql, Tx } from '../db/connection.ts'
import { stagedTable } from '../import/store.ts'

/** What it means that a position is not in a full snapshot although it was in the one before. */
export type MissingRows = 'keep' | 'zero' | 'list'

/** The positions that a snapshot leaves out, within the transaction that books it. */
export function missingTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.missing_')
}

/** How many missing positions are kept to be looked at. */
export const MISSING_LISTED_MAX = 10_000

/**
 * Lays down which positions the feed's last count of a facility spoke of and this file does not. A facility of which it says
 * nothing at all is not missing row by row: that is for the guard on facilities.
 */
export async function layMissing(tx: Tx, file: { fileId: number; feedId: number }): Promise<number> {
  const staged = stagedTable(file.fileId)
  await tx.query(
    `create unlogged table ${missingTable(file.fileId)} as
     select p.facility_id, p.product_id, p.on_hand_units
       from (select distinct on (facility_id) facility_id, product_ids from inventory.count_mark
              where feed_id = ${file.feedId} and file_id < ${file.fileId} and facility_id in (select facility_id from ${staged})
              order by facility_id, file_id desc) last
      cross join lateral unnest(last.product_ids) as counted (product_id)
       join inventory.position p on p.facility_id = last.facility_id and p.product_id = counted.product_id and p.counted_at is not null
      where not exists (select 1 from ${staged} s where s.facility_id = p.facility_id and s.product_id = p.product_id)`,
  )
  const rows = await tx.query<{ missing: number }>(`select count(*) as missing from ${missingTable(file.fileId)}`)
  return rows[0]?.missing ?? 0
}

/** What a large file leaves out is booked after its last part, whatever crashes until then. */
export async function keepForParts(tx: Tx, fileId: number): Promise<void> {
  await tx.query(`alter table ${missingTable(fileId)} set logged`)
}

/** Keeps what is missing, to be looked at; those with the most units first. */
export async function keepMissing(tx: Tx, fileId: number): Promise<void> {
  await tx.query(
    `insert into inventory.missing_position (file_id, facility_id, product_id, on_hand_units)
     select $1, facility_id, product_id, on_hand_units from ${missingTable(fileId)} order by on_hand_units desc limit $2
     on conflict do nothing`,
    [fileId, MISSING_LISTED_MAX],
  )
}

export type MissingPosition = { facility: string; sku: string | null; name: string; onHandUnits: number }

/** A page of what a file left out. */
export async function missingOf(sql: Sql, page: { fileId: number; limit: number; offset: number }): Promise<MissingPosition[]> {
  return sql.query<MissingPosition>(
    `select f.name as facility, p.name, m.on_hand_units as "onHandUnits",
            (select i.value from catalog.product_identifier i where i.product_id = m.product_id order by i.type <> 'SKU', i.type limit 1) as sku
       from inventory.missing_position m
       join catalog.facility f using (facility_id)
       join catalog.product p using (product_id)
      where m.file_id = $1
      order by m.on_hand_units desc, m.facility_id, m.product_id limit $2 offset $3`,
    [page.fileId, page.limit, page.offset],
  )
}

/** How many of them are kept to be looked at. */
export async function missingCount(sql: Sql, fileId: number): Promise<number> {
  const rows = await sql.query<{ missing: number }>('select count(*) as missing from inventory.missing_position where file_id = $1', [
    fileId,
  ])
  return rows[0]?.missing ?? 0
}
