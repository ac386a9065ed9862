import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE_MS, openStockRoom, resetFile, type StockRoom, varianceFile } from './stock-room.ts'

const at = (iso: string) => Date.parse(iso)
let room: StockRoom
beforeAll(async () => {
  room = await openStockRoom()
  await room.addFeed('reset', {
    layout: 'RESET_INVENTORY',
    settings: { asOf: { from: 'name', pattern: '*{yyyyMMdd_HHmm}*', zone: 'Europe/Berlin' } },
  })
  await room.addFeed('sales', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta' })
  await room.addFeed('counted', { layout: 'RESET_INVENTORY', settings: { asOf: { from: 'column', column: 'comments' } } })
  await room.addFeed('trailed', { layout: 'RESET_INVENTORY', settings: { asOf: { from: 'trailer', pattern: 'STORE,SKU,C,{yyyyMMdd}' } } })
})
afterAll(() => room.close())

test('40 counted at 02:00 with 3 sold since is 37', async () => {
  room.clock.at = at('2026-11-26T01:30:00Z')
  await room.bring('sales', 'opening.csv', varianceFile('A 50'))
  room.clock.at = at('2026-11-26T02:20:00Z')
  await room.bring('sales', 'sold.csv', varianceFile('A -3'))
  room.clock.at = at('2026-11-26T02:40:00Z')
  // 03:00 in Berlin is 02:00 UTC.
  await room.bring('reset', 'stock_20261126_0300.csv', resetFile('A 40', 'B 7'))
  expect([await room.onHand('A'), await room.onHand('B')]).toEqual([37, 7])
})

test('a file that comes late is kept as evidence, changes nothing, and says by what it was overtaken', async () => {
  room.clock.at = at('2026-11-26T04:00:00Z')
  const newest = await room.bring('reset', 'stock_20261126_0430.csv', resetFile('A 36', 'B 7'))
  const late = await room.bring('reset', 'stock_20261126_0400.csv', resetFile('A 20', 'B 9'))
  expect(await room.file(late)).toMatchObject({ state: 'stale', code: 'FILE_STALE', outdated: 2, accepted: 0, unchanged: 0 })
  expect((await room.file(late)).reason).toContain(`file ${newest}`)
  expect([await room.onHand('A'), await room.onHand('B')]).toEqual([36, 7])
})

test('of a late file only the rows survive that nobody counted since', async () => {
  const late = await room.bring('reset', 'stock_20261126_0415.csv', resetFile('A 20', 'C 5'))
  expect(await room.file(late)).toMatchObject({ state: 'applied', outdated: 1, accepted: 1 })
  expect([await room.onHand('A'), await room.onHand('C')]).toEqual([36, 5])
})

test('each row may name its own moment', async () => {
  room.clock.at = at('2026-11-26T06:00:00Z')
  await room.bring('sales', 'sold-2.csv', varianceFile('D 10', 'E 10'))
  const lines = [
    'facilityId,idType,idValue,availableQty,comments',
    'STORE,SKU,D,4,2026-11-26T05:00:00Z',
    'STORE,SKU,E,4,2026-11-26T06:00:00Z',
  ]
  const file = await room.bring('counted', 'rows.csv', `${lines.join('\n')}\nSTORE,SKU,F,4,soon\n`)
  expect(await room.file(file)).toMatchObject({ state: 'applied', accepted: 2, rejected: 1, outdated: 0 })
  // D was counted before 10 of it came in; of E the count is the last word.
  expect([await room.onHand('D'), await room.onHand('E')]).toEqual([14, 4])
})

test('a file that does not show its moment, or one that has not come, is not read', async () => {
  const without = await room.bring('reset', 'stock.csv', resetFile('A 1'))
  const ahead = await room.bring('reset', 'stock_20261127_0400.csv', resetFile('A 1'))
  expect([(await room.file(without)).code, (await room.file(ahead)).code]).toEqual(['FILE_AS_OF_MISSING', 'FILE_AS_OF_FUTURE'])
  expect(await room.onHand('A')).toBe(36)
})

test('the last line may hold the moment', async () => {
  const file = await room.bring('trailed', 'trailed.csv', resetFile('B 5', 'C 20261125'))
  expect(await room.file(file)).toMatchObject({ state: 'stale', outdated: 2 })
})

test('the same variance after a day of sales adds to what the count left', async () => {
  room.clock.at += 60 * MINUTE_MS
  await room.bring('sales', 'sold-3.csv', varianceFile('A -6'))
  expect(await room.onHand('A')).toBe(30)
})
