import { csvLine } from '../inventory/csv.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** What may be sold of a product at one location, as another system has to know it. */
export type SellableLine = {
  shop: string
  location: string
  facility: string | null
  externalFacility: string | null
  channel: string | null
  sku: string | null
  productName: string
  units: number
  changedAt: InstantMs
}

const COLUMNS = [...['idType', 'idValue', 'facilityId', 'externalFacilityId', 'channel', 'shop', 'location', 'sellableQty', 'changedAt']]

/** A line for each level that changed since the file before, with its newest number: an older file is never needed again. */
export function sellableFile(lines: readonly SellableLine[]): string {
  const rows = lines.map(line => [
    ...[line.sku === null ? 'NAME' : 'SKU', line.sku ?? line.productName, line.facility, line.externalFacility, line.channel],
    ...[line.shop, line.location, line.units, new Date(line.changedAt).toISOString()],
  ])
  return [COLUMNS, ...rows].map(cells => csvLine(cells)).join('')
}
