import { expect, test } from 'vitest'
import { checkMapping, type MappedLocation, type MappingProblem, type StockedFacility } from './mapping-check.ts'

const location = (name: string, facilities: string[], more: Partial<MappedLocation> = {}): MappedLocation => ({
  ...{ locationId: 1, name, isActive: true, isFulfillmentService: false, facilities, promisedUnits: 0 },
  ...more,
})

test.each<[string, MappedLocation[], StockedFacility[], MappingProblem[]]>([
  ['everything in its place', [location('Store', ['S1'])], [{ facility: 'S1', onHandUnits: 9 }], []],
  [
    'a location that nobody mapped',
    [location('Store', [])],
    [],
    [{ code: 'CATALOG_MAPPING_LOCATION_UNMAPPED', location: 'Store', units: null }],
  ],
  ['a closed one that nobody mapped is nobody’s worry', [location('Old', [], { isActive: false })], [], []],
  ['a service that nobody mapped is as it should be', [location('3PL', [], { isFulfillmentService: true })], [], []],
  [
    'mapped, and closed in Shopify',
    [location('Old', ['S1'], { isActive: false, promisedUnits: 12 })],
    [],
    [{ code: 'CATALOG_MAPPING_LOCATION_INACTIVE', location: 'Old', units: 12 }],
  ],
  [
    'mapped to a fulfilment service',
    [location('3PL', ['S1'], { isFulfillmentService: true, promisedUnits: 7 })],
    [],
    [{ code: 'CATALOG_MAPPING_LOCATION_OF_SERVICE', location: '3PL', units: 7 }],
  ],
  [
    'one facility by itself and in the group of another location',
    [location('Store', ['S1']), location('Online', ['S1', 'W1'])],
    [
      { facility: 'S1', onHandUnits: 30 },
      { facility: 'W1', onHandUnits: 5 },
    ],
    [{ code: 'CATALOG_MAPPING_FACILITY_TWICE', facility: 'S1', locations: ['Store', 'Online'], units: 30 }],
  ],
  [
    'stock that no location shows; an empty facility is no loss',
    [location('Store', ['S1'])],
    [
      { facility: 'W1', onHandUnits: 24_118 },
      { facility: 'W2', onHandUnits: 0 },
    ],
    [{ code: 'CATALOG_MAPPING_FACILITY_UNSHOWN', facility: 'W1', units: 24_118 }],
  ],
  [
    'what costs most first, what has no number last',
    [location('New', []), location('Old', ['S1'], { isActive: false, promisedUnits: 3 })],
    [{ facility: 'W1', onHandUnits: 10 }],
    [
      { code: 'CATALOG_MAPPING_FACILITY_UNSHOWN', facility: 'W1', units: 10 },
      { code: 'CATALOG_MAPPING_LOCATION_INACTIVE', location: 'Old', units: 3 },
      { code: 'CATALOG_MAPPING_LOCATION_UNMAPPED', location: 'New', units: null },
    ],
  ],
])('%s', (_, locations, facilities, problems) => expect(checkMapping(locations, facilities)).toEqual(problems))
