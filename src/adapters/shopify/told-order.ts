import type { InstantMs } from '../../kernel/clock.ts'
import type { OrderLine, StockMove } from '../../orders/port.ts'

/*
 * What a shop tells of an order in four lists, put together: how much each line holds and has taken where, and which units
 * really left a shelf or came back to one.
 *
 *   ordered ──► open, held by a fulfilment order ──► shipped by a fulfilment ──► returned to a shelf by a refund
 *                  │        ▲                           │
 *                  │        └── the fulfilment was cancelled
 *                  ├──► taken out by a refund, back to the shelf: never taken
 *                  └──► taken out by a refund, and not put back: lost
 */

export type ToldPart = { isHolding: boolean; isOver: boolean; locationGid: string | null; lines: readonly ToldPiece[] }
export type ToldPiece = {
  lineGid: string
  /** What the line of the order was ordered with. */
  orderedUnits: number
  inventoryItemGid: string | null
  totalUnits: number
  remainingUnits: number
}
export type ToldParcel = {
  isShipped: boolean
  isCancelled: boolean
  locationGid: string | null
  shippedAt: InstantMs
  changedAt: InstantMs
  lines: readonly { gid: string; lineGid: string; units: number }[]
}
export type RestockType = 'CANCEL' | 'RETURN' | 'NO_RESTOCK' | 'LEGACY_RESTOCK'
export type ToldRefund = {
  at: InstantMs
  lines: readonly { gid: string; lineGid: string; units: number; restockType: RestockType; locationGid: string | null }[]
}

export type Told = {
  lines: OrderLine[]
  /** What was taken and has come back since. */
  undone: { inventoryItemGid: string; locationGid: string; units: number }[]
  moves: StockMove[]
}

export function toldOf(parts: readonly ToldPart[], parcels: readonly ToldParcel[], refunds: readonly ToldRefund[]): Told {
  const places = placesOf(parts)
  const told: Told = { lines: [], undone: [], moves: [] }
  const shippedUnits = new Map<string, number>()
  for (const parcel of parcels) {
    for (const { gid, lineGid, units } of parcel.lines) {
      const place = places.get(lineGid)
      const locationGid = parcel.locationGid ?? place?.locationGid
      if (place === undefined || locationGid === undefined || units <= 0 || !(parcel.isShipped || parcel.isCancelled)) continue
      const of = { moveGid: gid, inventoryItemGid: place.inventoryItemGid, locationGid, units }
      told.moves.push({ ...of, kind: 'shipped', at: parcel.shippedAt })
      if (parcel.isCancelled) told.moves.push({ ...of, kind: 'unshipped', at: parcel.changedAt })
      else {
        shippedUnits.set(lineGid, (shippedUnits.get(lineGid) ?? 0) + units)
        told.lines.push({ lineGid, inventoryItemGid: place.inventoryItemGid, locationGid, openUnits: 0, takenUnits: units })
      }
    }
  }
  for (const part of parts) tellOpen(told, part)
  tellRefunds(told, { places, shippedUnits, openUnits: openUnits(parts), refunds })
  return told
}

type Place = { inventoryItemGid: string; locationGid: string; orderedUnits: number }

/** Where each line was to be shipped from, and what it is of: the newest word. */
function placesOf(parts: readonly ToldPart[]): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const { locationGid, lines } of parts)
    for (const { lineGid, inventoryItemGid, orderedUnits } of lines)
      if (inventoryItemGid !== null && locationGid !== null) places.set(lineGid, { inventoryItemGid, locationGid, orderedUnits })
  return places
}

function openUnits(parts: readonly ToldPart[]): Map<string, number> {
  const open = new Map<string, number>()
  for (const part of parts)
    if (part.isHolding) for (const { lineGid, remainingUnits } of part.lines) open.set(lineGid, (open.get(lineGid) ?? 0) + remainingUnits)
  return open
}

function tellOpen(told: Told, { isHolding, isOver, locationGid, lines }: ToldPart): void {
  if (locationGid === null) return
  for (const { lineGid, inventoryItemGid, totalUnits, remainingUnits } of lines) {
    if (inventoryItemGid === null) continue
    if (isOver && totalUnits > 0) told.undone.push({ inventoryItemGid, locationGid, units: totalUnits })
    if (isHolding && remainingUnits > 0)
      told.lines.push({ lineGid, inventoryItemGid, locationGid, openUnits: remainingUnits, takenUnits: remainingUnits })
  }
}

type Refunded = {
  places: ReadonlyMap<string, Place>
  shippedUnits: ReadonlyMap<string, number>
  openUnits: ReadonlyMap<string, number>
  refunds: readonly ToldRefund[]
}

function tellRefunds(told: Told, { places, shippedUnits, openUnits: open, refunds }: Refunded): void {
  const lines = refunds.flatMap(refund => refund.lines.map(line => ({ ...line, at: refund.at })))
  for (const lineGid of new Set(lines.map(line => line.lineGid))) {
    const place = places.get(lineGid)
    if (place === undefined) continue
    const of = lines.filter(line => line.lineGid === lineGid && line.units > 0)
    const putBack = of
      .filter(line => line.restockType === 'CANCEL' || line.restockType === 'LEGACY_RESTOCK')
      .reduce((sum, line) => sum + line.units, 0)
    // Neither on its way, nor shipped, nor put back: what of the refunds without a restock was never shipped.
    let lost = Math.max(0, place.orderedUnits - (open.get(lineGid) ?? 0) - (shippedUnits.get(lineGid) ?? 0) - putBack)
    for (const { gid, units, restockType, locationGid, at } of of) {
      const { inventoryItemGid } = place
      if (restockType === 'RETURN' && locationGid !== null) {
        told.moves.push({ moveGid: gid, kind: 'returned', inventoryItemGid, locationGid, units, at })
        told.lines.push({ lineGid, inventoryItemGid, locationGid, openUnits: 0, takenUnits: -units })
        if (locationGid === place.locationGid) told.undone.push({ inventoryItemGid, locationGid, units })
      }
      const gone = restockType === 'NO_RESTOCK' ? Math.min(lost, units) : 0
      if (gone === 0) continue
      lost -= gone
      told.moves.push({ moveGid: gid, kind: 'lost', inventoryItemGid, locationGid: place.locationGid, units: gone, at })
      told.lines.push({ lineGid, inventoryItemGid, locationGid: place.locationGid, openUnits: 0, takenUnits: gone })
    }
  }
}
