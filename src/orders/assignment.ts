/** A part of what an order holds: at a facility, or at a parking where it waits for one. */
export type Piece = { facility: string; units: number } | { parking: string; units: number }

/** Where what nobody assigned waits: the queue before whoever assigns orders. */
export const BROKERING_QUEUE = '_NA_'
export const PARKINGS = ['_NA_', 'PRE_ORDER_PARKING', 'BACKORDER_PARKING'] as const

/**
 * Where the open units of one product of an order lie, that a shop sold at a location of several facilities: its pieces are filled in
 * their order as far as units are open, and the rest waits in the queue. A piece at a facility that does not belong to the group that sold
 * is none: it would be held where the shop did not commit it.
 */
export function placesOf(openUnits: number, pieces: readonly Piece[], isMember: (facility: string) => boolean): Piece[] {
  const places: Piece[] = []
  let rest = openUnits
  for (const piece of pieces) {
    if ('facility' in piece && !isMember(piece.facility)) continue
    const units = Math.min(piece.units, rest)
    if (units > 0) places.push({ ...piece, units })
    rest -= units
  }
  return rest > 0 ? [...places, { parking: BROKERING_QUEUE, units: rest }] : places
}

/** What stays assigned after a facility said that it cannot send so many: its last pieces go first. */
export function withoutRejected(pieces: readonly Piece[], rejected: { facility: string; units: number }): Piece[] {
  let left = rejected.units
  return pieces
    .toReversed()
    .flatMap(piece => {
      if (!('facility' in piece) || piece.facility !== rejected.facility) return [piece]
      const taken = Math.min(left, piece.units)
      left -= taken
      return piece.units === taken ? [] : [{ ...piece, units: piece.units - taken }]
    })
    .toReversed()
}
