import { afterAll, beforeAll, expect, test } from 'vitest'
import * as catalog from '../../src/catalog/store.ts'
import { SEED, seededChance } from './chance.ts'
import { openStockRoom, resetFile, type StockRoom } from './stock-room.ts'

/*
 * What rows call products is found where they are read as long as the catalogue is short beside the file, and by the database where it is
 * long. The same files end the same in a house of either kind: with every row known, with unknown ones, and with some that stand there twice.
 */
const SKUS = Array.from({ length: 100 }, (_, n) => `P${n}`)
/** So many more that nobody speaks of make the catalogue a long one. */
const UNHEARD_OF = 2_000
const FEEDS: [string, object][] = [
  ['refuses', {}],
  ['adds-up', { rows: { repeated: 'sum' } }],
  ['parks', { unknown: { products: 'park' } }],
  ['creates', { unknown: { products: 'create', leaveOut: ['NONE-*'] } }],
]

let short: StockRoom
let long: StockRoom
beforeAll(async () => {
  ;[short, long] = await Promise.all([openStockRoom(), openStockRoom()])
  for (const room of [short, long]) {
    const named = room === long ? [...SKUS, ...Array.from({ length: UNHEARD_OF }, (_, n) => `Q${n}`)] : SKUS
    await room.house.db.transaction(tx =>
      catalog.importProducts(
        tx,
        named.map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] })),
        room.clock.at,
      ),
    )
    for (const [name, settings] of FEEDS) await room.addFeed(name, { layout: 'RESET_INVENTORY', settings })
  }
})
afterAll(() => Promise.all([short?.close(), long?.close()]))

test.each(FEEDS)('a feed that %s', async feed => {
  const chance = seededChance(SEED + feed.length)
  const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T
  for (let n = 0; n < 12; n++) {
    const oddShare = one([0, 0, 0.1, 0.4])
    const odd = one([['NONE-1', `NEW-${n}`, one(SKUS), 'P1@NOWHERE'], [one(SKUS)]])
    const places = SKUS.flatMap(sku => [sku, `${sku}@DEPOT`]).toSorted(() => chance() - 0.5)
    const rows = places.map(place => {
      const sku = chance() < oddShare ? one(odd) : place
      return `${sku} ${chance() < oddShare / 4 ? '1.5' : 10_000 + Math.floor(chance() * 50_000)}`
    })
    const outcomes = []
    for (const room of [short, long]) {
      room.clock.at += 60_000
      const fileId = await room.bring(feed, `${n}.csv`, resetFile(...rows))
      outcomes.push([await room.file(fileId), await rejectedIn(room, fileId), await onHandIn(room)])
    }
    expect(outcomes[0]).toEqual(outcomes[1])
  }
})

const rejectedIn = ({ house }: StockRoom, fileId: number) =>
  house.db.query('select line, code, reason, raw, is_parked from import.rejected_row where file_id = $1 order by line', [fileId])

const onHandIn = ({ house }: StockRoom) =>
  house.db.query(
    `select f.code, i.value, p.on_hand_units as units from inventory.position p join catalog.facility f using (facility_id)
       join catalog.product_identifier i using (product_id) order by 1, 2`,
  )
