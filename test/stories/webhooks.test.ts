import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Simulator, startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import type { Delivery } from '../../simulator/shopify/webhooks.ts'
import { openSecretBox } from '../../src/app/secret-box.ts'
import { openShops, type Shops } from '../../src/app/shops.ts'
import { setCredential } from '../../src/catalog/credential-store.ts'
import { addIdentifier } from '../../src/catalog/identifier-store.ts'
import { readNews } from '../../src/catalog/news-step.ts'
import { readShop } from '../../src/catalog/step.ts'
import { importProducts, shopById } from '../../src/catalog/store.ts'
import { healthOf } from '../../src/channel/health-store.ts'
import type { Hint } from '../../src/channel/webhook.ts'
import { webhookRoutes } from '../../src/channel/webhook-routes.ts'
import { webhooksOf } from '../../src/channel/webhook-store.ts'
import { createGate, type Gate } from '../../src/http/server.ts'
import { SMALL_SHOP } from '../contract/simulated-shop.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'

/* Webhooks from the simulated shop to our gate: signed, doubled, lost; registered and mended; and what each of them leads to. */

const SECRET = 'the secret of the app'
const PUBLIC_URL = 'https://trueup.example'
const MINUTE_MS = 60_000

let home: TestDatabase
let dataDir: string
let simulator: Simulator
let shops: Shops
let gate: Gate
let now: number
let hints: Hint['kind'][]
let statuses: number[]
let answerWith: number | null

beforeEach(async () => {
  now = Date.now()
  hints = []
  statuses = []
  answerWith = null
  home = await openTestDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-hooks-'))
  const box = await openSecretBox(dataDir, null)
  const clock = { now: () => now }
  const ids = { uuid: () => randomUUID(), secret: () => randomUUID() }
  simulator = await startShopifySimulator({
    ...{ shop: { ...SMALL_SHOP, locations: [{ name: 'Main' }] }, webhookSecret: SECRET, now: () => now, deliver },
    advance: ms => {
      now += ms
    },
  })
  await home.db.query(
    `insert into catalog.shop (code, name, api_url, access_scope, token_sealed) values ('small', 'Small', $1, 'read_and_write', $2)`,
    [simulator.url, box.seal('shpat')],
  )
  const sealed = { clientId: 'app', clientSecretSealed: box.seal(SECRET), refreshTokenSealed: null }
  await home.db.transaction(tx => setCredential(tx, 1, { kind: 'static', ...sealed }))
  const sleep = async (ms: number) => void (await new Promise(done => setTimeout(done, Math.min(ms, 20))))
  const pass = async (ms: number) => {
    now += ms
    await sleep(0)
  }
  shops = openShops({ ...{ db: home.db, box, clock, ids, sleep: pass, fetch, publicUrl: PUBLIC_URL } })
  gate = await createGate({
    ...{ db: home.db, clock, ids, sleep, log: { debug() {}, info() {}, warn() {} }, cliToken: null, consoleDir: null, version: '0' },
    routes: webhookRoutes({ db: home.db, clock, isSigned: shops.isSigned, hinted: hint => void hints.push(hint.kind) }),
    streetNow: () => Promise.reject(new Error('nobody looks')),
  })
})
afterEach(async () => {
  await shops.settled()
  await Promise.all([gate.close(), simulator.close()])
  await home.drop()
  await rm(dataDir, { recursive: true, force: true })
})

