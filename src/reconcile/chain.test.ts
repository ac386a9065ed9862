import { expect, test } from 'vitest'
import { chainOf, firstBroken, type LevelFacts } from './chain.ts'

const facts: LevelFacts = {
  now: 1_000,
  file: { name: 'stock.csv', line: 3, at: 1 },
  newerFile: null,
  countedAt: 1,
  isCounted: true,
  onHandUnits: 30,
  reservedUnits: 4,
  orders: 2,
  promisedUnits: 24,
  explainedUnits: 24,
  promisedAt: 2,
  withdrawn: null,
  intent: { state: 'confirmed', units: 24, code: null, hint: null, changedAt: 3, isOfNewest: true },
  call: { state: 'answered', outcome: 'confirmed', rowCode: null, units: 24, claimedAt: 2, answeredAt: 3 },
  trouble: null,
  paused: null,
  sellsNothing: null,
  observed: { verdict: 'equal', expectedUnits: 24, shopUnits: 24, isOfNewest: true, readAt: 4 },
  shown: { availableUnits: 24, readAt: 3 },
}

/** Title, what is otherwise, where it breaks, in which state, with which code. */
const table: [string, Partial<LevelFacts>, string | null, string | null, string | null][] = [
  ['all is well', {}, null, null, null],
  ['orders moved it, and no file ever did', { file: null }, null, null, null],
  [
    'a newer file of the feed is held',
    { newerFile: { name: 'b.csv', state: 'held', code: 'FILE_HELD', at: 9 } },
    'file',
    'broken',
    'FILE_HELD',
  ],
  ['a newer file is being read', { newerFile: { name: 'b.csv', state: 'received', code: null, at: 9 } }, 'file', 'waiting', null],
  ['never counted', { isCounted: false }, 'on_hand', 'broken', 'INVENTORY_NEVER_COUNTED'],
  ['a change is on its way through the rooms', { explainedUnits: 20 }, 'promised', 'waiting', null],
  [
    'a rule takes it out: nothing is the matter',
    { withdrawn: { code: 'OUTBOX_EXCLUDED', rule: 'No cards' }, intent: null, observed: null },
    null,
    null,
    null,
  ],
  ['not in the queue', { intent: null, call: null }, 'intent', 'waiting', null],
  [
    'blocked for a person',
    { intent: { state: 'blocked', units: 24, code: 'CHANNEL_ROW_REFUSED', hint: 'Look.', changedAt: 3, isOfNewest: true } },
    'intent',
    'broken',
    'CHANNEL_ROW_REFUSED',
  ],
  [
    'a person has paused it',
    {
      intent: { state: 'pending', units: 24, code: null, hint: null, changedAt: 3, isOfNewest: true },
      paused: 'Writing is paused until somebody ends it, by anna: recount',
    },
    'upload',
    'broken',
    'CHANNEL_PAUSED',
  ],
  ['paused, and nothing waits', { paused: 'Writing is paused until somebody ends it, by anna: recount' }, null, null, null],
  [
    'the shop does not answer',
    {
      intent: { state: 'pending', units: 24, code: null, hint: null, changedAt: 3, isOfNewest: true },
      trouble: { code: 'CHANNEL_UNREACHABLE', message: 'Shopify does not answer.' },
    },
    'upload',
    'broken',
    'CHANNEL_UNREACHABLE',
  ],
  [
    'a call is out',
    { call: { state: 'claimed', outcome: null, rowCode: null, units: 24, claimedAt: 2, answeredAt: null } },
    'upload',
    'waiting',
    null,
  ],
  ['nobody has read the shop', { observed: null, shown: null }, 'shop', 'unknown', null],
  [
    'read before the newest number',
    { observed: { verdict: 'equal', expectedUnits: 9, shopUnits: 9, isOfNewest: false, readAt: 1 } },
    'shop',
    'waiting',
    null,
  ],
  [
    'somebody else wrote it',
    { observed: { verdict: 'different', expectedUnits: 24, shopUnits: 2, isOfNewest: true, readAt: 4 } },
    'shop',
    'broken',
    'RECONCILE_LEVEL_DIFFERS',
  ],
  [
    'what waits for somebody goes before what goes on by itself',
    { explainedUnits: 20, observed: { verdict: 'not_stocked', expectedUnits: 24, shopUnits: null, isOfNewest: true, readAt: 4 } },
    'shop',
    'broken',
    'CHANNEL_ROW_NOT_STOCKED',
  ],
]

test.each(table)('%s', (_title, otherwise, link, state, code) => {
  const broken = firstBroken(chainOf({ ...facts, ...otherwise }))
  expect([broken?.link ?? null, broken?.state ?? null, broken?.code ?? null]).toEqual([link, state, code])
  if (broken?.state === 'broken') expect(broken.next).not.toBe('')
})

test('that nothing is sold is said where the number is told', () => {
  const said = chainOf({ ...facts, sellsNothing: 'Nothing is sold until somebody ends it, by anna: recall' }).find(
    link => link.link === 'intent',
  )
  expect(said).toMatchObject({ state: 'whole', said: '0 instead of 24 was told. Nothing is sold until somebody ends it, by anna: recall.' })
})
