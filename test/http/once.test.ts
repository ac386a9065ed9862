import { afterAll, beforeAll, expect, test } from 'vitest'
import { realSleep } from '../../src/app/world.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openOnce } from '../../src/http/once.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

/* The same request under the same key: a client that lost the answer asks again. */

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
})
afterAll(() => house.close())

let made = 0
const newKey = () => `key-${++made}`
const ask = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  { key = newKey(), body, cookie }: { key?: string; body?: object; cookie?: string },
) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}` },
    headers: {
      'idempotency-key': key,
      ...(cookie ? { cookie, [CONSOLE_HEADER]: '1' } : { authorization: `Bearer ${house.cliToken}` }),
    },
    ...(body ? { payload: body } : {}),
  })
const deeds = async (action: string) =>
  (await house.database.db.query<{ n: number }>('select count(*) as n from audit.entry where action = $1', [action]))[0]?.n

test('a repeat is answered with the same bytes and does nothing', async () => {
  const asked = { key: newKey(), body: { name: 'Safety', kind: 'RG_SAFETY_STOCK' } }
  const first = await ask('POST', '/rules/groups', asked)
  expect(first.statusCode).toBe(201)
  await ask('POST', '/rules/groups', { body: { name: 'Another', kind: 'RG_THRESHOLD' } })
  const again = await ask('POST', '/rules/groups', asked)
  expect([again.statusCode, again.body, again.headers['content-type']]).toEqual([201, first.body, first.headers['content-type']])
  expect(await deeds('rule_group.add')).toBe(2)
})

test('instants travel as ever', async () => {
  const asked = { key: newKey(), body: { cron: '0 4 * * *', firstRunAt: '2026-12-01T00:00:00.000Z' } }
  const kept = await ask('PUT', '/jobs/import-inventory/schedule', asked)
  const plain = (await ask('GET', '/jobs/import-inventory', {})).json()
  expect(kept.json().schedule).toEqual(plain.schedule)
  expect((await ask('PUT', '/jobs/import-inventory/schedule', asked)).json()).toEqual(kept.json())
})

test('of twenty at once one does it, and the others are told so or asked to come again', async () => {
  const asked = { key: newKey(), body: { reason: 'stocktaking' } }
  const before = (await deeds('job.pause')) ?? 0
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('POST', '/jobs/import-inventory/pause', asked)))
  expect(await deeds('job.pause')).toBe(before + 1)
  for (const answer of answers) {
    if (answer.statusCode === 200) continue
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'HTTP_KEY_IN_USE', '2'])
  }
  expect((await ask('POST', '/jobs/import-inventory/pause', asked)).statusCode).toBe(200)
  expect(await deeds('job.pause')).toBe(before + 1)
})

test('another request under the same key is refused, and the same key of somebody else is another', async () => {
  const key = newKey()
  const cookie = await house.signIn('operator', PASSWORD)
  expect((await ask('POST', '/jobs/import-inventory/pause', { key, body: { reason: 'one' } })).statusCode).toBe(200)
  for (const [url, reason] of [
    ['/jobs/import-inventory/pause', 'two'],
    ['/jobs/import-orders/pause', 'one'],
  ])
    expect((await ask('POST', url ?? '', { key, body: { reason } })).json()).toMatchObject({ status: 409, code: 'HTTP_KEY_REUSED' })
  expect((await ask('POST', '/jobs/import-orders/pause', { key, body: { reason: 'mine' }, cookie })).statusCode).toBe(200)
})

test('what was refused may be asked again under its key, once its cause is gone', async () => {
  const asked = { key: newKey(), body: { code: 'LATE', facilities: ['NEW'] } }
  expect((await ask('POST', '/groups', asked)).json().code).toBe('CATALOG_FACILITY_NOT_FOUND')
  await house.database.db.query(`insert into catalog.facility (code, name, created_at) values ('NEW', 'New', $1)`, [new Date()])
  expect((await ask('POST', '/groups', asked)).statusCode).toBe(201)
})

test('a secret is shown once and kept nowhere, not even as a digest of itself', async () => {
  const asked = { key: newKey(), body: { name: 'eve', role: 'viewer' } }
  const { password } = (await ask('POST', '/people', asked)).json()
  expect((await ask('POST', '/people', asked)).json()).toMatchObject({ status: 409, code: 'HTTP_KEY_SHOWN_ONCE' })
  const source = { name: 'erp', host: 'h', user: 'u', proof: 'password', secret: 'guess me' }
  const key = newKey()
  expect((await ask('POST', '/sources', { key, body: source })).statusCode).toBe(201)
  expect((await ask('POST', '/sources', { key, body: { ...source, secret: 'another guess' } })).statusCode).toBe(201)
  expect(JSON.stringify(await house.database.db.query('select * from gate.request_key'))).not.toContain(password)
})

test('where a process died before it committed anything, a repeat is done anew after two minutes and not before', async () => {
  const asked = { key: newKey(), body: { reason: 'of one that died' } }
  await ask('POST', '/jobs/import-orders/pause', asked)
  await house.database.db.query('update gate.request_key set answered_at = null, answer = null, committed_at = null where key = $1', [
    asked.key,
  ])
  expect((await ask('POST', '/jobs/import-orders/pause', asked)).json().code).toBe('HTTP_KEY_IN_USE')
  house.clock.at += 2 * 60_000 + 1
  expect((await ask('POST', '/jobs/import-orders/pause', asked)).statusCode).toBe(200)
})

test('where a process died after its change was committed, the change is not made again', async () => {
  const asked = { key: newKey(), body: { reason: 'of one that died later' } }
  const before = (await deeds('job.pause')) ?? 0
  await ask('POST', '/jobs/import-orders/pause', asked)
  await house.database.db.query('update gate.request_key set answered_at = null, answer = null where key = $1', [asked.key])
  expect((await ask('POST', '/jobs/import-orders/pause', asked)).json().code).toBe('HTTP_KEY_IN_USE')
  house.clock.at += 2 * 60_000 + 1
  expect((await ask('POST', '/jobs/import-orders/pause', asked)).json()).toMatchObject({ status: 409, code: 'HTTP_KEY_ANSWER_LOST' })
  expect(await deeds('job.pause')).toBe(before + 1)
})

test('what takes longer than two minutes is not taken for dead while it says that it lives', async () => {
  const { db } = house.database
  const once = openOnce({ db, clock: house.clock, sleep: (_ms, signal) => realSleep(5, signal) })
  const asked = { who: 'me', key: newKey(), request: 'an upload of an hour', isShownOnce: false }
  const work = Promise.withResolvers<string>()
  const first = once(asked, () => work.promise)
  await expect.poll(async () => (await db.query('select 1 from gate.request_key where key = $1', [asked.key])).length).toBe(1)
  house.clock.at += 3 * 60_000
  const saidAt = async () =>
    (await db.query<{ at: number }>('select begun_at as at from gate.request_key where key = $1', [asked.key]))[0]?.at
  await expect.poll(saidAt).toBe(house.clock.at)
  await expect(once(asked, async () => 'second')).rejects.toMatchObject({ code: 'HTTP_KEY_IN_USE' })
  work.resolve('first')
  expect([await first, await once(asked, async () => 'third')]).toEqual(['first', 'first'])
})

test('what was taken back with its transaction is not thought committed', async () => {
  const asked = { key: newKey(), body: { code: 'ROLLED', facilities: ['NOBODY'] } }
  expect((await ask('POST', '/groups', asked)).json().code).toBe('CATALOG_FACILITY_NOT_FOUND')
  expect(await house.database.db.query('select 1 from gate.request_key where key = $1', [asked.key])).toEqual([])
})

test('a file that is uploaded again under its key is the one that came; another one under the key is refused', async () => {
  const key = newKey()
  const bring = (name: string, text: string) =>
    house.gate.app.inject({
      ...{ method: 'POST', url: `/api/v1/feeds/inventory-reset/files?name=${name}`, payload: text },
      headers: { 'idempotency-key': key, authorization: `Bearer ${house.cliToken}`, 'content-type': 'application/octet-stream' },
    })
  const [first, again] = [await bring('stock.csv', 'a,b\n1,2\n'), await bring('stock.csv', 'a,b\n1,2\n')]
  expect([first.statusCode, again.statusCode, again.body]).toEqual([201, 201, first.body])
  expect(house.done.uploads.filter(one => one.name === 'stock.csv')).toHaveLength(1)
  expect((await bring('other.csv', 'a,b\n1,2\n')).json().code).toBe('HTTP_KEY_REUSED')
})

test('keys are kept for a day', async () => {
  house.clock.at += 25 * 3_600_000
  await ask('POST', '/jobs/import-orders/resume', {})
  expect(await house.database.db.query('select key from gate.request_key')).toEqual([{ key: `key-${made}` }])
})