async function deliver({ uri, headers, body }: Delivery): Promise<number> {
  const { pathname } = new URL(uri)
  const answer = await gate.app.inject({ method: 'POST', url: pathname, headers, payload: body })
  statuses.push(answer.statusCode)
  return answerWith ?? answer.statusCode
}
const check = async () => {
  const shop = await shopById(home.db, 1)
  if (shop !== null) await shops.check(shop, { isAskedByPerson: true })
}
const backstage = async (method: string, where: string, body: unknown = {}) => {
  const response = await fetch(`${simulator.url}/_simulator/${where}`, { method, body: method === 'GET' ? null : JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  await simulator.settled()
}
const readCatalogue = () =>
  shops.each('catalog', (shop, port) => readShop({ db: home.db, clock: { now: () => now } }, { shopId: shop.shopId, port }))
const follow = () => shops.each('news', (shop, port) => readNews({ db: home.db, clock: { now: () => now } }, { shopId: shop.shopId, port }))
const links = () =>
  home.db.query<{ sku: string }>(
    `select k.value as sku from catalog.item_link l join catalog.product_identifier k using (product_id) where k.type = 'SKU' order by 1`,
  )

test('each topic is subscribed to once; one that Shopify took away comes back, and the page says so', async () => {
  await check()
  const first = await webhooksOf(home.db, 1)
  expect(first.state).toBe('on')
  expect(first.topics.length).toBeGreaterThan(15)
  expect(first.topics.filter(topic => topic.refused !== null)).toEqual([])
  const rows = simulator.simulated.shop.tables.webhooks
  for (const row of [...rows.values()].filter(each => each.topic.startsWith('PRODUCTS')))
    simulator.simulated.shop.tables.remove('webhooks', row)
  await check()
  expect([...rows.values()]).toHaveLength(first.topics.length)
  expect((await webhooksOf(home.db, 1)).mended).toBe(first.topics.length + 3)
  await check()
  expect((await webhooksOf(home.db, 1)).mended).toBe(first.topics.length + 3)
})

test('the same event twice is worked once, and both are answered', async () => {
  await check()
  await backstage('PUT', 'dials', { webhookDoubleRate: 1 })
  await backstage('POST', 'orders', { lines: [{ inventoryItemId: 'gid://shopify/InventoryItem/1001', units: 1 }] })
  expect(statuses.every(status => status === 200)).toBe(true)
  const orders = await home.db.query<{ n: number }>('select count(*) as n from channel.webhook_event where topic = $1', ['orders/create'])
  expect(orders).toEqual([{ n: 1 }])
  expect(hints.filter(hint => hint === 'orders')).toHaveLength(
    hints.filter(hint => hint === 'nothing').length - hints.filter(hint => hint === 'level').length,
  )
})

test.each<[string, (headers: Record<string, string>, body: string) => [Record<string, string>, string]]>([
  [
    'forged',
    (headers, body) => [{ ...headers, 'x-shopify-hmac-sha256': createHmac('sha256', 'guess').update(body).digest('base64') }, body],
  ],
  ['not signed', ({ 'x-shopify-hmac-sha256': _, ...headers }, body) => [headers, body]],
  ['changed on the way', (headers, body) => [headers, body.replace('1', '2')]],
  ['without a name', ({ 'x-shopify-event-id': _, ...headers }, body) => [headers, body]],
])('a webhook that was %s changes nothing', async (_, spoil) => {
  const body = '{"id":1}'
  const signed = {
    ...{ 'content-type': 'application/json', 'x-shopify-topic': 'app/uninstalled', 'x-shopify-event-id': 'e-1' },
    'x-shopify-hmac-sha256': createHmac('sha256', SECRET).update(body).digest('base64'),
  }
  const [headers, payload] = spoil(signed, body)
  const answer = await gate.app.inject({ method: 'POST', url: '/api/v1/hooks/shopify/small', headers, payload })
  expect(answer.json()).toMatchObject({ status: 401, code: 'CHANNEL_WEBHOOK_NOT_SIGNED' })
  expect(await home.db.query('select 1 from channel.webhook_event')).toEqual([])
  expect((await shopById(home.db, 1))?.isEnabled).toBe(true)
  const good = await gate.app.inject({ method: 'POST', url: '/api/v1/hooks/shopify/small', headers: signed, payload: body })
  expect(good.statusCode).toBe(200)
  expect((await shopById(home.db, 1))?.isEnabled).toBe(false)
})

test('what is signed and no JSON is taken and leads to nothing', async () => {
  const body = 'not json'
  const headers = {
    'x-shopify-topic': 'orders/create',
    'x-shopify-event-id': 'e-2',
    'x-shopify-hmac-sha256': createHmac('sha256', SECRET).update(body).digest('base64'),
  }
  expect((await gate.app.inject({ method: 'POST', url: '/api/v1/hooks/shopify/small', headers, payload: body })).statusCode).toBe(200)
  expect(hints).toEqual(['nothing'])
})

test('the app is thrown out in Shopify: the shop is stopped with the reason, and nothing is asked of it any longer', async () => {
  await check()
  await backstage('POST', 'uninstall')
  expect(await shopById(home.db, 1)).toMatchObject({ isEnabled: false })
  const [entry] = await home.db.query<{ who: string; action: string }>(`select who, action from audit.entry where action = 'shop.stop'`)
  expect(entry).toEqual({ who: 'Shopify', action: 'shop.stop' })
  const asked = simulator.simulated.shop.tables.webhooks.size
  await readCatalogue()
  expect(simulator.simulated.shop.tables.webhooks.size).toBe(asked)
})

test('scopes change in Shopify: they are asked anew at once', async () => {
  await check()
  expect((await healthOf(home.db, 1))?.scopesAt).not.toBeNull()
  await backstage('PUT', 'dials', { scopes: ['read_inventory', 'read_products', 'read_locations'] })
  expect(hints).toContain('scopes')
  expect((await healthOf(home.db, 1))?.scopesAt).toBeNull()
  await check()
  expect(await healthOf(home.db, 1)).toMatchObject({ heldCode: 'CHANNEL_SCOPE_MISSING' })
})

test.each([
  ['by webhook', true],
  ['by asking, since no webhook comes', false],
])('a new variant, another SKU and a deleted item are followed within a minute, %s', async (_, hasWebhooks) => {
  const names = ['A-1', 'NEW', 'RENAMED'].map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] }))
  await home.db.transaction(tx => importProducts(tx, names, now))
  await readCatalogue()
  if (hasWebhooks) await check()
  expect((await links()).map(row => row.sku)).toEqual(['A-1'])
  now += MINUTE_MS
  await backstage('POST', 'products', { title: 'New', variants: [{ sku: 'NEW', levels: [{ location: 'Main', available: 0 }] }] })
  await backstage('PUT', 'items/1002', { sku: 'RENAMED', inventoryPolicy: 'CONTINUE' })
  if (hasWebhooks) await backstage('DELETE', 'items/1001')
  await follow()
  expect((await links()).map(row => row.sku)).toEqual(hasWebhooks ? ['NEW', 'RENAMED'] : ['A-1', 'NEW', 'RENAMED'])
  const findings = await home.db.query<{ code: string; sku: string }>(
    `select code, sku from catalog.link_finding where code like '%ZERO' or code like '%NOT_IN_SHOP'`,
  )
  expect(findings).toEqual(
    expect.arrayContaining([
      { code: 'CATALOG_ITEM_SOLD_AT_ZERO', sku: 'RENAMED' },
      ...(hasWebhooks ? [{ code: 'CATALOG_PRODUCT_NOT_IN_SHOP', sku: 'A-1' }] : []),
    ]),
  )
  expect(await home.db.query('select 1 from catalog.ask')).toEqual([])
})

