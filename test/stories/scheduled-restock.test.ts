import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStockRoom, resetFile, type StockRoom } from './stock-room.ts'

/* A file that says what will come in: nothing moves before its time, and what comes at several times comes at each. */
let room: StockRoom
beforeAll(async () => {
  room = await openStockRoom({ at: Date.UTC(2026, 10, 26, 8, 0) })
  await room.addFeed('counts', { layout: 'RESET_INVENTORY' })
  await room.addFeed('restock', { layout: 'SCHEDULED_RESTOCK', settings: { asOf: { from: 'received', zone: 'Europe/Berlin' } } })
})
afterAll(() => room.close())

const HEADER = 'Shopify Product SKU,Restock Quantity,Schedule Time,Facility,Product Store,Shopify Store,Restock Name'
const restock = (...rows: string[]) => `${HEADER}\n${rows.map(row => `${row},STORE-EU,shop,Autumn`).join('\n')}\n`

test('units come in at the time of their row, each once', async () => {
  await room.bring('counts', 'counted.csv', resetFile('A 3', 'B 1'))
  const file = await room.bring(
    'restock',
    'autumn.csv',
    // 10:00 and 11:00 in Berlin are 09:00 and 10:00 UTC.
    restock(
      'A,5,2026-11-26 10:00,STORE',
      'A,7,2026-11-26 11:00,STORE',
      'B,0,2026-11-26 10:00,STORE',
      'C,-1,2026-11-26 10:00,STORE',
      'D,1,soon,STORE',
    ),
  )
  expect(await room.file(file)).toMatchObject({ state: 'applied', read: 5, accepted: 2, unchanged: 1, rejected: 2 })
  expect(await room.onHand('A')).toBe(3)
  room.clock.at = Date.UTC(2026, 10, 26, 9, 0)
  await room.walk()
  expect([await room.onHand('A'), await room.onHand('B')]).toEqual([8, 1])
  room.clock.at = Date.UTC(2026, 10, 26, 10, 30)
  await room.walk()
  await room.walk()
  expect(await room.onHand('A')).toBe(15)
  const [document] = await room.house.db.query(`select kind, reference from inventory.document order by document_id limit 1`)
  expect(document).toEqual({ kind: 'restock', reference: 'autumn.csv' })
})

test('a list that is sent again brings only what is new in it', async () => {
  const queue = () => room.house.db.query('select units from inventory.scheduled where done_at is null order by scheduled_id')
  const rows = ['E,5,2026-12-01 10:00,STORE', 'E,5,2026-12-01 10:00,STORE', 'F,2,2026-12-01 10:00,STORE']
  await room.bring('restock', 'december.csv', restock(...rows))
  expect(await queue()).toEqual([{ units: 5 }, { units: 5 }, { units: 2 }])
  const again = await room.bring('restock', 'december-2.csv', restock(...rows, 'F,3,2026-12-02 10:00,STORE'))
  expect(await room.file(again)).toMatchObject({ state: 'applied', accepted: 1, unchanged: 3 })
  expect(await queue()).toEqual([{ units: 5 }, { units: 5 }, { units: 2 }, { units: 3 }])
})

test('a file without the column of its times is not read', async () => {
  const file = await room.bring('restock', 'bare.csv', `${HEADER.replace('Schedule Time', 'When')}\nA,5,2026-11-27 10:00,STORE,x,y,z\n`)
  expect(await room.file(file)).toMatchObject({ state: 'failed', code: 'FILE_AS_OF_MISSING' })
})
