import type { InstantMs } from '../kernel/clock.ts'
import type { RawRow } from './format-port.ts'
import { idTypeOf } from './id-type.ts'
import type { LayoutPlan, OrderLayout } from './layout.ts'
import { ROW_REASON, type RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { parseUnits, quoted } from './units.ts'

/** What can become of an order line. `booked`: an ERP has in its own books what it learnt of it from us. */
export const ORDER_WORDS = ['ordered', 'cancelled', 'shipped', 'returned', 'rejected', 'booked'] as const
export type OrderWord = (typeof ORDER_WORDS)[number]

/** Where an order waits that no facility holds yet. They hold no stock. */
export const PARKINGS = ['_NA_', 'PRE_ORDER_PARKING', 'BACKORDER_PARKING'] as const
export type Parking = (typeof PARKINGS)[number]

/** One word on one line of an order, as it was understood. */
export type OrderRow = {
  kind: 'read'
  line: number
  byteOffset: number
  orderId: string
  lineId: string
  word: OrderWord
  product: { type: string; value: string }
  /** Null: no facility has it, or the feed's own. */
  facility: { type: 'facilityId' | 'externalFacilityId'; value: string } | null
  parking: Parking | null
  channel: string | null
  units: number
  /** The sender's name for what happened, so that it counts once however often it is told. */
  eventId: string | null
  at: InstantMs | null
  reason: string | null
  /** Whether what came back can be sold again. */
  isRestocked: boolean
}

/** What a feed declares about its orders (`orders` in its settings). */
export type OrderSettings = { reserves?: boolean; status?: 'ordered' | 'shipped'; facility?: string; channel?: string }

export function readOrderRow(plan: LayoutPlan & { layout: OrderLayout }, raw: RawRow, settings: OrderSettings): OrderRow | RowRejected {
  const { at, layout } = plan
  if (raw.cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)
  const cell = (index: number): string => (index < 0 ? '' : (raw.cells[index] ?? '').trim())
  const orderId = cell(at.orderId)
  if (orderId === '') return reject.fieldMissing(raw, ['orderId'])
  const productId = cell(at.productId)
  const idValue = productId === '' ? cell(at.idValue) : productId
  if (idValue === '') return reject.fieldMissing(raw, ['idValue'])
  const quantity = cell(at.units)
  const isBooked = wordOf(cell(at.orderStatus), 0, settings) === 'booked'
  if (quantity === '' && !isBooked) return reject.fieldMissing(raw, ['quantity'])
  const units = quantity === '' ? 0 : parseUnits(quantity)
  if (typeof units !== 'number') return reject.because(raw, units.code, units.reason)

  const word = wordOf(cell(at.orderStatus), units, settings)
  if (word === null) return reject.because(raw, 'ROW_STATUS_UNKNOWN', `The status is ${quoted(cell(at.orderStatus))}. ${WORDS_TAKEN}`)
  const isSigned = cell(at.orderStatus) === ''
  if (units < 0 && layout.creditNotePrefix !== undefined && !orderId.startsWith(layout.creditNotePrefix))
    return reject.because(
      raw,
      'ROW_UNITS_NEGATIVE',
      `The quantity is ${units}, and ${quoted(orderId)} is no credit note: nobody returned it.`,
    )
  if (units < 0 && !isSigned) return reject.because(raw, 'ROW_UNITS_NEGATIVE', `The quantity is ${units}; a word on a line counts up.`)

  const when = cell(at.eventAt)
  const happenedAt = when === '' ? null : instantOf(when)
  if (when !== '' && happenedAt === null)
    return reject.because(raw, 'ROW_INSTANT_UNREADABLE', `${quoted(when)}: ${ROW_REASON.ROW_INSTANT_UNREADABLE}`)

  const place = placeOf(cell(at.facilityId), cell(at.externalFacilityId), settings)
  const channel = cell(at.channel) || settings.channel || null
  if (place.facility === null && word !== 'cancelled' && !isBooked && (channel === null || word !== 'ordered'))
    return reject.because(raw, 'ROW_ORDER_NOWHERE', ROW_REASON.ROW_ORDER_NOWHERE)
  const idType = cell(at.idType)
  return {
    kind: 'read',
    line: raw.line,
    byteOffset: raw.byteOffset,
    ...{ orderId, lineId: cell(at.lineId) || (at.lineId < 0 ? String(raw.line) : '1'), word },
    product: { type: productId === '' ? (idType === '' ? layout.idTypeDefault : idTypeOf(idType)) : layout.productIdType, value: idValue },
    ...place,
    ...{ channel, units: Math.abs(units), eventId: cell(at.eventId) || null, at: happenedAt },
    reason: cell(at.reasonId) || null,
    isRestocked: !/^(n|no|false|0)$/i.test(cell(at.restock)),
  }
}

const WORDS_TAKEN = 'It takes ordered, cancelled, shipped, returned, rejected or booked.'

/** The statuses of HotWax's order items beside the plain words. */
const WORD_OF: Readonly<Record<string, OrderWord>> = {
  ...{
    ordered: 'ordered',
    created: 'ordered',
    approved: 'ordered',
    reserved: 'ordered',
    item_created: 'ordered',
    item_approved: 'ordered',
  },
  ...{ cancelled: 'cancelled', canceled: 'cancelled', item_cancelled: 'cancelled' },
  ...{ shipped: 'shipped', completed: 'shipped', fulfilled: 'shipped', item_completed: 'shipped' },
  ...{ returned: 'returned', item_returned: 'returned' },
  ...{ rejected: 'rejected', item_rejected: 'rejected' },
  ...{ booked: 'booked', acknowledged: 'booked' },
}

function wordOf(status: string, units: number, settings: OrderSettings): OrderWord | null {
  if (status !== '') return WORD_OF[status.toLowerCase()] ?? null
  return units < 0 ? 'returned' : (settings.status ?? 'ordered')
}

function placeOf(facilityId: string, externalId: string, settings: OrderSettings): Pick<OrderRow, 'facility' | 'parking'> {
  const parking = PARKINGS.find(one => one === facilityId) ?? null
  if (parking !== null) return { facility: null, parking }
  if (facilityId !== '') return { facility: { type: 'facilityId', value: facilityId }, parking: null }
  if (externalId !== '') return { facility: { type: 'externalFacilityId', value: externalId }, parking: null }
  if (settings.facility !== undefined) return { facility: { type: 'facilityId', value: settings.facility }, parking: null }
  return { facility: null, parking: '_NA_' }
}

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

/** An instant as ERPs write it; without a zone it is UTC. Null for what is none, 31 February included. */
export function instantOf(text: string): InstantMs | null {
  const found = INSTANT.exec(text)
  if (found === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = found
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== Number(day)) return null
  const offset = /^z$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  return Number.isNaN(instant) ? null : instant
}
