import { expect, test } from 'vitest'
import { explainAvailability, type FacilityTerms } from './availability.ts'

const facility = (onHandUnits: number | null, reservedUnits: number, safetyStockUnits: number, name = 'Main'): FacilityTerms => ({
  facility: name,
  onHandUnits,
  reservedUnits,
  safetyStockUnits,
})

const table: [string, FacilityTerms[], { threshold: number; queued: number }, number, string][] = [
  [
    'safety stock above what one facility has does not eat what the other has (0 + 5 − 1 − 2)',
    [facility(1, 0, 2, 'A'), facility(5, 0, 0, 'B')],
    { threshold: 1, queued: 2 },
    2,
    '5 sellable at 2 facilities − 1 threshold − 2 queued = 2',
  ],
  ['one facility, nothing kept back', [facility(408, 0, 0)], { threshold: 0, queued: 0 }, 408, '408 on hand = 408'],
  ['reserved and safety stock', [facility(30, 4, 2)], { threshold: 0, queued: 0 }, 24, '30 on hand − 4 reserved − 2 safety stock = 24'],
  ['more reserved than there is', [facility(4, 5, 0)], { threshold: 0, queued: 0 }, 0, '4 on hand − 5 reserved = −1, floored at 0'],
  [
    'never counted is said, not shown as zero',
    [facility(null, 0, 0)],
    { threshold: 0, queued: 0 },
    0,
    'never counted at Main: unknown, so nothing is promised',
  ],
  [
    'a threshold above the sum',
    [facility(5, 0, 0, 'A'), facility(5, 0, 0, 'B')],
    { threshold: 12, queued: 0 },
    0,
    '10 sellable at 2 facilities − 12 threshold = −2, floored at 0',
  ],
]

test.each(table)('%s', (_title, facilities, channel, sellable, sentence) => {
  const explained = explainAvailability({ facilities, thresholdUnits: channel.threshold, queuedUnits: channel.queued })
  expect(explained.sellableUnits).toBe(sellable)
  expect(explained.sentence).toBe(sentence)
})
