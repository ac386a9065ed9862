import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addFeed } from '../../src/feed/store.ts'
import { openStreet, type Street } from './street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet()
  for (const [name, layout, fileKind] of [
    ['reset', 'RESET_INVENTORY', 'snapshot'],
    ['variance', 'MDM_INV_VARIANCE', 'delta'],
  ] as const)
    await addFeed(street.house.db, {
      name,
      home: 'erp',
      folder: name,
      layout,
      namePattern: '*',
      door: 'sftp',
      fileKind,
      now: street.world.clock.now(),
    })
})
afterAll(() => street.close())

async function outcomeOf(fileId: number) {
  const { db } = street.house
  const [file] = await db.query<{ state: string; code: string | null }>('select state, code from feed.file where file_id = $1', [fileId])
  const [verdict] = await db.query<{ read: number; accepted: number; unchanged: number; rejected: number }>(
    'select rows_read as read, rows_accepted as accepted, rows_unchanged as unchanged, rows_rejected as rejected from import.verdict where file_id = $1',
    [fileId],
  )
  const rejected = await db.query<{ line: number; code: string; raw: string }>(
    'select line, code, raw from import.rejected_row where file_id = $1 order by line',
    [fileId],
  )
  return { ...file, ...verdict, rows: rejected.map(row => `${row.line} ${row.code} ${row.raw}`) }
}

const bring = async (feed: string, name: string, text: string) => {
  const fileId = await street.bring(feed, name, Buffer.from(text))
  await street.walk()
  return outcomeOf(fileId)
}

test('good rows are booked, each bad one keeps its line, code and raw text, and all of them add up', async () => {
  const outcome = await bring(
    'reset',
    'mixed.csv',
    'externalFacilityId,idType,idValue,availableQty\n' +
      '1,SKU,AR-5381,12\n' + // accepted
      '1,SKU,NO-SUCH,5\n' +
      '99,SKU,AR-5381,5\n' +
      '1,SHOE_SIZE,43,5\n' +
      '6,SKU,AR-5381,12.5\n' +
      '6,SKU,BA-8327,\n' +
      '6,SKU,BE-2349,7\n' +
      '6,SKU,BE-2349,8\n' +
      '6,SKU\n' +
      '50,SKU,"AR-5381",12.0\n', // accepted
  )
  expect(outcome).toEqual({
    state: 'applied',
    code: null,
    read: 10,
    accepted: 2,
    unchanged: 0,
    rejected: 8,
    rows: [
      '3 ROW_PRODUCT_UNKNOWN 1,SKU,NO-SUCH,5',
      '4 ROW_FACILITY_UNKNOWN 99,SKU,AR-5381,5',
      '5 ROW_ID_TYPE_UNKNOWN 1,SHOE_SIZE,43,5',
      '6 ROW_UNITS_NOT_WHOLE 6,SKU,AR-5381,12.5',
      '7 ROW_FIELD_MISSING 6,SKU,BA-8327,',
      '8 ROW_DUPLICATE_KEY 6,SKU,BE-2349,7',
      '9 ROW_DUPLICATE_KEY 6,SKU,BE-2349,8',
      '10 ROW_COLUMN_COUNT 6,SKU',
    ],
  })
})

test('a number that stands already is unchanged, and costs no movement', async () => {
  const outcome = await bring('reset', 'same.csv', 'externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,12\n6,SKU,AR-5381,3\n')
  expect(outcome).toMatchObject({ read: 2, accepted: 1, unchanged: 1, rejected: 0 })
})

test('a variance is booked down to nothing and refused below it, and its neighbours are booked', async () => {
  const outcome = await bring(
    'variance',
    'v1.csv',
    'externalFacilityId,idType,idValue,availableDelta\n1,SKU,AR-5381,-12\n6,SKU,AR-5381,-4\n50,SKU,AR-5381,3\n',
  )
  expect(outcome).toMatchObject({ state: 'applied', read: 3, accepted: 2, rejected: 1 })
  expect(outcome.rows).toEqual(['3 ROW_RESULT_NEGATIVE 6,SKU,AR-5381,-4'])
})

test('the same variance again is held for a person', async () => {
  const outcome = await bring(
    'variance',
    'v2.csv',
    'externalFacilityId,idType,idValue,availableDelta\n1,SKU,AR-5381,-12\n6,SKU,AR-5381,-4\n50,SKU,AR-5381,3\n',
  )
  expect(outcome.state).toBe('held')
})

test('rejected rows lie in error/ beside the file, and the file in archive/ under the time it came', async () => {
  const home = path.join(street.house.homesDir, 'erp', 'reset')
  const [errors] = (await readdir(path.join(home, 'error'))).filter(name => name.includes('mixed'))
  expect(errors).toMatch(/^\d{8}T\d{6}Z_\d+_mixed\.csv\.errors\.csv$/)
  const text = await readFile(path.join(home, 'error', errors ?? ''), 'utf8')
  expect(text.split('\r\n')).toHaveLength(10)
  expect((await readdir(path.join(home, 'archive'))).filter(name => name.includes('mixed'))).toHaveLength(1)
})

test('an empty file and a workbook fail by name and move nothing', async () => {
  const before = await street.house.db.query('select count(*) as n from inventory.movement')
  expect(await bring('reset', 'empty.csv', '')).toMatchObject({ state: 'empty', code: 'FILE_EMPTY' })
  expect(await bring('reset', 'book.csv', 'PK\u0003\u0004 not a text')).toMatchObject({ state: 'failed', code: 'FILE_BROKEN' })
  expect(await bring('reset', 'other.csv', 'color,size\nred,4\n')).toMatchObject({ state: 'failed', code: 'FILE_NO_LAYOUT' })
  expect(await street.house.db.query('select count(*) as n from inventory.movement')).toEqual(before)
})
