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
    await db.query(`update catalog.shop set api_url = 'https://corner.myshopify.com' where shop_id = 1`)
    const at = { now: NOW, chance: 0 }
    await hear(db, 1, { kind: 'scopes', grantedScopes: ['read_products', 'write_inventory', 'read_reports'], appHandle: 'trueup' }, at)
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
    expect(held.links.appPermissions).toBe('https://admin.shopify.com/store/corner/settings/apps/app_installations/app/trueup')
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

describe('switching off by hand', () => {
  const reason = 'recall of a batch'
  const sku = async () =>
    (
      await house.database.db.query<{ sku: string }>(
        `select k.value as sku from outbox.intent i join catalog.product_identifier k using (product_id) where k.type = 'SKU' and i.shop_id = 1 limit 1`,
      )
    )[0]?.sku ?? ''
  const until = (ms: number) => new Date(NOW + ms).toISOString()

  test('a product sells nothing for two hours: kept with who, why and until when, named at its levels, and ended', async () => {
    const set = await ask('POST', '/controls', { kind: 'sell_nothing', sku: await sku(), reason, untilAt: until(7_200_000) })
    expect(set.json()).toMatchObject({ kind: 'sell_nothing', sku: await sku(), shop: null, reason, endedAt: null })
    expect(await audit()).toMatchObject([{ action: 'level.sell_nothing', reason }])
    const levels = (await ask('GET', `/stock/${encodeURIComponent(await sku())}/levels`)).json().rows
    expect(levels.length).toBeGreaterThan(0)
    for (const level of levels) expect(level.controls).toMatchObject([{ kind: 'sell_nothing', reason }])
    expect((await ask('GET', '/controls')).json()).toMatchObject({ total: 1, rows: [{ reason }] })

    const ended = await ask('POST', `/controls/${set.json().controlId}/end`, {})
    expect(ended.json().endedBy).not.toBeNull()
    expect(await audit()).toMatchObject([{ action: 'level.sell_nothing.end' }])
    expect((await ask('GET', `/stock/${encodeURIComponent(await sku())}/levels`)).json().rows[0].controls).toEqual([])
    // Ending it again changes nothing, and is not written down twice.
    await ask('POST', `/controls/${set.json().controlId}/end`, {})
    expect(await house.database.db.query(`select 1 from audit.entry where action = 'level.sell_nothing.end'`)).toHaveLength(1)
  })

  test.each<[string, object, string]>([
    ['nothing is named', { kind: 'pause', reason, untilAt: null }, 'HTTP_REQUEST_INVALID'],
    ['a location without its shop', { kind: 'pause', sku: 'X', locationId: 1, reason, untilAt: null }, 'HTTP_REQUEST_INVALID'],
    ['no reason', { kind: 'pause', sku: 'X', reason: ' ', untilAt: null }, 'HTTP_REQUEST_INVALID'],
    ['an unknown SKU', { kind: 'pause', sku: 'NOBODY', reason, untilAt: null }, 'CATALOG_SKU_NOT_FOUND'],
    ['an unknown shop', { kind: 'pause', shop: 'nobody', reason, untilAt: null }, 'SHOP_NOT_FOUND'],
    ['an end in the past', { kind: 'pause', sku: 'X', reason, untilAt: new Date(NOW - 1).toISOString() }, 'CHANNEL_CONTROL_OVER'],
  ])('%s is refused', async (_, body, code) => {
    expect((await ask('POST', '/controls', body)).json()).toMatchObject({ code })
  })

  test('what is not there cannot be ended', async () => {
    expect((await ask('POST', '/controls/999/end', {})).json()).toMatchObject({ status: 404, code: 'CHANNEL_CONTROL_NOT_FOUND' })
  })
})

test('the mapping of a shop is checked, with the units at stake', async () => {
  const { locations, problems } = (await ask('GET', `${shop}/mapping`)).json()
  expect(locations.length).toBeGreaterThan(0)
  expect(problems.map((problem: { code: string }) => problem.code)).toContain('CATALOG_MAPPING_FACILITY_TWICE')
})

test('a credential is entered, and never shown again', async () => {
  const secret = 'a-secret-of-the-app'
  const answer = await ask('PUT', `${shop}/credential`, { kind: 'client_credentials', clientId: 'app-1', clientSecret: secret })
  expect(answer.json()).toMatchObject({ kind: 'client_credentials', clientId: 'app-1', isSecretKnown: true })
  expect(`${answer.body} ${(await ask('GET', shop)).body} ${JSON.stringify(await audit())}`).not.toContain(secret)
  expect((await ask('PUT', `${shop}/credential`, { kind: 'refresh_token', clientId: 'a', clientSecret: 'b' })).json().code).toBe(
    'HTTP_REQUEST_INVALID',
  )
})

test('a shop runs in shadow: written down, held at the gate, and its list is empty until it was compared', async () => {
  expect((await ask('PUT', `${shop}/shadow`, { isShadow: true, reason: 'trial' })).json()).toMatchObject({ isShadow: true })
  expect(await audit()).toMatchObject([{ action: 'shop.shadow', before: { isShadow: false }, after: { isShadow: true }, reason: 'trial' }])
  expect((await ask('GET', `${shop}/shadow`)).json()).toMatchObject({ isShadow: true, runs: [], runId: null, rows: [] })
  await house.database.db.query(
    `insert into channel.shadow_run (shop_id, started_at, finished_at, levels, different, units) values (1, $1, $1, 3, 1, 4)`,
    [new Date(NOW)],
  )
  await house.database.db.query(
    `insert into channel.shadow_difference (shadow_run_id, location_id, product_id, our_units, their_units, promised_units, unseen_units)
     select 1, location_id, product_id, sellable_units, sellable_units + 4, sellable_units, 0 from availability.target where shop_id = 1 limit 1`,
  )
  const { rows, runId } = (await ask('GET', `${shop}/shadow`)).json()
  expect(runId).toBe(1)
  expect(rows).toMatchObject([{ sentence: expect.stringMatching(/The shop shows 4 more\.$/) }])
  await ask('PUT', `${shop}/shadow`, { isShadow: false })
})

