/** Proposes which facility a location stands for: the same name, to the letter but for case and white space, and only one of it. */
export type MappingProposal = { locationId: number; facilityId: number }

export function proposeMapping(
  locations: readonly { locationId: number; name: string; isActive: boolean; isFulfillmentService: boolean }[],
  facilities: readonly { facilityId: number; name: string }[],
): MappingProposal[] {
  const byName = new Map<string, number | null>()
  for (const facility of facilities) byName.set(plain(facility.name), byName.has(plain(facility.name)) ? null : facility.facilityId)

  const taken = new Set<string>()
  return locations.flatMap(location => {
    const name = plain(location.name)
    const facilityId = byName.get(name)
    const usable = location.isActive && !location.isFulfillmentService && !taken.has(name)
    if (!usable || facilityId === undefined || facilityId === null) return []
    taken.add(name)
    return [{ locationId: location.locationId, facilityId }]
  })
}

function plain(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase()
}
