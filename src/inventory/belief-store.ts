import type { Tx } from '../db/connection.ts'
import { EFFECT_CODE } from '../import/effect.ts'
import type { FacilityDiff, LargestChange } from '../import/hold.ts'
import { stagedTable } from '../import/store.ts'
import { changedTable } from './booking-store.ts'

/** How many of the changes that a held file would make are shown. */
const LARGEST_MAX = 50

/** What the feed's last count of each facility said, beside what this file says of it. */
export async function facilityDiff(tx: Tx, file: { fileId: number; feedId: number }): Promise<FacilityDiff[]> {
  const rows = await tx.query<{
    code: string
    name: string
    rowsBefore: number | null
    unitsBefore: number | null
    zeroesBefore: number | null
    rowsAfter: number | null
    unitsAfter: number | null
    zeroesAfter: number | null
  }>(
    `with before as (
       select distinct on (facility_id) facility_id, rows, units, zeroes, file_id
         from inventory.count_mark where feed_id = $1 and file_id <> $2
        order by facility_id, file_id desc
     ), after as (
       select facility_id, count(*) as rows, sum(units) as units, count(*) filter (where units = 0 and effect <> ${EFFECT_CODE.delta}) as zeroes
         from ${stagedTable(file.fileId)} group by facility_id
     ), newest as (select max(file_id) as file_id from before)
     select f.code, f.name, b.rows as "rowsBefore", b.units as "unitsBefore", b.zeroes as "zeroesBefore",
            a.rows as "rowsAfter", a.units as "unitsAfter", a.zeroes as "zeroesAfter"
       from after a
       full join before b using (facility_id)
       join catalog.facility f using (facility_id)
      where a.facility_id is not null or b.file_id = (select file_id from newest)
      order by f.code`,
    [file.feedId, file.fileId],
  )
  return rows.map(row => ({
    ...{ code: row.code, name: row.name },
    before: row.rowsBefore === null ? null : { rows: row.rowsBefore, units: row.unitsBefore ?? 0, zeroes: row.zeroesBefore ?? 0 },
    after: row.rowsAfter === null ? null : { rows: row.rowsAfter, units: row.unitsAfter ?? 0, zeroes: row.zeroesAfter ?? 0 },
  }))
}

/** The positions that a file would change most. */
export async function largestChanges(tx: Tx, fileId: number): Promise<LargestChange[]> {
  return tx.query<LargestChange>(
    `select f.name as facility, product.name, c.line, coalesce(p.on_hand_units, 0) as "beforeUnits",
            coalesce(p.on_hand_units, 0) + c.difference as "afterUnits",
            (select i.value from catalog.product_identifier i where i.product_id = c.product_id order by i.type <> 'SKU', i.type limit 1) as sku
       from (select * from ${changedTable(fileId)} where is_moved order by abs(difference) desc, facility_id, product_id limit ${LARGEST_MAX}) c
       join catalog.facility f using (facility_id)
       join catalog.product product using (product_id)
       left join inventory.position p using (facility_id, product_id)
      order by abs(c.difference) desc, f.code, sku`,
  )
}

/** A file that is held has counted nothing yet. */
export async function unmark(tx: Tx, fileId: number): Promise<void> {
  await tx.query('delete from inventory.count_mark where file_id = $1', [fileId])
}
