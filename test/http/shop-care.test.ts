import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordExchange } from '../../src/channel/exchange-store.ts'
import { hear } from '../../src/channel/health-store.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

/* What a person sees of a shop, and the switch that they turn there. */

let house: TestGate
let shop: string
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
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
  house.database.db.query<{ who: string; action: string; before: unknown; after: unknown; reason: string | null }>(
    'select who, action, before, after, reason from audit.entry order by seq desc limit 1',
  )

test.each([
  ['no_access', 'no_access'],
  ['SHOP_RW_ACCESS', 'read_and_write'],
  ['SHOP_READ_ACCESS', 'read_only'],
  ['SHOP_READ_WRITE_ACCESS', 'read_and_write'],
])('the access scope is set to %s, and written down with who, before and after', async (given, means) => {
  const before = (await ask('GET', shop)).json().accessScope
  const answer = await ask('PUT', `${shop}/access-scope`, { accessScope: given, reason: 'stock take' })
  expect(answer.json()).toMatchObject({ accessScope: means, isAccessScopeSet: true })
  expect((await ask('GET', shop)).json()).toMatchObject({ accessScope: means })
  expect(await audit()).toEqual([
    {
      who: expect.any(String),
      action: 'shop.access',
      before: { accessScope: before },
      after: { accessScope: means },
      reason: 'stock take',
    },
  ])
  expect(house.done.jobs).toContain('channel')
})

test('a word that means nothing is refused, and so is whoever may not', async () => {
  expect((await ask('PUT', `${shop}/access-scope`, { accessScope: 'everything' })).json()).toMatchObject({ code: 'HTTP_REQUEST_INVALID' })
  const cookie = await house.signIn('operator', PASSWORD)
  const headers = { cookie, [CONSOLE_HEADER]: '1' }
  const refused = await house.gate.app.inject({
    method: 'PUT',
    url: `/api/v1${shop}/access-scope`,
    headers,
    payload: { accessScope: 'no_access' },
  })
  expect(refused.json()).toMatchObject({ code: 'HTTP_ROLE_MISSING' })
})

test('an access scope that nobody set reads as read only, and as not set', async () => {
  await house.database.db.query('update catalog.shop set access_scope = null where shop_id = 1')
  expect((await ask('GET', shop)).json()).toMatchObject({ accessScope: 'read_only', isAccessScopeSet: false })
})

describe('how the shop is, in words', () => {
  test('held, unreachable, and what Shopify granted', async () => {
    const { db } = house.database
    const at = { now: NOW, chance: 0 }
    await hear(db, 1, { kind: 'scopes', grantedScopes: ['read_products', 'write_inventory', 'read_reports'] }, at)
    await hear(db, 1, { kind: 'held', code: 'CHANNEL_READ_ONLY', message: 'the access scope of this shop is Read only' }, at)
    const held = (await ask('GET', shop)).json()
    expect(held.sentence).toMatch(/^Held since 10:00 UTC: the access scope of this shop is Read only; /)
    expect(held.health.held).toMatchObject({ code: 'CHANNEL_READ_ONLY' })
    expect(
      Object.fromEntries(held.scopes.needed.map((scope: { handle: string; isGranted: boolean }) => [scope.handle, scope.isGranted])),
    ).toEqual({
      ...{ read_products: true, read_locations: false, read_inventory: true, write_inventory: true, read_orders: false },
      read_merchant_managed_fulfillment_orders: false,
    })
    expect(held.scopes.others).toEqual(['read_reports'])
    for (let n = 0; n < 3; n++)
      await hear(
        db,
        1,
        { kind: 'no_answer', code: 'CHANNEL_UNREACHABLE', message: 'HTTP 503', retryAfterMs: null },
        { now: NOW + 120_000 + n * 1_000, chance: 0 },
      )
    const down = (await ask('GET', shop)).json()
    expect(down.sentence).toMatch(/^Shopify unreachable since 10:02 UTC, (nothing waits|\d+ changes? waiting), nothing to do\.$/)
    expect(down.circuit).toBe('open')
  })
})

describe('the job log', () => {
  test('is searched by SKU, by request id, by key and by bulk operation, and told by class', async () => {
    const { db } = house.database
    const [link] = await db.query<{ sku: string; gid: string }>(
      `select k.value as sku, l.inventory_item_gid as gid from catalog.item_link l join catalog.product_identifier k using (product_id)
        where l.shop_id = 1 and k.type = 'SKU' order by 1 limit 1`,
    )
    const line = {
      ...{
        at: NOW,
        tookMs: 41,
        operation: 'SetQuantities',
        effect: 'write' as const,
        status: 200,
        requestId: 'req-1',
        idempotencyKey: 'key-1',
      },
      ...{
        bulkOperationGid: null,
        costPoints: 10,
        availablePoints: 1_989.5,
        maxPoints: 2_000,
        inventoryItemGids: [link?.gid ?? ''],
        answer: '{}',
      },
    }
    await recordExchange(db, 1, { ...line, outcome: { kind: 'answered' } })
    await recordExchange(db, 1, {
      ...{ ...line, operation: 'PollBulk', effect: 'read' as const, requestId: 'req-2', idempotencyKey: null, inventoryItemGids: [] },
      ...{ bulkOperationGid: 'gid://shopify/BulkOperation/77', outcome: { kind: 'no_answer', message: 'HTTP 502', retryAfterMs: null } },
    })
    const found = async (query: string) =>
      ((await ask('GET', `${shop}/job-log?${query}`)).json().rows as { requestId: string }[]).map(row => row.requestId)
    expect(await found('')).toEqual(['req-2', 'req-1'])
    expect(await found(`search=${encodeURIComponent(link?.sku ?? '')}`)).toEqual(['req-1'])
    expect(await found('search=req-2')).toEqual(['req-2'])
    expect(await found('search=key-1')).toEqual(['req-1'])
    expect(await found('search=77')).toEqual(['req-2'])
    expect(await found('search=nothing')).toEqual([])
    expect(await found('class=outage')).toEqual(['req-2'])
    expect(await found('effect=write')).toEqual(['req-1'])
    expect((await ask('GET', shop)).json().troubles).toMatchObject([{ class: 'outage', word: 'Outage', requests: 1, turn: 'nobody' }])
    expect((await ask('GET', `${shop}/throttle`)).json().points).toMatchObject([{ availablePoints: 1_989, maxPoints: 2_000, requests: 2 }])
  })

  test('of an unknown shop there is none', async () => {
    expect((await ask('GET', '/shops/nobody/job-log')).json()).toMatchObject({ status: 404, code: 'SHOP_NOT_FOUND' })
  })
})
