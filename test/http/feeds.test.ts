import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'

/* Declaring and changing feeds by hand: what is taken, what is refused, and what stands in the log. */

let house: TestGate
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
})
afterAll(() => house.close())

const ask = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })
const shown = async (name: string) => (await ask('GET', '/feeds')).json().rows.find((feed: { name: string }) => feed.name === name)

const NETSUITE = {
  name: 'netsuite',
  layout: 'RESET_INVENTORY',
  folder: 'netsuite/inventoryitem/{csv,archive,failed,required_fields_missing}',
}

test('a feed with the folders of an ERP that moves over shows the path its client already uses', async () => {
  expect((await ask('POST', '/feeds', NETSUITE)).statusCode).toBe(201)
  expect(await shown('netsuite')).toMatchObject({
    path: '/netsuite/inventoryitem/csv',
    door: 'sftp',
    priority: 5,
    follows: null,
    due: null,
  })
})

test('what is changed is changed, the rest stays, and the log has both', async () => {
  expect((await ask('PUT', '/feeds/netsuite', { namePattern: '*Export.csv', priority: 2, reason: 'The ERP moved.' })).statusCode).toBe(200)
  expect(await shown('netsuite')).toMatchObject({ namePattern: '*Export.csv', priority: 2, path: '/netsuite/inventoryitem/csv' })
  const [entry] = await house.database.db.query(`select before, after, reason from audit.entry where action = 'feed.change'`)
  expect(entry).toEqual({
    before: { namePattern: '*', priority: 5 },
    after: { namePattern: '*Export.csv', priority: 2 },
    reason: 'The ERP moved.',
  })
})

test('a feed may follow another, and says when its file is due', async () => {
  await ask('PUT', '/feeds/netsuite', { follows: 'inventory-reset' })
  await ask('PUT', '/feeds/netsuite/settings', { settings: { due: { at: ['03:30'], zone: 'Europe/Berlin', graceMinutes: 15 } } })
  const feed = await shown('netsuite')
  expect(feed.follows).toBe('inventory-reset')
  expect(feed.due).toMatchObject({ nextDueAt: expect.stringMatching(/T0[12]:30:00/) })
})

test('a feed whose file did not come is a finding that says so', async () => {
  house.clock.at += 3 * 24 * 60 * 60 * 1_000
  const silent = (await ask('GET', '/feed-findings')).json().rows.find((row: { code: string }) => row.code === 'FEED_SILENT')
  expect(silent).toMatchObject({ feed: 'netsuite', stray: null })
  expect(silent.reason).toContain('No file has ever come. Nothing was seen in /netsuite/inventoryitem/csv or near it.')
})

const refused: [string, string, object, string][] = [
  ['a layout that nobody knows', '/feeds', { ...NETSUITE, name: 'a', folder: 'a', layout: 'NONE' }, 'FEED_LAYOUT_UNKNOWN'],
  ['a folder that leads out', '/feeds', { ...NETSUITE, name: 'a', folder: '../etc' }, 'FEED_FOLDER_INVALID'],
  ['a folder that another feed has', '/feeds', { ...NETSUITE, name: 'a' }, 'FEED_EXISTS'],
  ['a remote feed without a source', '/feeds', { ...NETSUITE, name: 'a', folder: 'a', door: 'remote' }, 'FEED_SOURCE_NEEDED'],
  ['a feed that follows nobody known', '/feeds', { ...NETSUITE, name: 'a', folder: 'a', follows: 'nobody' }, 'FEED_NOT_FOUND'],
  ['a priority that is none', '/feeds', { ...NETSUITE, name: 'a', folder: 'a', priority: 10 }, 'HTTP_REQUEST_INVALID'],
]
test.each(refused)('%s is refused', async (_what, url, body, code) => {
  expect((await ask('POST', url, body)).json()).toMatchObject({ code })
  expect(await shown('a')).toBeUndefined()
})
