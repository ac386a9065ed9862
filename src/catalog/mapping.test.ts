import { expect, test } from 'vitest'
import { proposeMapping } from './mapping.ts'

const location = (locationId: number, name: string, more = {}) => ({
  locationId,
  name,
  isActive: true,
  isFulfillmentService: false,
  ...more,
})
const facilities = [
  { facilityId: 1, name: 'Paint Shop' },
  { facilityId: 2, name: 'Tool Crib' },
  { facilityId: 3, name: 'Twin' },
  { facilityId: 4, name: 'twin' },
]

test.each([
  ['the same name', location(10, 'paint  shop '), [{ locationId: 10, facilityId: 1 }]],
  ['an inactive location is not proposed', location(10, 'Paint Shop', { isActive: false }), []],
  ['a fulfilment service is not proposed', location(10, 'Paint Shop', { isFulfillmentService: true }), []],
  ['a name that two facilities carry is not guessed', location(10, 'Twin'), []],
  ['an unknown name', location(10, 'Online Store'), []],
])('%s', (_title, one, expected) => {
  expect(proposeMapping([one], facilities)).toEqual(expected)
})

test('two locations of one name: the first is proposed once', () => {
  expect(proposeMapping([location(10, 'Tool Crib'), location(11, 'Tool Crib')], facilities)).toEqual([{ locationId: 10, facilityId: 2 }])
})
