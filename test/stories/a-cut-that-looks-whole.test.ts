import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeSettings } from '../../src/feed/settings-store.ts'
import { feedCalled, releaseHeld } from '../../src/feed/store.ts'
import { addOneEachFeed, oneEach, setUpOneEach } from './one-each.ts'
import { openStreet, type Street } from './street.ts'

/* A client that closes its file in good order although it had not sent all of it: nothing on the wire tells, only the file itself. */

let street: Street
beforeAll(async () => {
  street = await openStreet()
  const now = Date.now()
  await setUpOneEach(street.house.db, { feeds: ['plain', 'counted'], now })
  for (const name of ['plain', 'counted']) await addOneEachFeed(street.house.db, { name, now })
})
afterAll(() => street?.close())

async function walkToTheLedger(): Promise<void> {
  for (let wrote = 1; wrote > 0; ) {
    wrote = 0
    for (const room of ['feed', 'import', 'inventory', 'put-away'] as const) {
      const report = await street.house.steps[room]()
      wrote += report.wrote + (report.more ? 1 : 0)
    }
  }
}

const stateOf = async (fileId: number) =>
  (
    await street.house.db.query<{ state: string; code: string | null; reason: string | null }>(
      'select state, code, reason from feed.file where file_id = $1',
      [fileId],
    )
  )[0]
const movements = async () =>
  (await street.house.db.query<{ n: number }>('select count(*) as n from inventory.movement where file_id is not null'))[0]?.n

test('a last line that is cut off holds the file and says so; nothing of it moves', async () => {
  const { bytes } = oneEach('plain', 1)
  const fileId = await street.bring('plain', 'stock.csv', bytes.subarray(0, bytes.length - 45))
  await walkToTheLedger()
  expect(await stateOf(fileId)).toMatchObject({ state: 'held', code: 'FILE_LAST_LINE_INCOMPLETE' })
  expect(await movements()).toBe(0)
})

test('the whole file comes behind it and is applied, without a person', async () => {
  const fileId = await street.bring('plain', 'stock.csv', oneEach('plain', 1).bytes)
  await walkToTheLedger()
  expect(await stateOf(fileId)).toMatchObject({ state: 'applied' })
  expect(await movements()).toBe(1_000)
})

test('a person may let a torn file go: what can be read counts, the broken row is rejected', async () => {
  const { bytes } = oneEach('plain', 2)
  const fileId = await street.bring('plain', 'torn.csv', bytes.subarray(0, bytes.length - 45))
  await walkToTheLedger()
  await street.house.db.transaction(tx => releaseHeld(tx, { fileId, who: 'ada', now: Date.now() }))
  await walkToTheLedger()
  expect(await stateOf(fileId)).toMatchObject({ state: 'applied' })
  expect(await movements()).toBe(1_999)
})

test('a file that was cut at the end of a line is held by what its last line should say', async () => {
  const { db } = street.house
  const feed = await feedCalled(db, 'counted')
  const trailer = { counts: 'rows', pattern: 'TRAILER|{n}' }
  await db.transaction(tx => changeSettings(tx, feed?.feedId ?? 0, { trailer }))
  const whole = oneEach('counted', 1).bytes.toString()
  const cut = `${whole.split('\n').slice(0, 600).join('\n')}\n`
  const missing = await street.bring('counted', 'a.csv', Buffer.from(cut))
  const lost = await street.bring('counted', 'b.csv', Buffer.from(`${cut}TRAILER|1000\n`))
  const good = await street.bring('counted', 'c.csv', Buffer.from(`${whole}TRAILER|1000\n`))
  await walkToTheLedger()
  expect(await stateOf(missing)).toMatchObject({ state: 'held', code: 'FILE_TRAILER_MISSING' })
  expect(await stateOf(lost)).toMatchObject({
    state: 'held',
    code: 'FILE_TRAILER_MISMATCH',
    reason: 'The last line says 1000 rows, and 599 were read.',
  })
  await db.transaction(tx => releaseHeld(tx, { fileId: lost, who: 'ada', now: Date.now() }))
  await walkToTheLedger()
  expect([await stateOf(lost), await stateOf(good)]).toMatchObject([{ state: 'applied' }, { state: 'applied' }])
})
