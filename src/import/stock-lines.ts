import type { CopyLines } from './copy-lines.ts'
import type { FacilityFinder } from './facility-finder.ts'
import type { RawRow, RowBatch } from './format-port.ts'
import { putIncoming, refusedLine } from './incoming-row.ts'
import type { LayoutPlan } from './layout.ts'
import type { PositionsNamed } from './positions-named.ts'
import type { ProductFinder } from './product-finder.ts'
import { type RowOutcome, type RowSettings, readRow } from './row.ts'
import type { RowMoment } from './row-moment.ts'
import { reject } from './row-reject.ts'
import { count, type Tally } from './tally.ts'

/** What names mean while a file is read. `products` is null where the database is asked for them afterwards. */
export type Finders = { facilities: FacilityFinder; products: ProductFinder | null }

/** What was counted while rows were read; `found`: those whose product was found there and then. */
export type RowsRead = { rows: number; rejected: number; found: { rows: number; units: number } }

export const noneRead = (): RowsRead => ({ rows: 0, rejected: 0, found: { rows: 0, units: 0 } })

/**
 * Writes some rows of a stock file as lines for the database; `read` counts them by the way. `positions` is told of each position that was
 * found; `moment` gives that of each row, where the feed has one.
 */
export function putStockLines(
  batch: RowBatch,
  { plan, rules, tally }: { plan: LayoutPlan; rules: RowSettings; tally: Tally },
  { facilities, products, positions, moment }: Finders & { positions?: PositionsNamed; moment?: RowMoment },
  read: RowsRead,
  lines: CopyLines,
): void {
  for (const raw of batch.rows) {
    const row = timed(readRow(plan, raw, rules), raw, moment)
    const facilityId = row.kind === 'rejected' ? null : facilities(row.facility)
    if (row.kind !== 'rejected' && facilityId !== null) {
      const productId = products === null ? null : products(row.product)
      if (productId !== null) {
        positions?.name(facilityId, productId)
        read.found.rows++
        read.found.units += row.units
      }
      putIncoming(lines, row, { facilityId, productId }, raw)
      if (row.treated !== undefined) count(tally, row.treated)
    } else {
      lines.text(refusedLine(row.kind === 'rejected' ? row : reject.facilityUnknown(raw, row.facility)))
      read.rejected++
    }
  }
  for (const row of batch.unreadable) lines.text(refusedLine(row))
  read.rejected += batch.unreadable.length
  read.rows += batch.rows.length + batch.unreadable.length
}

/** A row with the moment of which it speaks, where the feed has one for each row. */
function timed(row: RowOutcome, raw: RawRow, moment: RowMoment | undefined): RowOutcome {
  if (moment === undefined || row.kind === 'rejected') return row
  const asOf = moment(raw)
  if (asOf === null) return row
  return typeof asOf === 'number' ? { ...row, asOf } : asOf
}
