import { expect, test } from 'vitest'
import { facilityFinder } from './facility-finder.ts'

const find = facilityFinder([
  { facilityId: 1, code: 'W1', externalId: '10' },
  { facilityId: 2, code: 'S1', externalId: null },
  { facilityId: 3, code: '10', externalId: 'W1' },
])

test.each([
  ['facilityId', 'W1', 1],
  ['externalFacilityId', 'W1', 3],
  ['externalFacilityId', '10', 1],
  ['facilityId', 'S1', 2],
  ['externalFacilityId', 'S1', null],
  ['facilityId', 'w1', null],
  ['externalFacilityId', 'null', null],
] as const)('%s %s', (type, value, expected) => expect(find({ type, value })).toBe(expected))
