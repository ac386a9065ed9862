import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { inSoak } from '../../test/rounds.ts'
import { type Control, controlSentence, isControlled } from './control.ts'
import { CONTROLLED } from './control-store.ts'

const NOW = Date.UTC(2026, 10, 24)
let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.drop())

const id = fc.option(fc.integer({ min: 1, max: 2 }))
const instant = fc.option(fc.constantFrom(NOW - 1, NOW, NOW + 1))
const anyControl = fc
  .record({
    kind: fc.constantFrom('pause' as const, 'sell_nothing' as const),
    shopId: id,
    locationId: id,
    productId: id,
    untilAt: instant,
    endedAt: instant,
  })
  .filter(control => (control.shopId !== null || control.productId !== null) && (control.locationId === null || control.shopId !== null))

test('the statement controls exactly what the pure function says', async () => {
  const { db } = database
  await fc.assert(
    fc.asyncProperty(fc.array(anyControl, { maxLength: 4 }), async (controls: Control[]) => {
      await db.query('delete from channel.control')
      const at = (instants: (number | null)[]) => instants.map(each => (each === null ? null : new Date(each)))
      await db.query(
        `insert into channel.control (kind, shop_id, location_id, product_id, reason, until_at, set_by, set_at, ended_by, ended_at)
         select kind, shop, location, product, 'r', until, 'a', $7, case when ended is not null then 'b' end, ended
           from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[], $6::timestamptz[])
                  as c (kind, shop, location, product, until, ended)`,
        [
          controls.map(each => each.kind),
          controls.map(each => each.shopId),
          controls.map(each => each.locationId),
          controls.map(each => each.productId),
          at(controls.map(each => each.untilAt)),
          at(controls.map(each => each.endedAt)),
          new Date(NOW),
        ],
      )
      for (const kind of ['pause', 'sell_nothing'] as const) {
        const found = await db.query<{ level: string }>(
          `select k.shop_id || ' ' || k.location_id || ' ' || k.product_id as level
             from generate_series(1, 2) as shop (shop_id), generate_series(1, 2) as location (location_id), generate_series(1, 2) as product (product_id)
             cross join lateral (select shop.shop_id, location.location_id, product.product_id) k
            where ${CONTROLLED(kind, 'k', '$1')}`,
          [new Date(NOW)],
        )
        const expected = [1, 2].flatMap(shopId =>
          [1, 2].flatMap(locationId =>
            [1, 2].flatMap(productId =>
              isControlled({ shopId, locationId, productId }, kind, controls, NOW) ? [`${shopId} ${locationId} ${productId}`] : [],
            ),
          ),
        )
        expect(found.map(row => row.level).sort()).toEqual(expected.sort())
      }
    }),
    { numRuns: inSoak({ full: 300, sample: 40 }) },
  )
})

test.each([
  [{ kind: 'pause', untilAt: NOW }, 'Writing is paused until noon, by anna: recount'],
  [{ kind: 'sell_nothing', untilAt: null }, 'Nothing is sold until somebody ends it, by anna: recount'],
] as const)('%j in words', (control, words) => {
  expect(controlSentence({ ...control, reason: 'recount', setBy: 'anna' }, () => 'noon')).toBe(words)
})
