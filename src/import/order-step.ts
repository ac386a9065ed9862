import * as catalog from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type FacilityFinder, facilityFinder } from './facility-finder.ts'
import type { RawRow, Reading } from './format-port.ts'
import type { LayoutPlan, OrderLayout } from './layout.ts'
import { type OrderRow, type OrderSettings, readOrderRow } from './order-row.ts'
import * as store from './order-store.ts'
import { ROW_REASON, type RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'

export type OrderFile = { fileId: number; receivedAt: InstantMs; settings: OrderSettings }
export type OrderCounts = { rowsRead: number; unitsRead: number; rejected: RowRejected[] }

/** Reads a file of orders: each row is laid down for the orders room, or refused with its reason. */
export async function readOrders(
  tx: Tx,
  file: OrderFile,
  reading: Reading,
  plan: LayoutPlan & { layout: OrderLayout },
): Promise<OrderCounts> {
  const place = placing({
    facilities: facilityFinder(await catalog.facilityKeys(tx)),
    groups: await store.groupsByCode(tx),
    receivedAt: file.receivedAt,
  })
  const counts: OrderCounts = { rowsRead: 0, unitsRead: 0, rejected: [] }
  for await (const batch of reading.batches) {
    counts.rowsRead += batch.rows.length + batch.unreadable.length
    counts.rejected.push(...batch.unreadable)
    const read: { raw: RawRow; row: OrderRow }[] = []
    for (const raw of batch.rows) {
      const row = readOrderRow(plan, raw, file.settings)
      if (row.kind === 'rejected') counts.rejected.push(row)
      else read.push({ raw, row })
    }
    const products = await store.productsOfRows(
      tx,
      read.map(({ row }) => row),
    )
    const placed: store.PlacedRow[] = []
    for (const [at, { raw, row }] of read.entries()) {
      const found = place(raw, row, products[at])
      if ('code' in found) counts.rejected.push(found)
      else placed.push(found)
    }
    await store.stageOrderRows(tx, file.fileId, placed)
    counts.unitsRead += placed.reduce((sum, row) => sum + row.units, 0)
  }
  return counts
}

type Known = { facilities: FacilityFinder; groups: ReadonlyMap<string, number>; receivedAt: InstantMs }

/** Gives a row its product, facility and channel, or says which of them nobody knows. */
function placing({ facilities, groups, receivedAt }: Known) {
  return (
    raw: RawRow,
    row: OrderRow,
    product: { productId: number | null; isTypeKnown: boolean } | undefined,
  ): store.PlacedRow | RowRejected => {
    const { type, value } = row.product
    if (product === undefined || product.productId === null) {
      const code = product?.isTypeKnown ? 'ROW_PRODUCT_UNKNOWN' : 'ROW_ID_TYPE_UNKNOWN'
      const reason = ROW_REASON[code].replace('.', product?.isTypeKnown ? `: ${type} ${value}.` : `: ${type}.`)
      return { ...reject.because(raw, code, reason), unknown: row.product }
    }
    const facilityId = row.facility === null ? null : facilities(row.facility)
    if (row.facility !== null && facilityId === null) return reject.facilityUnknown(raw, row.facility)
    const groupId = row.channel === null ? null : (groups.get(row.channel) ?? null)
    if (row.channel !== null && groupId === null)
      return reject.because(raw, 'ROW_CHANNEL_UNKNOWN', ROW_REASON.ROW_CHANNEL_UNKNOWN.replace('.', `: ${row.channel}.`))
    return { ...row, productId: product.productId, facilityId, groupId, happenedAt: row.at ?? receivedAt }
  }
}
