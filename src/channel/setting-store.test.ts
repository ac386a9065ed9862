import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { keysDecidedBy } from './setting-store.ts'

const AT = new Date(Date.UTC(2026, 10, 27))
let home: TestDatabase
/* Shops 1 and 2 sell from facility A, shop 1 from B as well, and shop 2 also from C alone: location 3. */
beforeAll(async () => {
  home = await openTestDatabase()
  const { db } = home
  await db.query(
    `insert into catalog.shop (code, name, api_url, access_scope) select 's' || n, 'S', 'http://x', 'read_only' from generate_series(1, 2) n`,
  )
  await db.query(`insert into catalog.facility (code, name, created_at) select 'F' || n, 'F', $1 from generate_series(1, 3) n`, [AT])
  await db.query(`insert into catalog.product (name, created_at) values ('P', $1)`, [AT])
  const levels = [
    [1, 1, [1, 2]],
    [2, 2, [1]],
    [2, 3, [3]],
  ] as const
  for (const [shop, location, facilities] of levels) {
    await db.query(`insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values ($1, $2, 'L', true, $3)`, [
      shop,
      `l${location}`,
      AT,
    ])
    for (const facility of facilities)
      await db.query(`insert into availability.supply values ($1, $2, $3, null, 'none', true, false)`, [shop, location, facility])
    await db.query(
      `insert into outbox.intent (shop_id, location_id, product_id, revision, units, state, due_at, created_at, changed_at) values ($1, $2, 1, 1, 5, 'confirmed', $3, $3, $3)`,
      [shop, location, AT],
    )
  }
})
afterAll(() => home.drop())

test('how a shop is written decides the levels of other shops that sell the same stock, too', async () => {
  const of = async (shopId: number) => (await keysDecidedBy(home.db, shopId)).map(key => `${key.shopId}/${key.locationId}`).sort()
  expect(await of(1)).toEqual(['1/1', '2/2'])
  expect(await of(2)).toEqual(['1/1', '2/2', '2/3'])
})
