import type { RawRow } from './format-port.ts'
import type { LayoutPlan } from './layout.ts'
import { cellAt } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'

/** Which facility, or which channel as its aggregate, a location of a shop is. */
export type LocationRow = {
  kind: 'read'
  line: number
  byteOffset: number
  shop: string
  /** Null: the location is an aggregate. */
  facilityId: string | null
  /** Null for an aggregate: the shop's only channel is meant. */
  channel: string | null
  /** Shopify's own id of the location. */
  locationGid: string
}

/** HotWax's word for the place where orders wait to be brokered: as a location of a shop it is the aggregate. */
const AGGREGATE = '_NA_'

export function readLocationRow(plan: LayoutPlan, raw: RawRow): LocationRow | RowRejected {
  if (raw.cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)
  const { at } = plan
  const shop = cellAt(raw.cells, at.shop)
  const facilityId = cellAt(raw.cells, at.facilityId)
  const channel = cellAt(raw.cells, at.channel)
  const location = cellAt(raw.cells, at.locationId)
  if (shop === '') return reject.fieldMissing(raw, ['shopId'])
  if (facilityId === '' && channel === '') return reject.fieldMissing(raw, ['facilityId', 'facilityGroupId'])
  if (location === '') return reject.fieldMissing(raw, ['shopifyLocationId'])
  return {
    ...{ kind: 'read', line: raw.line, byteOffset: raw.byteOffset, shop },
    facilityId: facilityId === '' || facilityId === AGGREGATE ? null : facilityId,
    channel: channel === '' ? null : channel,
    locationGid: /^\d+$/.test(location) ? `gid://shopify/Location/${location}` : location,
  }
}
