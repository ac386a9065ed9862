import { expect, test } from 'vitest'
import { type ChannelTerms, type ComponentTerms, explainAvailability, type FacilityTerms } from './availability.ts'

const facility = (
  onHandUnits: number | null,
  reservedUnits: number,
  safetyStockUnits: number,
  more: Partial<FacilityTerms> = {},
): FacilityTerms => ({
  facility: 'Main',
  onHandUnits,
  reservedUnits,
  safetyStockUnits,
  safetyRule: null,
  isSwitchedOff: false,
  switchRule: null,
  components: [],
  ...more,
})
const component = (sku: string, onHandUnits: number | null, unitsPerKit: number, more: Partial<ComponentTerms> = {}): ComponentTerms => ({
  ...{ sku, onHandUnits, unitsPerKit, reservedUnits: 0, safetyStockUnits: 0, safetyRule: null },
  ...more,
})
const kit = (...components: ComponentTerms[]) => facility(null, 0, 0, { components })
const A = { facility: 'A' }
const B = { facility: 'B' }
const plainly = {
  thresholdUnits: 0,
  thresholdRule: null,
  queuedUnits: 0,
  isSwitchedOff: false,
  switchRule: null,
  isHeldForPreorders: false,
}

/** Title, facilities, channel, promise (below nothing: a deficit), sentence. */
const table: [string, FacilityTerms[], Partial<ChannelTerms>, number, string][] = [
  [
    'safety stock above what one facility has does not eat what the other has (0 + 5 − 1 − 2)',
    [facility(1, 0, 2, A), facility(5, 0, 0, B)],
    { thresholdUnits: 1, queuedUnits: 2 },
    2,
    '5 to spare at 2 facilities − 2 queued − 1 threshold = 2',
  ],
  [
    'the same where the one unit is what orders leave of three',
    [facility(3, 2, 2, A), facility(5, 0, 0, B)],
    { thresholdUnits: 1, queuedUnits: 2 },
    2,
    '5 to spare at 2 facilities − 2 queued − 1 threshold = 2',
  ],
  ['one facility, nothing kept back', [facility(408, 0, 0)], {}, 408, '408 on hand = 408'],
  ['reserved and safety stock', [facility(30, 4, 2)], {}, 24, '30 on hand − 4 reserved − 2 safety stock = 24'],
  [
    'the documented hundred: reserved, kept back, queued and excluded leave 75',
    [facility(90, 5, 3, A), facility(10, 0, 0, { ...B, isSwitchedOff: true })],
    { thresholdUnits: 4, queuedUnits: 3 },
    75,
    '82 to spare at 2 facilities − 3 queued − 4 threshold = 75',
  ],
  ['more reserved than there is: a deficit', [facility(4, 5, 0)], {}, -1, '4 on hand − 5 reserved = −1, floored at 0'],
  ['more kept back than there is: no deficit', [facility(4, 3, 9)], {}, 0, '4 on hand − 3 reserved − 9 safety stock = −8, floored at 0'],
  ['a count below nothing is no deficit', [facility(-3, 0, 0)], {}, 0, '−3 on hand = −3, floored at 0'],
  [
    'what one facility sold and does not have takes from what the other has',
    [facility(2, 5, 0, A), facility(10, 0, 0, B)],
    {},
    7,
    '7 to spare at 2 facilities = 7',
  ],
  ['never counted is said, not shown as zero', [facility(null, 0, 0)], {}, 0, 'never counted at Main: unknown, so nothing is promised'],
  [
    'a threshold above the sum is no deficit',
    [facility(5, 0, 0, A), facility(5, 0, 0, B)],
    { thresholdUnits: 12 },
    0,
    '10 to spare at 2 facilities − 12 threshold = −2, floored at 0',
  ],
  [
    'more queued than there is: a deficit',
    [facility(1, 0, 2)],
    { queuedUnits: 3 },
    -2,
    '1 on hand − 2 safety stock − 3 queued = −4, floored at 0',
  ],
  [
    'switched off for the product at the facility',
    [facility(9, 0, 0, { isSwitchedOff: true })],
    {},
    0,
    'not sold from Main, so nothing is promised',
  ],
  ['a channel that does not sell', [facility(9, 0, 0)], { isSwitchedOff: true }, 0, 'not sold in this channel, so nothing is promised'],
  [
    'a channel that does not sell still owes what it sold',
    [facility(2, 0, 0)],
    { isSwitchedOff: true, queuedUnits: 5 },
    -3,
    'not sold in this channel, so nothing is promised',
  ],
  [
    'stock is held while pre-orders wait',
    [facility(9, 0, 0)],
    { queuedUnits: 2, isHeldForPreorders: true },
    0,
    '9 on hand − 2 queued: held for pre-orders and backorders, so nothing is promised',
  ],
  [
    'a kit is as many as its scarcest component allows',
    [kit(component('LEG', 9, 4), component('TOP', 7, 1))],
    {},
    2,
    '2 kits, as LEG allows = 2',
  ],
  [
    'per facility, and then summed: legs here and tops there make no table',
    [kit(component('LEG', 8, 4), component('TOP', 0, 1)), kit(component('LEG', 4, 4), component('TOP', 5, 1))],
    {},
    1,
    '1 to spare at 2 facilities = 1',
  ],
  [
    'what is kept back of a component, and of the kit',
    [facility(null, 0, 1, { components: [component('LEG', 20, 4, { safetyStockUnits: 8 }), component('TOP', 7, 1)] })],
    {},
    2,
    '3 kits, as LEG allows − 1 safety stock = 2',
  ],
  [
    'a component that was never counted leaves the kit unknown',
    [kit(component('LEG', null, 4), component('TOP', 7, 1))],
    {},
    0,
    'never counted at Main: unknown, so nothing is promised',
  ],
  [
    'every denomination of a gift card is what is left of the blank cards',
    [kit(component('BLANK', 10, 1, { reservedUnits: 7 }))],
    {},
    3,
    '3 kits, as BLANK allows = 3',
  ],
]

test.each(table)('%s', (_title, facilities, channel, promise, sentence) => {
  const explained = explainAvailability({ ...plainly, facilities, ...channel })
  expect({ units: explained.sellableUnits - explained.deficitUnits, sentence: explained.sentence }).toEqual({ units: promise, sentence })
  expect(Math.min(explained.sellableUnits, explained.deficitUnits)).toBe(0)
})
