import { relink } from '../catalog/reading-store.ts'
import * as catalog from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type FacilityRow, facilityCodeOf, onlyOnce, type ProductRow, readFacilityRow, readProductRow } from './catalog-row.ts'
import type { RawRow, Reading } from './format-port.ts'
import type { LayoutPlan } from './layout.ts'
import type { RowSettings } from './row.ts'
import { ROW_REASON, type RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { importLocations, importSettings } from './setting-step.ts'

export type Taken = { rowsRead: number; rejected: RowRejected[] }

/** Takes what a file says of products, facilities, settings and locations into the catalogue; gives back the rows that were refused. */
export async function takeIntoCatalogue(
  tx: Tx,
  reading: Reading,
  { plan, rules }: { plan: LayoutPlan; rules: RowSettings },
  now: InstantMs,
): Promise<Taken> {
  const { layout } = plan
  if (layout.kind === 'settings') return importSettings(tx, reading, { ...plan, layout }, rules, now)
  if (layout.kind === 'locations') return importLocations(tx, reading, { ...plan, layout })
  const taken: Taken = { rowsRead: 0, rejected: [] }
  const seen = new Set<string>()
  for await (const batch of reading.batches) {
    taken.rowsRead += batch.rows.length + batch.unreadable.length
    taken.rejected.push(...batch.unreadable, ...(await addToCatalogue(tx, plan, batch.rows, seen, now)))
  }
  for (const shop of await catalog.enabledShops(tx)) if (shop.catalogReadAt !== null) await relink(tx, shop.shopId, now)
  return taken
}

async function addToCatalogue(tx: Tx, plan: LayoutPlan, rows: readonly RawRow[], seen: Set<string>, now: number): Promise<RowRejected[]> {
  if (plan.layout.kind === 'products') {
    const read = rows.map(raw => ({ raw, row: onlyOnce(seen, raw, readProductRow(plan, raw)) }))
    return addKnown(read, catalog.productsInConflict, catalog.importProducts)
  }
  const read = rows.map(raw => ({ raw, row: onlyOnce(seen, raw, readFacilityRow(plan, raw)) }))
  const named = (facilities: readonly FacilityRow[]) =>
    facilities.map(row => ({ code: facilityCodeOf(row), externalId: row.externalFacilityId, name: row.name, type: row.type }))
  return addKnown(
    read,
    (_, facilities) => catalog.facilitiesInConflict(tx, named(facilities)),
    (_, facilities) => catalog.importFacilities(tx, named(facilities), now),
  )

  /** Takes the rows whose identifiers are free or their own; gives the others back as refused. */
  async function addKnown<Row extends ProductRow | FacilityRow>(
    given: readonly { raw: RawRow; row: Row | RowRejected }[],
    inConflict: (tx: Tx, rows: readonly Row[]) => Promise<number[]>,
    add: (tx: Tx, rows: readonly Row[], now: number) => Promise<unknown>,
  ): Promise<RowRejected[]> {
    const rejected: RowRejected[] = []
    const readable: { raw: RawRow; row: Row }[] = []
    for (const { raw, row } of given) {
      if (row.kind === 'rejected') rejected.push(row)
      else readable.push({ raw, row })
    }
    const taken = new Set(
      await inConflict(
        tx,
        readable.map(({ row }) => row),
      ),
    )
    for (const index of taken) {
      const raw = readable[index]?.raw
      if (raw) rejected.push(reject.because(raw, 'ROW_IDENTIFIER_TAKEN', ROW_REASON.ROW_IDENTIFIER_TAKEN))
    }
    await add(
      tx,
      readable.flatMap(({ row }, index) => (taken.has(index) ? [] : [row])),
      now,
    )
    return rejected
  }
}