test('what leaves the choice of a shop is asked about first', async () => {
  const { db } = house.database
  await db.query(
    `insert into catalog.shop_item (shop_id, inventory_item_gid, variant_gid, sku, is_tracked, is_bundle_parent, tags, seen_at)
     select l.shop_id, l.inventory_item_gid, 'v' || l.product_id, min(k.value), true, false, '{}', $1
       from catalog.item_link l join catalog.product_identifier k on k.product_id = l.product_id and k.type = 'SKU' where l.shop_id = 1 group by 1, 2, l.product_id
     on conflict do nothing`,
    [new Date(NOW)],
  )
  const nothing = { tags: ['nobody has this'], vendors: [], productTypes: [], skus: [] }
  const now = (await ask('GET', `${shop}/choice`)).json()
  expect(now).toMatchObject({ leaving: 0, underWay: null, choice: { tags: [] } })
  expect((await ask('POST', `${shop}/choice/preview`, nothing)).json()).toMatchObject({ chosen: 0, leaving: now.linked })
  const refused = await ask('PUT', `${shop}/choice`, { choice: nothing, reason: 'another tool' })
  expect(refused.json()).toMatchObject({ status: 409, code: 'CHANNEL_LEAVING_NOT_SAID' })
  const zero = await ask('PUT', `${shop}/choice`, { choice: nothing, leaving: 'zero', reason: 'season is over' })
  expect(zero.json().underWay).toMatchObject({ choice: nothing })
  expect((await ask('GET', `${shop}/choice`)).json()).toMatchObject({ choice: { tags: [] }, linked: now.linked })
  expect((await ask('PUT', `${shop}/choice`, { choice: nothing, leaving: 'zero', reason: 'again' })).json()).toMatchObject({
    code: 'CHANNEL_LEAVING_UNDER_WAY',
  })
  expect(await audit()).toMatchObject([{ action: 'shop.choice', reason: 'season is over', after: { becomes: 'zero' } }])
  // The newest word counts: what was on its way out is chosen again, and sells again.
  const everything = { ...nothing, tags: [] }
  const back = await ask('PUT', `${shop}/choice`, { choice: everything, reason: 'the season goes on' })
  expect(back.json()).toMatchObject({ choice: everything, underWay: null, linked: now.linked })
  expect(await db.query('select 1 from channel.control where ended_at is null')).toEqual([])
})

test('a mapping that ends and a shop that is switched off: what becomes of the numbers is said first', async () => {
  const { db } = house.database
  const [mapped] = await db.query<{ id: number }>('select min(location_id) as id from catalog.location_mapping where shop_id = 1')
  const leave = `${shop}/locations/${mapped?.id}/leave`
  expect((await ask('POST', leave, { reason: 'it closes' })).statusCode).toBe(400)
  expect((await ask('POST', leave, { becomes: 'zero', reason: 'it closes' })).json()).toMatchObject({
    isEnabled: true,
    rows: expect.arrayContaining([expect.objectContaining({ kind: 'location', locationId: mapped?.id, reason: 'it closes' })]),
  })
  expect((await ask('POST', leave, { becomes: 'zero', reason: 'go on' })).json()).toMatchObject({ code: 'CHANNEL_LEAVING_UNDER_WAY' })
  expect((await ask('POST', `${shop}/locations/999/leave`, { becomes: 'keep', reason: 'what is it' })).statusCode).toBe(404)
  const off = await ask('POST', `${shop}/switch-off`, { becomes: 'hand_over', reason: 'another tool writes it' })
  expect(off.json()).toMatchObject({ isEnabled: false })
  expect((await ask('GET', shop)).json().stopped).toMatchObject({ reason: 'another tool writes it' })
  expect((await ask('POST', `${shop}/switch-on`, { reason: 'we are back' })).json()).toEqual({
    shop: shop.split('/').at(-1),
    isEnabled: true,
  })
  expect((await ask('GET', shop)).json().stopped).toBeNull()
  const deeds = await db.query<{ action: string }>('select action from audit.entry order by seq')
  expect(deeds.map(deed => deed.action).slice(-3)).toEqual(['location.leave', 'shop.switch_off', 'shop.switch_on'])
})

test('whoever schedules a push into a shop that is read only is told so then, and not when it has run in vain', async () => {
  const preview = async (job: string) =>
    (await ask('POST', `/jobs/${job}/schedule/preview`, {})).json().objections as { code: string; reason: string }[]
  await ask('PUT', `${shop}/access-scope`, { accessScope: 'read_only' })
  expect(await preview('process-uploads-to-ecommerce')).toMatchObject([
    { code: 'CHANNEL_READ_ONLY', reason: expect.stringMatching(/: the access scope of this shop is Read only\. What is for it waits\.$/) },
  ])
  expect(await preview('import-inventory')).toEqual([])
})
