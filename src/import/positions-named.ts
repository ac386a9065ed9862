/** So much memory may be used to know which positions were named; beyond it, the database is asked. */
const BYTES_MAX = 16 * 1_024 * 1_024

export type PositionsNamed = {
  /** A row speaks of the position. */
  name(facilityId: number, productId: number): void
  /** No position was named twice. False as well where that is not known. */
  isEachOnce(): boolean
}

/** Which positions the rows of a file have named: one bit each, by facility. */
export function positionsNamed(bytesMax: number = BYTES_MAX): PositionsNamed {
  const byFacility = new Map<number, Uint8Array>()
  let bytes = 0
  let isOnce = true
  return {
    name(facilityId, productId) {
      if (!isOnce) return
      const at = productId >>> 3
      let named = byFacility.get(facilityId)
      if (named === undefined || at >= named.length) {
        const grown = new Uint8Array(Math.max(at + 1, (named?.length ?? 0) * 2, 1_024))
        bytes += grown.length - (named?.length ?? 0)
        if (bytes > bytesMax) {
          isOnce = false
          byFacility.clear()
          return
        }
        if (named !== undefined) grown.set(named)
        byFacility.set(facilityId, grown)
        named = grown
      }
      const bit = 1 << (productId & 7)
      if (((named[at] as number) & bit) !== 0) isOnce = false
      named[at] = (named[at] as number) | bit
    },
    isEachOnce: () => isOnce,
  }
}
