import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

/* A shop is let go live by whoever has seen what that would change. */

let house: TestGate
let shop: string
beforeAll(async () => {
  house = await openTestGate()
  const [row] = await house.database.db.query<{ code: string }>('select code from catalog.shop where shop_id = 1')
  shop = `/shops/${row?.code}`
})
afterAll(() => house.close())

const ask = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })
const audit = () =>
  house.database.db.query<{ action: string; before: unknown; after: unknown; reason: string | null }>(
    'select action, before, after, reason from audit.entry order by seq desc limit 1',
  )

test('whichever way a shop comes to read and write, nothing is written before somebody has seen what that changes', async () => {
  const { db } = house.database
  const fresh = { code: 'fresh', url: 'https://fresh.example', token: 'shpat_x', accessScope: 'read_and_write' }
  expect((await ask('POST', '/shops', fresh)).json()).toMatchObject({ accessScope: 'read_and_write', isShadow: true })
  expect((await ask('PUT', '/shops/fresh/shadow', { isShadow: false })).json()).toMatchObject({ status: 409, code: 'CHANNEL_NOT_COMPARED' })
  const scope = async (accessScope: string) => (await ask('PUT', '/shops/fresh/access-scope', { accessScope })).json().isShadow
  await scope('read_only')
  expect((await ask('PUT', '/shops/fresh/shadow', { isShadow: false })).statusCode).toBe(200)
  expect(await scope('read_and_write')).toBe(true)
  const [run] = await db.query<{ runId: number }>(
    `insert into channel.shadow_run (shop_id, started_at, finished_at, levels, different, units)
     select shop_id, $1, $1, 3, 2, 9 from catalog.shop where code = 'fresh' returning shadow_run_id as "runId"`,
    [new Date(NOW)],
  )
  expect((await ask('POST', '/shops/fresh/live', { runId: run?.runId })).statusCode).toBe(200)
  expect(await scope('read_only')).toBe(false)
  // From then on the switch is a switch.
  expect([await scope('read_and_write'), (await ask('POST', '/shops', fresh)).json().isShadow]).toEqual([false, false])
})

test('a shop goes live only with the list that was seen, and that is written down', async () => {
  const { db } = house.database
  await ask('PUT', `${shop}/access-scope`, { accessScope: 'read_only' })
  expect((await ask('POST', `${shop}/shadow/compare`)).json()).toMatchObject({ code: 'CHANNEL_NOT_IN_SHADOW' })
  await ask('PUT', `${shop}/shadow`, { isShadow: true })
  const asked = await ask('POST', `${shop}/shadow/compare`)
  expect([asked.statusCode, house.done.jobs.includes('compare')]).toEqual([202, true])
  expect((await ask('POST', `${shop}/live`, { runId: 1 })).json()).toMatchObject({ status: 409, code: 'CHANNEL_NOT_COMPARED' })

  const [run] = await db.query<{ runId: number }>(
    `insert into channel.shadow_run (shop_id, started_at, finished_at, levels, different, units) values (1, $1, $1, 3, 2, 9)
     returning shadow_run_id as "runId"`,
    [new Date(NOW)],
  )
  const runId = run?.runId ?? 0
  expect((await ask('POST', `${shop}/live`, { runId: runId + 1 })).json()).toMatchObject({ code: 'CHANNEL_NOT_COMPARED' })
  expect((await ask('GET', shop)).json()).toMatchObject({ accessScope: 'read_only', isShadow: true })
  expect((await ask('POST', `${shop}/live`, { runId, reason: 'all is right' })).json()).toMatchObject({ levels: 3, different: 2, units: 9 })
  expect((await ask('GET', shop)).json()).toMatchObject({ accessScope: 'read_and_write', isShadow: false })
  expect(await audit()).toMatchObject([
    { action: 'shop.live', before: { isShadow: true }, after: { different: 2 }, reason: 'all is right' },
  ])
})