test('an item that is deleted and made again under its SKU is linked to the new one within a minute', async () => {
  await home.db.transaction(tx => importProducts(tx, [{ name: 'A', identifiers: [{ type: 'SKU', value: 'A-1' }] }], now))
  await readCatalogue()
  await check()
  const linkedTo = async () =>
    (await home.db.query<{ gid: string }>('select inventory_item_gid as gid from catalog.item_link')).map(row => row.gid)
  expect(await linkedTo()).toEqual(['gid://shopify/InventoryItem/1001'])
  now += MINUTE_MS
  await backstage('DELETE', 'items/1001')
  await backstage('POST', 'products', { title: 'Again', variants: [{ sku: 'A-1', levels: [{ location: 'Main', available: 0 }] }] })
  await follow()
  expect(await linkedTo()).toEqual([expect.not.stringMatching(/\/1001$/)])
  expect(await home.db.query(`select 1 from catalog.link_finding where sku = 'A-1'`)).toEqual([])
})

test('products that were not committed yet when the shop was read are linked by the next look', async () => {
  const names = [{ name: 'A', identifiers: [{ type: 'SKU', value: 'A-1' }] }]
  let reading: Promise<unknown> | undefined
  await home.db.transaction(async tx => {
    await importProducts(tx, names, now)
    reading = readCatalogue()
    await new Promise(done => setTimeout(done, 500))
  })
  await reading
  expect(await links()).toEqual([])
  await follow()
  expect((await links()).map(row => row.sku)).toEqual(['A-1'])
})

test('a product that is called by the SKU of a shop is linked', async () => {
  await home.db.transaction(tx => importProducts(tx, [{ name: 'A', identifiers: [{ type: 'UPCA', value: '4006381333931' }] }], now))
  await readCatalogue()
  await home.db.transaction(tx => addIdentifier(tx, 1, { type: 'SKU', value: 'A-1' }))
  await follow()
  expect((await links()).map(row => row.sku)).toEqual(['A-1'])
})

test('a location is closed in Shopify: it is seen as closed', async () => {
  await readCatalogue()
  await check()
  await backstage('POST', 'locations', { name: 'Pop-up' })
  const [main] = await home.db.query<{ id: string }>(`select substring(location_gid from '\\d+$') as id from catalog.location`)
  await backstage('PUT', `locations/${main?.id}`, { active: false })
  await follow()
  const seen = await home.db.query('select name, is_active as "isActive" from catalog.location order by name')
  expect(seen).toEqual([
    { name: 'Main', isActive: false },
    { name: 'Pop-up', isActive: true },
  ])
})
