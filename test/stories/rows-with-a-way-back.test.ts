import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStockRoom, resetFile, type StockRoom, varianceFile } from './stock-room.ts'

let room: StockRoom
beforeAll(async () => {
  room = await openStockRoom()
  await room.addFeed('reset', { layout: 'RESET_INVENTORY' })
  await room.addFeed('sales', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta' })
})
afterAll(() => room.close())

/** What lies in `error/` of a feed for a file, as a person with an SFTP client finds it. */
async function errorsOf(feed: string, name: string): Promise<{ name: string; text: string }> {
  const folder = path.join(room.house.homesDir, 'erp', feed, 'error')
  const found = (await readdir(folder)).find(one => one.includes(name))
  if (found === undefined) throw new Error(`there is nothing for ${name} in error/`)
  return { name: found, text: await readFile(path.join(folder, found), 'utf8') }
}

test('rejected rows lie in error/ with their own columns and ours; mended and dropped back, only they are applied', async () => {
  const parent = await room.bring('reset', 'monday.csv', resetFile('A 10', 'B 12.5', 'NOBODY 4', 'C 7'))
  expect(await room.file(parent)).toMatchObject({ state: 'applied', accepted: 2, rejected: 2 })
  const errors = await errorsOf('reset', 'monday.csv')
  expect(errors.text.split('\r\n')[0]).toBe('facilityId,idType,idValue,availableQty,trueup_code,trueup_reason,trueup_ref')
  expect(errors.text).toContain(`STORE,SKU,B,12.5,ROW_UNITS_NOT_WHOLE`)

  // Meanwhile four of A were sold and counted down, which a whole file uploaded again would undo.
  room.clock.at += 60_000
  await room.bring('reset', 'tuesday.csv', resetFile('A 6'))
  const back = await room.bring('reset', errors.name, errors.text.replace('12.5', '12'))
  expect(await room.file(back)).toMatchObject({ state: 'applied', read: 2, accepted: 1, rejected: 1 })
  expect([await room.onHand('A'), await room.onHand('B'), await room.onHand('C')]).toEqual([6, 12, 7])
  const [link] = await room.house.db.query('select parent_file_id as parent, parent_kind as kind from feed.file where file_id = $1', [back])
  expect(link).toEqual({ parent, kind: 'correction' })
  const waiting = await room.house.db.query(
    'select line, resolved_by as "resolvedBy" from import.rejected_row where file_id = $1 order by line',
    [parent],
  )
  expect(waiting).toEqual([
    { line: 3, resolvedBy: back },
    { line: 4, resolvedBy: null },
  ])

  // The row that is still wrong leads back to its first file; the one that came home is told from it.
  const again = await room.bring('reset', 'whatever.csv.errors.csv', errors.text.replace('12.5', '99').replace('NOBODY', 'D'))
  expect(await room.file(again)).toMatchObject({ state: 'applied', read: 2, accepted: 1, rejected: 0 })
  expect([await room.onHand('B'), await room.onHand('D')]).toEqual([12, 4])
  const once = await room.bring('reset', 'once-more.errors.csv', errors.text.replace('12.5', '98').replace('NOBODY', 'E'))
  expect(await room.file(once)).toMatchObject({ state: 'duplicate', code: 'FEED_ALREADY_APPLIED' })
  expect([await room.onHand('B'), await room.onHand('E')]).toEqual([12, null])
})

test('a correction speaks of the moment of which its file spoke', async () => {
  await room.addFeed('named', { layout: 'RESET_INVENTORY', settings: { asOf: { from: 'name', pattern: '*{yyyyMMddHHmm}*' } } })
  room.clock.at = Date.parse('2026-11-26T12:00:00Z')
  await room.bring('named', 's202611261100.csv', resetFile('E 40x', 'F 1'))
  await room.bring('sales', 'sold.csv', varianceFile('E 5'))
  room.clock.at = Date.parse('2026-11-26T18:00:00Z')
  const { name, text } = await errorsOf('named', 's202611261100.csv')
  await room.bring('named', name, text.replace('40x', '40'))
  // 40 were there at 11:00, and 5 came in at 12:00.
  expect(await room.onHand('E')).toBe(45)
})

test('a variance that was refused comes home once, however often its correction is dropped', async () => {
  const parent = await room.bring('sales', 'too-much.csv', varianceFile('A -100', 'C -1'))
  expect(await room.file(parent)).toMatchObject({ accepted: 1, rejected: 1 })
  const { name, text } = await errorsOf('sales', 'too-much.csv')
  expect(text).toContain("'-100")
  const mended = text.replace("'-100", "'-2")
  await room.bring('sales', name, mended)
  const second = await room.bring('sales', name, mended)
  expect([(await room.file(second)).state, await room.onHand('A'), await room.onHand('C')]).toEqual(['duplicate', 4, 6])
})

test('a row that mends nothing is refused, and so is one of another feed', async () => {
  const { text } = await errorsOf('sales', 'too-much.csv')
  const stray = await room.bring('reset', 'stray.errors.csv', text.replace('availableDelta', 'availableQty').replace("'-100", '5'))
  expect(await room.file(stray)).toMatchObject({ state: 'failed', rejected: 1 })
  expect(await room.house.db.query('select code from import.rejected_row where file_id = $1', [stray])).toEqual([
    { code: 'ROW_REF_UNKNOWN' },
  ])
})

test('an unknown product is refused, parked, created, or left out by its pattern, as the feed says', async () => {
  const brought = async (name: string, unknown: object) => {
    await room.addFeed(name, { layout: 'RESET_INVENTORY', settings: { unknown } })
    return room.house.db
      .query(
        `select rows_read as read, rows_accepted + rows_unchanged as taken, rows_rejected as rejected, rows_parked as parked, rows_left_out as "leftOut"
           from import.verdict where file_id = $1`,
        [await room.bring(name, `${name}.csv`, resetFile('A 4', `NEW-${name} 5`, `GIFT-${name} 6`))],
      )
      .then(rows => rows[0])
  }
  expect(await brought('refused', {})).toEqual({ read: 3, taken: 1, rejected: 2, parked: 0, leftOut: 0 })
  expect(await brought('parked', { products: 'park' })).toEqual({ read: 3, taken: 1, rejected: 0, parked: 2, leftOut: 0 })
  expect(await brought('left', { leaveOut: ['GIFT-*'] })).toEqual({ read: 3, taken: 1, rejected: 1, parked: 0, leftOut: 1 })
  expect(await brought('created', { products: 'create', leaveOut: ['GIFT-*'] })).toEqual({
    read: 3,
    taken: 2,
    rejected: 0,
    parked: 0,
    leftOut: 1,
  })
  expect(await room.onHand('NEW-created')).toBe(5)
})
