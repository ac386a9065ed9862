import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import ExcelJS from 'exceljs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeWorkbook } from '../../src/adapters/formats/xlsx-writer.ts'
import { identifierRoutes } from '../../src/catalog/identifier-routes.ts'
import { againRoutes } from '../../src/feed/again-routes.ts'
import type { Route } from '../../src/http/contract/route.ts'
import { rejectedRoutes } from '../../src/import/rejected-routes.ts'
import { unknownByFeed } from '../../src/import/rejected-store.ts'
import { askRoute, openStockRoom, resetFile, type StockRoom, varianceFile } from './stock-room.ts'

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

describe('with the console', () => {
  let routes: Route[]
  beforeAll(() => {
    const { db, files, bring } = room.house
    const { clock } = room
    routes = [
      ...rejectedRoutes({ db, clock, writeWorkbook, bring }),
      ...againRoutes({ db, clock, files, reception: room.house.receiver, arrived() {} }),
      ...identifierRoutes({ db, clock, declared() {} }),
    ]
  })

  async function exported(fileId: number, format: 'csv' | 'xlsx'): Promise<Buffer> {
    const route = routes.find(one => one.path === '/files/:id/rows/export')
    if (route?.kind !== 'download') throw new Error('there is no export')
    const who = { name: 'anna', role: 'viewer' } as const
    const asked = {
      params: { id: fileId },
      query: { format },
      body: undefined,
      who,
      signal: new AbortController().signal,
      idempotencyKey: null,
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of (await route.handle(asked)).chunks) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  test('the workbook of rejected rows can be mended in a spreadsheet and dropped back as it is', async () => {
    await room.addFeed('excel', { layout: 'RESET_INVENTORY' })
    const parent = await room.bring('excel', 'list.csv', resetFile('A 1.5', 'B 2,5', '=C 7', 'D 3'))
    const workbook = new ExcelJS.Workbook()
    await workbook.xlsx.load((await exported(parent, 'xlsx')) as unknown as ArrayBuffer)
    const sheet = workbook.getWorksheet(1)
    expect(sheet?.getRow(1).values).toContain('trueup_ref')
    const cells = [2, 3, 4].map(row => sheet?.getRow(row).getCell(3).value)
    expect(cells).toEqual(['A', 'B', "'=C"])
    if (sheet === undefined) throw new Error('it has a sheet')
    sheet.getRow(2).getCell(4).value = 15
    sheet.getRow(3).getCell(4).value = '25'
    const back = await room.bring('excel', 'list.csv.errors.xlsx', new Uint8Array(await workbook.xlsx.writeBuffer()))
    expect(await room.file(back)).toMatchObject({ state: 'applied', accepted: 2, rejected: 1 })
    expect([await room.onHand('A'), await room.onHand('B')]).toEqual([15, 25])
  })

  test('a single row is mended in the console and taken', async () => {
    await room.addFeed('single', { layout: 'RESET_INVENTORY' })
    const parent = await room.bring('single', 'list.csv', resetFile('A x', 'B 3'))
    const body = { rows: [{ line: 2, cells: ['STORE', 'SKU', 'A', '8'] }] }
    const answer = (await askRoute(routes, 'POST', '/files/:id/rows/retry', { params: { id: parent }, body, who: 'anna' })) as {
      fileId: number
    }
    await room.walk()
    expect([(await room.file(answer.fileId)).state, await room.onHand('A')]).toEqual(['applied', 8])
    await expect(askRoute(routes, 'POST', '/files/:id/rows/retry', { params: { id: parent }, body })).rejects.toMatchObject({
      code: 'FILE_ROWS_AT_HOME',
    })
  })

  test('a name that is declared once brings every row home that waited for it, with the moment of its own file', async () => {
    room.clock.at = Date.parse('2026-11-27T08:00:00Z')
    await room.addFeed('names', { layout: 'RESET_INVENTORY' })
    await room.addFeed('moves', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta' })
    const first = await room.bring('names', 'one.csv', resetFile('00F1 30', 'A 1'))
    room.clock.at += 60_000
    await room.bring('moves', 'moved.csv', varianceFile('00F1 -4', 'A -1'))
    await room.house.db.query(
      `insert into catalog.product_identifier values ('SKU', 'F-1', (select product_id from catalog.product_identifier where value = 'F'))`,
    )

    const unknown = (await askRoute(routes, 'GET', '/import/unknown', { query: { file: first } })) as { rows: { near: object[] }[] }
    expect(unknown.rows).toMatchObject([{ type: 'SKU', value: '00F1', rows: 1, near: [{ type: 'SKU', value: 'F-1', name: 'Product F' }] }])
    room.clock.at += 60_000
    await askRoute(routes, 'POST', '/catalog/identifiers', {
      body: { type: 'SKU', value: '00F1', same: { type: 'SKU', value: 'F-1' } },
      who: 'anna',
    })
    await room.walk()
    // 30 counted at 08:00, and 4 moved a minute later.
    expect(await room.onHand('F')).toBe(26)
    const [waiting] = await room.house.db.query(
      `select count(*) as rows from import.rejected_row where unknown_value = '00F1' and resolved_at is null`,
    )
    expect(waiting).toEqual({ rows: 0 })
  })

  test('a facility may go by another name too', async () => {
    const file = await room.bring('names', 'shop.csv', 'facilityId,idType,idValue,availableQty\nShop 1,SKU,C,77\n')
    expect(await room.file(file)).toMatchObject({ state: 'failed', rejected: 1 })
    await askRoute(routes, 'POST', '/catalog/facility-aliases', { body: { value: 'Shop 1', facility: 'DEPOT' }, who: 'anna' })
    await room.walk()
    expect(await room.onHand('C', 'DEPOT')).toBe(77)
  })

  test('a row that names two strangers waits for the second as soon as the first is known', async () => {
    const file = await room.bring('names', 'two.csv', 'facilityId,idType,idValue,availableQty\nShop 2,SKU,STRANGER,5\n')
    const waitsFor = async () => {
      const { rows } = (await askRoute(routes, 'GET', '/import/unknown', { query: { file } })) as {
        rows: { type: string; value: string }[]
      }
      return rows.map(row => row.value)
    }
    expect(await waitsFor()).toEqual(['Shop 2'])
    await askRoute(routes, 'POST', '/catalog/facility-aliases', { body: { value: 'Shop 2', facility: 'DEPOT' }, who: 'anna' })
    await room.walk()
    expect(await waitsFor()).toEqual(['STRANGER'])
    await askRoute(routes, 'POST', '/catalog/identifiers', {
      body: { type: 'SKU', value: 'STRANGER', same: { type: 'SKU', value: 'C' } },
      who: 'anna',
    })
    await room.walk()
    expect(await waitsFor()).toEqual([])
    expect(await room.onHand('C', 'DEPOT')).toBe(5)
  })

  test('a file that failed is read again from its kept original, with its own moment, and is no replay', async () => {
    await room.addFeed('again', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta' })
    const failed = await room.bring('again', 'list.csv', resetFile('E 9'))
    expect(await room.file(failed)).toMatchObject({ state: 'failed', code: 'FILE_NO_LAYOUT' })
    await room.house.db.query(`update feed.feed set layout = 'RESET_INVENTORY', file_kind = 'snapshot' where name = 'again'`)
    room.clock.at += 60_000
    await room.bring('moves', 'later.csv', varianceFile('E -2'))
    const read = async () => {
      const { fileId } = (await askRoute(routes, 'POST', '/files/:id/again', {
        params: { id: failed },
        body: { reason: 'The layout was mended.' },
      })) as {
        fileId: number
      }
      await room.walk()
      return room.file(fileId)
    }
    expect(await read()).toMatchObject({ state: 'applied', accepted: 1 })
    expect(await room.onHand('E')).toBe(7)
    // A snapshot says what was there at its moment, as often as it is read.
    expect(await read()).toMatchObject({ state: 'applied', unchanged: 1 })
    expect(await room.onHand('E')).toBe(7)
  })

  test('a file of changes that count already is not read again', async () => {
    const [applied] = await room.house.db.query<{ id: number }>(
      `select f.file_id as id from feed.file f join feed.feed e using (feed_id) where e.file_kind = 'delta' and f.state = 'applied' limit 1`,
    )
    const again = askRoute(routes, 'POST', '/files/:id/again', { params: { id: applied?.id }, body: { reason: 'Why not.' } })
    await expect(again).rejects.toThrow('would count twice')
  })
})

test('where rows carry a number of their sender, each change counts once, in whatever file it comes', async () => {
  await room.addFeed('numbered', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta', settings: { belief: { keyColumn: 'comments' } } })
  const changes = (...rows: string[]) =>
    `facilityId,idType,idValue,availableDelta,comments\n${rows.map(row => `DEPOT,SKU,${row}`).join('\n')}\n`
  await room.bring('numbered', 'one.csv', changes('D,10,n1', 'E,10,n2', 'NOPE,1,n3'))
  expect([await room.onHand('D', 'DEPOT'), await room.onHand('E', 'DEPOT')]).toEqual([10, 10])
  // The whole file comes again, mended and under another name.
  const whole = await room.bring('numbered', 'two.csv', changes('D,10,n1', 'E,10,n2', 'F,1,n3', 'A,4,n4', 'A,4,n4'))
  expect(await room.file(whole)).toMatchObject({ state: 'applied', read: 5, accepted: 2, rejected: 0 })
  const [counts] = await room.house.db.query('select rows_repeated as repeated from import.verdict where file_id = $1', [whole])
  expect(counts).toEqual({ repeated: 3 })
  expect(await Promise.all(['D', 'E', 'F', 'A'].map(sku => room.onHand(sku, 'DEPOT')))).toEqual([10, 10, 1, 4])
  const blank = await room.bring('numbered', 'blank.csv', changes('D,1,n5', 'E,1,'))
  expect(await room.file(blank)).toMatchObject({ accepted: 1, rejected: 1 })
})

test('what nobody knows is one finding of its feed with a count and examples, however many rows wait', async () => {
  await room.addFeed('wide', { layout: 'RESET_INVENTORY' })
  await room.addFeed('quiet', { layout: 'RESET_INVENTORY', settings: { unknown: { products: 'park' } } })
  const strange = resetFile('A 1', 'W1 1', 'W1@DEPOT 1', 'W2 1', 'W3@DEPOT 1', 'W4 1')
  await room.bring('wide', 'wide.csv', strange)
  await room.bring('quiet', 'quiet.csv', strange)
  const [found, ...others] = (await unknownByFeed(room.house.db)).filter(one => ['wide', 'quiet'].includes(one.feed))
  expect(found).toMatchObject({ feed: 'wide', rows: 5, names: 4, examples: ['W1', 'W2', 'W3'] })
  expect(others).toEqual([])
})
