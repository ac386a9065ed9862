/*
 * What is wrong with how a shop's locations stand for facilities, and how many units hang on it. A facility may be shown at
 * one location of a shop: shown at two, the same unit is sold twice.
 */

export type MappedLocation = {
  locationId: number
  name: string
  isActive: boolean
  isFulfillmentService: boolean
  /** Codes of the facilities whose stock it shows: one, those of its group, or none. */
  facilities: readonly string[]
  /** Promised there now. */
  promisedUnits: number
}

export type StockedFacility = { facility: string; onHandUnits: number }

export type MappingProblem =
  /** Nobody keeps this location's stock: what it shows is left as it is. */
  | { code: 'CATALOG_MAPPING_LOCATION_UNMAPPED'; location: string; units: null }
  /** It is closed in Shopify, and what is promised there cannot be sold. */
  | { code: 'CATALOG_MAPPING_LOCATION_INACTIVE'; location: string; units: number }
  /** Its stock belongs to a fulfilment service; stocking an item there takes it away everywhere else. */
  | { code: 'CATALOG_MAPPING_LOCATION_OF_SERVICE'; location: string; units: number }
  /** The stock of one facility is shown at two locations of the shop. */
  | { code: 'CATALOG_MAPPING_FACILITY_TWICE'; facility: string; locations: readonly string[]; units: number }
  /** A facility has stock that no location of the shop shows. */
  | { code: 'CATALOG_MAPPING_FACILITY_UNSHOWN'; facility: string; units: number }

export function checkMapping(locations: readonly MappedLocation[], facilities: readonly StockedFacility[]): MappingProblem[] {
  const onHand = new Map(facilities.map(each => [each.facility, each.onHandUnits]))
  const shownAt = new Map<string, string[]>()
  for (const location of locations)
    for (const facility of location.facilities) shownAt.set(facility, [...(shownAt.get(facility) ?? []), location.name])

  const ofLocations = locations.flatMap((location): MappingProblem[] => {
    const isMapped = location.facilities.length > 0
    const at = { location: location.name, units: location.promisedUnits }
    if (!isMapped)
      return location.isActive && !location.isFulfillmentService ? [{ code: 'CATALOG_MAPPING_LOCATION_UNMAPPED', ...at, units: null }] : []
    if (location.isFulfillmentService) return [{ code: 'CATALOG_MAPPING_LOCATION_OF_SERVICE', ...at }]
    return location.isActive ? [] : [{ code: 'CATALOG_MAPPING_LOCATION_INACTIVE', ...at }]
  })
  const twice = [...shownAt].flatMap(([facility, at]): MappingProblem[] =>
    at.length > 1 ? [{ code: 'CATALOG_MAPPING_FACILITY_TWICE', facility, locations: at, units: onHand.get(facility) ?? 0 }] : [],
  )
  const unshown = facilities.flatMap(({ facility, onHandUnits }): MappingProblem[] =>
    onHandUnits > 0 && !shownAt.has(facility) ? [{ code: 'CATALOG_MAPPING_FACILITY_UNSHOWN', facility, units: onHandUnits }] : [],
  )
  // What costs most comes first; what nobody can put a number on comes last.
  return [...ofLocations, ...twice, ...unshown].sort((one, other) => (other.units ?? -1) - (one.units ?? -1))
}
