import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addFeed } from '../../src/feed/store.ts'
import { openStreet, type Street } from './street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet()
})
afterAll(() => street.close())

/** A little more than the quiet time after which a file that stood still is whole. */
const GIVE_UP_MS = 60_000

test('a file that a program on this machine leaves in a watched folder is taken when it stands still, and only then', async () => {
  const { db, homesDir, steps } = street.house
  await addFeed(db, {
    name: 'local',
    home: 'erp',
    folder: 'local',
    layout: 'RESET_INVENTORY',
    door: 'folder',
    now: street.world.clock.now(),
  })
  const inbox = path.join(homesDir, 'erp', 'local', 'inbox')
  await mkdir(inbox, { recursive: true })
  await writeFile(path.join(inbox, 'stock.csv'), 'externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,17\n')
  await steps.feed()
  expect(await readdir(inbox)).toEqual(['stock.csv'])

  const deadline = performance.now() + GIVE_UP_MS
  while ((await readdir(inbox)).length > 0 && performance.now() < deadline) {
    await street.world.sleep(500)
    await steps.feed()
  }
  await street.walk()
  const files = await db.query(`select name, state, door from feed.file where name = 'stock.csv'`)
  expect(files).toEqual([{ name: 'stock.csv', state: 'applied', door: 'folder' }])
  expect(await readdir(inbox)).toEqual([])
}, 90_000)
