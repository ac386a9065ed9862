import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

let gate: TestGate
let admin: string
beforeAll(async () => {
  gate = await openTestGate()
  admin = await gate.signIn(gate.admin.name, gate.admin.password)
})
afterAll(() => gate.close())

const FEED = '/api/v1/feeds/inventory-reset/settings'
const put = (cookie: string, payload: object, url = FEED) =>
  gate.gate.app.inject({ method: 'PUT', url, headers: { cookie, [CONSOLE_HEADER]: '1' }, payload })
const get = async () => (await gate.gate.app.inject({ url: FEED, headers: { cookie: admin } })).json()

test('a feed declares nothing until somebody does; a section that is not named stays; null takes one away', async () => {
  expect(await get()).toMatchObject({ layout: 'RESET_INVENTORY', settings: {} })
  await put(admin, { settings: { reading: { delimiter: '^', quote: null } } })
  await put(admin, { settings: { rows: { negative: 'floor' } }, reason: 'The ERP books returns late.' })
  expect((await get()).settings).toEqual({ reading: { delimiter: '^', quote: null }, rows: { negative: 'floor' } })
  await put(admin, { settings: { reading: null } })
  expect((await get()).settings).toEqual({ rows: { negative: 'floor' } })
})

test('who changed what a feed declares, and why, is in the log', async () => {
  const entries = await gate.database.db.query<{ who: string; before: unknown; after: unknown; reason: string | null }>(
    `select who, before, after, reason from audit.entry where action = 'feed.settings' order by seq`,
  )
  expect(entries).toHaveLength(3)
  expect(entries[1]).toEqual({
    who: gate.admin.name,
    before: { reading: { delimiter: '^', quote: null } },
    after: { reading: { delimiter: '^', quote: null }, rows: { negative: 'floor' } },
    reason: 'The ERP books returns late.',
  })
})

const refused: [why: string, payload: object][] = [
  ['a delimiter of two signs', { settings: { reading: { delimiter: '||' } } }],
  ['a word that nobody reads', { settings: { reading: { delimeter: ';' } } }],
  ['a section that nobody reads', { settings: { colour: {} } }],
  ['a policy that there is not', { settings: { rows: { negative: 'zero' } } }],
]
test.each(refused)('%s is refused, and nothing changes', async (_, payload) => {
  const before = await get()
  expect((await put(admin, payload)).statusCode).toBe(400)
  expect(await get()).toEqual(before)
})

test('a feed that is not there is said so, and an operator may look but not declare', async () => {
  expect((await put(admin, { settings: {} }, '/api/v1/feeds/no-such/settings')).json()).toMatchObject({ code: 'FEED_NOT_FOUND' })
  expect((await put(await gate.signIn('operator', PASSWORD), { settings: {} })).statusCode).toBe(403)
})
