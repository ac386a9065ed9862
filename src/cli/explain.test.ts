import { expect, test } from 'vitest'
import { answerOf } from './explain.ts'

type Arguments = Parameters<typeof answerOf>

const at = '2026-11-24T10:00:00.000Z'
const facility = (name: string, onHandUnits: number | null) => ({
  facility: name,
  code: name.toUpperCase(),
  onHandUnits,
  reservedUnits: 1,
  safetyStockUnits: 2,
  countedAt: onHandUnits === null ? null : at,
})

const target = (location: string, locationId: number, facilities: string[], more: object = {}) => ({
  target: { shop: 'demo', shopId: 1, location, locationId, kind: 'group' as const },
  facilities: facilities.map(name => ({
    facility: name,
    onHandUnits: 10,
    reservedUnits: 1,
    safetyStockUnits: 2,
    safetyRule: null,
    isSwitchedOff: false,
    switchRule: null,
    components: [],
    freeUnits: 9,
    spareUnits: 7,
    sellableUnits: 7,
  })),
  thresholdUnits: 3,
  queuedUnits: 0,
  thresholdRule: null,
  isSwitchedOff: false,
  switchRule: null,
  isHeldForPreorders: false,
  withdrawnCode: null,
  withdrawnRule: null,
  deficitUnits: 0,
  sumUnits: 7,
  sellableUnits: 4,
  sentence: `${location}: 10 − 1 − 2 − 3 = 4.`,
  storedUnits: 4,
  revision: 9,
  changedAt: at,
  ...more,
})

const stock: Arguments[0] = {
  sku: 'BK-1',
  name: 'Bike',
  identifiers: [],
  facilities: [facility('North', 10), facility('South', null)],
  targets: [target('Online', 5, ['North']), target('Main Street', 6, ['South'], { storedUnits: 9 })],
}

type Level = Arguments[1][number]
const level = (locationId: number, more: Partial<Level>): Level => ({
  shopId: 1,
  locationId,
  intent: null,
  shown: null,
  observed: null,
  ...more,
})
const intent = (state: NonNullable<Level['intent']>['state'], more: object = {}) => ({
  state,
  units: 4,
  revision: 9,
  code: null,
  hint: null,
  changedAt: at,
  ...more,
})
const observed = (verdict: NonNullable<Level['observed']>['verdict'], more: object = {}) => ({
  verdict,
  expectedUnits: 4,
  shopUnits: 4,
  isOfNewest: true,
  readAt: at,
  differentSince: null,
  ...more,
})

const said = (levels: Level[], where: string | null = null) => answerOf(stock, levels, where)

test('everything that is not known is said to be so, and is no zero', () => {
  const { status, text } = said([])
  expect(status).toBe(0)
  expect(text).toMatch(/South +never counted +1 +2/)
  expect(text).toContain('The shop was not told yet.')
  expect(text).toContain('It was not read back yet, so nobody can say what the shop shows.')
  expect(text).toContain('A change is on its way: the rooms still work with 9.')
})

test.each<[Partial<Level>, string]>([
  [{ intent: intent('pending') }, '4 waits to be sent to the shop.'],
  [{ intent: intent('sending') }, 'its answer is not known yet'],
  [{ intent: intent('confirmed') }, 'The shop took 4.'],
  [
    { intent: intent('blocked', { code: 'CHANNEL_ROW_NOT_STOCKED', hint: 'Stock it there.' }) },
    '4 cannot be sent (CHANNEL_ROW_NOT_STOCKED). Stock it there.',
  ],
  [{ observed: observed('equal') }, 'the shop shows 4, as it should'],
  [{ observed: observed('different', { shopUnits: 2 }) }, 'the shop shows 2, and should show 4'],
  [{ observed: observed('equal', { isOfNewest: false }) }, 'Read back before the newest change'],
  [{ observed: observed('not_stocked', { shopUnits: null }) }, 'does not stock it'],
])('%j reads: %s', (seen, sentence) => expect(said([level(5, seen)], 'online').text).toContain(sentence))

test.each([
  ['online', 0, ['North'], ['Online']],
  ['SOUTH', 0, ['South'], []],
  ['main street', 0, ['South'], ['Main Street']],
  ['Mars', 1, [], []],
])('--at %s ends with %i and shows %j and %j', (where, status, facilities, locations) => {
  const answer = said([], where)
  const json = answer.json as { facilities: { facility: string }[]; targets: { target: { location: string } }[] }
  expect(answer.status).toBe(status)
  expect(json.facilities.map(one => one.facility)).toEqual(facilities)
  expect(json.targets.map(one => one.target.location)).toEqual(locations)
})

test('a place that is not there is answered with the places that are', () => {
  expect(said([], 'Mars').text).toBe('BK-1 is not at Mars. It is at: Online, Main Street, North, South.')
})
