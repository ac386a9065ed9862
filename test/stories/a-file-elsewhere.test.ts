import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { healthFacts } from '../../src/app/health-facts.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { FIRST_SFTP_USER } from '../../src/app/sftp-users.ts'
import { importAgain, takeInStray } from '../../src/feed/again-step.ts'
import { misplacedFiles } from '../../src/feed/misplaced-store.ts'
import { letOriginalsGo } from '../../src/feed/put-away-step.ts'
import { changeSettings } from '../../src/feed/settings-store.ts'
import { addFeed, feedCalled } from '../../src/feed/store.ts'
import { openStrays } from '../../src/feed/stray-store.ts'
import { openStreet, type Street } from './street.ts'

/* The guide's second scenario and what follows from it: a file in the wrong folder is found, taken in, and can be read again later. */

let street: Street
let bytes: Buffer
const home = (...parts: string[]) => path.join(street.house.homesDir, FIRST_SFTP_USER, ...parts)
const deps = () => ({ db: street.house.db, clock: street.world.clock, files: street.house.files, reception: street.house.receiver })
const strays = () => openStrays(street.house.db, { now: Date.now() + 60_000, limit: 10 })
const states = () =>
  street.house.db.query<{ name: string; state: string; code: string | null }>('select name, state, code from feed.file order by file_id')

/** What becomes of a file before any shop hears of it. */
async function walkToTheLedger(): Promise<void> {
  for (let wrote = 1; wrote > 0; ) {
    wrote = 0
    for (const room of ['feed', 'import', 'inventory', 'put-away'] as const) {
      const report = await street.house.steps[room]()
      wrote += report.wrote + (report.more ? 1 : 0)
    }
  }
}

beforeAll(async () => {
  street = await openStreet()
  bytes = await readFile(path.join(demoDataDir(), DEMO_STOCK_FILE))
  await mkdir(home(), { recursive: true })
})
afterAll(() => street?.close())

test('a file in a folder with another case is found by its columns and its path', async () => {
  await mkdir(home('AdventureWorks', 'Inbox'), { recursive: true })
  await writeFile(home('AdventureWorks', 'Inbox', 'stock.tsv'), bytes)
  await writeFile(home('notes.txt'), 'call the ERP people\n')
  await street.house.steps['look-around']()
  const found = (await strays()).map(({ path: lies, feed, layout }) => ({ lies, feed, layout }))
  expect(found).toContainEqual({ lies: 'AdventureWorks/Inbox/stock.tsv', feed: DEMO_FEED, layout: 'ADVENTUREWORKS_PRODUCT_INVENTORY' })
  expect(found).toContainEqual({ lies: 'notes.txt', feed: null, layout: null })
  // In a list of findings each has to say which file it is about.
  const health = await healthFacts({ db: street.house.db, clock: { now: () => Date.now() + 60_000 }, dataDir: street.house.homesDir })
  expect(health.found.map(one => one.evidence)).toContainEqual(
    expect.stringMatching(/^AdventureWorks\/Inbox\/stock\.tsv lies in “AdventureWorks\/Inbox”; adventureworks looks in /),
  )
})

test('taken in, it goes through the same door as any other, and is no finding any more', async () => {
  const stray = (await strays()).find(one => one.feed === DEMO_FEED)
  const feed = await feedCalled(street.house.db, DEMO_FEED)
  if (stray?.home == null || feed === null) throw new Error('there is no stray to take in')
  await takeInStray(deps(), { ...stray, home: stray.home }, feed)
  await walkToTheLedger()
  expect(await states()).toEqual([{ name: 'stock.tsv', state: 'applied', code: null }])
  expect(await readdir(home('AdventureWorks', 'Inbox'))).toEqual([])
  await street.house.steps['look-around']()
  expect((await strays()).map(one => one.path)).toEqual(['notes.txt'])
})

test('the kept original is read anew without an upload, and moves nothing that is so already', async () => {
  const [before] = await street.house.db.query('select count(*) as n from inventory.movement')
  await importAgain(deps(), 1, null)
  await walkToTheLedger()
  const after = await states()
  expect(after[1]).toMatchObject({ name: 'stock.tsv' })
  expect(after[1]?.state).not.toBe('duplicate')
  expect((await street.house.db.query('select count(*) as n from inventory.movement'))[0]).toEqual(before)
})

test('a file that came into the wrong feed is read into the right one', async () => {
  await addFeed(street.house.db, { name: 'other', home: FIRST_SFTP_USER, folder: 'other', layout: 'RESET_INVENTORY', now: Date.now() })
  const fileId = await street.bring('other', 'stock2.tsv', Buffer.concat([bytes, Buffer.from('')]))
  await walkToTheLedger()
  expect((await states()).at(-1)).toMatchObject({ state: 'failed' })
  // Nobody has to guess where it belongs: its columns say it.
  await street.house.steps['look-around']()
  expect(await misplacedFiles(street.house.db, Date.now())).toMatchObject([
    { fileId, name: 'stock2.tsv', lies: 'other', belongs: DEMO_FEED },
  ])
  await importAgain(deps(), fileId, await feedCalled(street.house.db, DEMO_FEED))
  await walkToTheLedger()
  expect((await states()).at(-1)?.state).not.toBe('failed')
  expect(await misplacedFiles(street.house.db, Date.now())).toEqual([])
})

test('originals are kept as long as their feed says', async () => {
  const { db, files } = street.house
  const feed = await feedCalled(db, DEMO_FEED)
  await db.transaction(tx => changeSettings(tx, feed?.feedId ?? 0, { keep: { days: 1 } }))
  await letOriginalsGo({ db, clock: { now: () => Date.now() + 2 * 24 * 60 * 60 * 1_000 }, files })
  expect(await readdir(home(DEMO_FEED, 'archive'))).toEqual([])
  await expect(importAgain(deps(), 1, null)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
})
