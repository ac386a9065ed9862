import { describe, expect, test } from 'vitest'
import { CLOCK_SKEW_MS_MAX, DISK_FREE_BYTES_MIN, diagnose, type Facts, type ShopFact } from './diagnosis.ts'

const NOW = Date.UTC(2026, 10, 23, 10)
const well: Facts = {
  ...{ rooms: [], jobs: [], shops: [], links: [], blocked: [], drift: [], files: [], sources: [], found: [] },
  machine: { freeBytes: 10 * DISK_FREE_BYTES_MIN, dataDir: 'data', databaseBytes: 1, ledgerDiffers: 0, clockSkewMs: 0 },
}
const shop: ShopFact = {
  ...{ shop: 'corner', isEnabled: true, state: 'reachable', code: null, message: null, since: NOW - 60_000 },
  ...{
    heldCode: null,
    heldMessage: null,
    heldSince: null,
    waiting: 312,
    waitingUnits: 900,
    ordersCode: null,
    ordersMessage: null,
    unmapped: 0,
  },
}
const group = { code: 'CATALOG_SKU_NEAR', shop: 'corner', count: 180_000, units: 0, since: NOW, example: 'ar-5381' }
const codes = (facts: Partial<Facts>) => diagnose({ ...well, ...facts }, NOW).map(({ code, severity }) => `${severity} ${code}`)

describe('what is said of', () => {
  test.each<[string, Partial<Facts>, string[]]>([
    ['a house in which all is well', {}, []],
    [
      'a room that stopped',
      { rooms: [{ room: 'channel', state: 'stopped', word: 'Stopped', reason: 'No step for 2 min.' }] },
      ['stop ROOM_STOPPED'],
    ],
    ['a room that fails', { rooms: [{ room: 'channel', state: 'stuck', word: 'Failing', reason: 'x' }] }, ['stop ROOM_FAILING']],
    [
      'a room where a person has to decide, which its own findings say',
      { rooms: [{ room: 'import', state: 'stuck', word: 'Needs you', reason: 'x' }] },
      [],
    ],
    [
      'a paused job',
      { jobs: [{ job: 'J', slug: 'j', code: 'JOB_PAUSED_WITH_WORK_WAITING', since: NOW, evidence: 'e', action: 'Resume' }] },
      ['stop JOB_PAUSED_WITH_WORK_WAITING'],
    ],
    ['a shop that does not answer', { shops: [{ ...shop, state: 'unreachable' }] }, ['stop CHANNEL_UNREACHABLE']],
    ['a revoked token', { shops: [{ ...shop, state: 'refused', code: 'CHANNEL_TOKEN_REFUSED' }] }, ['stop CHANNEL_TOKEN_REFUSED']],
    ['read only while changes wait', { shops: [{ ...shop, heldCode: 'CHANNEL_READ_ONLY' }] }, ['stop CHANNEL_READ_ONLY']],
    ['read only, and nothing waits', { shops: [{ ...shop, heldCode: 'CHANNEL_READ_ONLY', waiting: 0 }] }, ['note CHANNEL_READ_ONLY']],
    ['a shop that was switched off', { shops: [{ ...shop, isEnabled: false, state: 'unreachable' }] }, []],
    ['orders that cannot be read', { shops: [{ ...shop, ordersCode: 'SHOP_ORDERS_NOT_READABLE' }] }, ['risk SHOP_ORDERS_NOT_READABLE']],
    [
      'a shop that does not answer, so that its orders cannot be read either: one finding',
      { shops: [{ ...shop, state: 'unreachable', code: 'CHANNEL_UNREACHABLE', ordersCode: 'CHANNEL_UNREACHABLE' }] },
      ['stop CHANNEL_UNREACHABLE'],
    ],
    ['locations that belong to nobody', { shops: [{ ...shop, unmapped: 2 }] }, ['note CATALOG_LOCATION_UNMAPPED']],
    ['180,000 SKUs of one cause: one finding', { links: [group] }, ['note CATALOG_SKU_NEAR']],
    [
      'a source with another host key',
      { sources: [{ name: 'erp', state: 'stopped', code: 'SOURCE_HOST_KEY_CHANGED', reason: 'x', since: NOW }] },
      ['stop SOURCE_HOST_KEY_CHANGED'],
    ],
    ['a source that is well', { sources: [{ name: 'erp', state: 'ok', code: null, reason: null, since: NOW }] }, []],
    [
      'a held file',
      { files: [{ feed: 'daily', fileId: 7, name: 'a.csv', state: 'held', code: null, reason: null, since: NOW }] },
      ['risk FILE_HELD'],
    ],
    ['a full disk', { machine: { ...well.machine, freeBytes: DISK_FREE_BYTES_MIN - 1 } }, ['stop DISK_LOW']],
    ['a disk that nobody could look at', { machine: { ...well.machine, freeBytes: null } }, []],
    ['a clock that is wrong', { machine: { ...well.machine, clockSkewMs: -CLOCK_SKEW_MS_MAX - 1 } }, ['note CLOCK_SKEWED']],
    ['a ledger that does not add up', { machine: { ...well.machine, ledgerDiffers: 1 } }, ['risk INVENTORY_LEDGER_DIFFERS']],
  ])('%s', (_title, facts, expected) => expect(codes(facts)).toEqual(expected))
})

test('the worst stands first: what stops everything, then by units', () => {
  const drift = [
    { shop: 'small', levels: 1, units: 3, since: NOW },
    { shop: 'large', levels: 9, units: 900, since: NOW },
  ]
  const found = diagnose({ ...well, links: [group], drift, shops: [{ ...shop, state: 'unreachable' }] }, NOW)
  expect(found.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'CHANNEL_UNREACHABLE corner',
    'RECONCILE_DRIFT large',
    'RECONCILE_DRIFT small',
    'CATALOG_SKU_NEAR corner',
  ])
})

test('every finding says what to press, and where', () => {
  const found = diagnose({ ...well, links: [group], shops: [{ ...shop, state: 'unreachable', unmapped: 1 }] }, NOW)
  for (const { action, evidence } of found) {
    expect(action.label).toMatch(/^[A-Z][a-z]+/)
    expect(action.to).toMatch(/^\//)
    expect(evidence).toMatch(/[.…]$|: .+$/)
  }
})

test('what is told to nobody since its link went is reported with its units', () => {
  const [found] = diagnose({ ...well, blocked: [{ ...group, code: 'OUTBOX_NOT_LINKED', count: 12, units: 1_240 }] }, NOW)
  expect(found?.evidence).toMatch(
    /^12 levels of corner are not sent, since their products are linked to no item there, .+ for example: 1,240 units\.$/,
  )
})
