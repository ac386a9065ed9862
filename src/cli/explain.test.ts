import { expect, test } from 'vitest'
import { answerOf } from './explain.ts'

type Found = Parameters<typeof answerOf>[0]
type Level = Found['levels'][number]
type Link = Level['links'][number]

const at = '2026-11-24T10:00:00.000Z'
const link = (name: Link['link'], more: Partial<Link> = {}): Link => ({
  ...{ link: name, state: 'whole', said: `${name} said.`, at: null, code: null, next: null },
  ...more,
})
const level = (more: Partial<Level> = {}): Level => ({
  shop: 'demo',
  location: 'Main Street',
  sentence: '30 on hand − 4 reserved − 2 safety stock − 3 unseen = 21',
  promisedUnits: 24,
  toldUnits: 21,
  links: [link('file', { at }), link('on_hand'), link('reserved'), link('promised'), link('intent'), link('upload'), link('shop')],
  firstBroken: null,
  explanation: null,
  evidence: {
    facilities: [
      {
        ...{ facility: 'Main', code: 'M', sku: 'BK-1', onHandUnits: 30, reservedUnits: 4, countedAt: at },
        line: { fileId: 1, fileName: 'stock.csv', line: 12, byteOffset: 340, onHandUnits: 30, recordedAt: at, raw: 'M,SKU,BK-1,30' },
      },
    ],
    movements: [],
    orders: [{ order: 'gid://shopify/Order/7', units: 4, facility: 'Main', isWaiting: false }],
    call: {
      ...{ callId: 'c1', idempotencyKey: 'k1', kind: 'set_available', state: 'answered', outcome: 'confirmed', code: null, rowCode: null },
      ...{ requestId: 'r1', claimedAt: at, answeredAt: at, promisedUnits: 24, unseenUnits: 3, fromUnits: 20, units: 21 },
    },
    shown: null,
  },
  ...more,
})
const found = (levels: Level[], more: Partial<Found> = {}): Found => ({
  sku: 'BK-1',
  name: 'Bike',
  asOf: null,
  levels,
  isMore: false,
  ...more,
})

test('the whole way is one text: the sentence, the raw line, the orders, the call with Shopify’s own number of it', () => {
  const { status, text } = answerOf(found([level()]))
  expect(status).toBe(0)
  expect(text).toContain('30 on hand − 4 reserved − 2 safety stock − 3 unseen = 21')
  expect(text).toContain('stock.csv:12 at byte 340 | M,SKU,BK-1,30')
  expect(text).toContain('4 by gid://shopify/Order/7')
  expect(text).toContain('call c1, key k1, x-request-id r1')
  expect(text).toContain('Whole from the file to the shop.')
})

test.each<[string, Link, string]>([
  [
    'what waits for somebody',
    link('intent', { state: 'broken', code: 'CHANNEL_ROW_REFUSED', next: 'Look at it.' }),
    'Breaks at the queue (CHANNEL_ROW_REFUSED). Look at it.',
  ],
  ['what goes on by itself', link('upload', { state: 'waiting' }), 'it has come to the upload. Nothing to do.'],
])('%s is named with what to do', (_title, firstBroken, sentence) =>
  expect(answerOf(found([level({ firstBroken })])).text).toContain(sentence),
)

test('of the past it is not said that something breaks', () => {
  const { text } = answerOf(found([level()], { asOf: at }))
  expect(text).toContain(`As of ${at}`)
  expect(text).not.toContain('Whole from')
})

test('what is promised nowhere is said so, and ends with 1', () => {
  const { status, text } = answerOf(found([]))
  expect([status, text]).toEqual([1, expect.stringContaining('promised nowhere')])
})

test('names are data: they cannot move the cursor', () =>
  expect(answerOf(found([level({ location: '\u001b[2Jgone' })])).text).toContain('?[2Jgone'))
