import { parse, validate } from 'graphql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { API_VERSIONS, adminSchema } from '../../simulator/shopify/schema.ts'
import * as documents from '../../src/adapters/shopify/documents.ts'
import { openShop } from '../../src/adapters/shopify/shop.ts'
import type { CallKind, WriteRow } from '../../src/channel/port.ts'
import { openSimulatedShop, type SimulatedShop, SMALL_SHOP } from './simulated-shop.ts'

describe.each(API_VERSIONS)('every document is valid on %s, whichever of them a shop is spoken to in', version => {
  const schema = adminSchema(version)
  test.each(Object.entries(documents))('%s', (_, text) => expect(validate(schema, parse(text))).toEqual([]))
})

let shop: SimulatedShop
beforeEach(async () => {
  shop = await openSimulatedShop(SMALL_SHOP)
})
afterEach(() => shop.close())

describe('the catalogue of a shop', () => {
  test('its locations, inactive ones included', async () => {
    const locations = await shop.port.locations()
    expect(locations.map(({ name, isActive }) => ({ name, isActive }))).toEqual([
      { name: 'Main', isActive: true },
      { name: 'Shut', isActive: false },
    ])
  })

  test('its variants, with what cannot be written', async () => {
    const items = (await chunks(shop.port.items())).flat()
    expect(items.map(({ sku, isTracked, isBundleParent }) => ({ sku, isTracked, isBundleParent }))).toEqual([
      { sku: 'A-1', isTracked: true, isBundleParent: false },
      { sku: 'a-2 ', isTracked: true, isBundleParent: false },
      { sku: null, isTracked: false, isBundleParent: false },
      { sku: 'SET', isTracked: true, isBundleParent: true },
    ])
  })
})

describe('the orders of a shop', () => {
  test('an order is seen with its units where Shopify committed them, and gone when it was shipped', async () => {
    const order = await shop.order([{ sku: 'A-1', units: 2 }])
    const first = await shop.port.changedSince(null)
    expect(first.orders).toMatchObject([
      { lines: [{ inventoryItemGid: shop.item('A-1'), locationGid: shop.location('Main'), openUnits: 2, takenUnits: 2 }] },
    ])
    await shop.control('POST', `orders/${order.number}/fulfil`, {})
    const later = await shop.port.changedSince(first.look.from - 60_000)
    expect(later.orders).toMatchObject([{ orderGid: first.orders[0]?.orderGid, lines: [{ openUnits: 0, takenUnits: 2 }] }])
  })

  test('more lines and orders than one page are all read', async () => {
    for (let n = 0; n < 30; n++) await shop.order(Array.from({ length: n === 0 ? 45 : 1 }, () => ({ sku: 'A-1', units: 1 })))
    const { orders } = await shop.port.changedSince(null)
    expect(orders).toHaveLength(30)
    expect(orders.flatMap(order => order.lines)).toHaveLength(74)
  })

  test('a cancelled order holds nothing and has taken nothing', async () => {
    const order = await shop.order([{ sku: 'A-1', units: 2 }])
    await shop.control('POST', `orders/${order.number}/cancel`, {})
    const { orders } = await shop.port.changedSince(Date.now() - 60_000)
    expect(orders).toMatchObject([{ lines: [], cancelledAt: expect.any(Number) }])
  })

  test('an order is read by its id before the search shows it; one that is not there is said to be gone', async () => {
    await shop.dial({ orderSearchLagMs: 60_000 })
    const order = await shop.order([{ sku: 'A-1', units: 2 }])
    expect((await shop.port.changedSince(null)).orders).toEqual([])
    const [gid, nobody] = [`gid://shopify/Order/${order.number}`, 'gid://shopify/Order/1']
    const read = await shop.port.ordersById([gid, nobody])
    expect(read).toMatchObject({ orders: [{ orderGid: gid, lines: [{ openUnits: 2 }] }], goneGids: [nobody] })
  })

  test('the time of a look is the shop’s, not ours: it lies around the instant of the look', async () => {
    const before = Date.now()
    const { look } = await shop.port.changedSince(null)
    expect(look.from).toBeLessThanOrEqual(before)
    expect(look.from).toBeGreaterThan(before - 5_000)
    expect(look.until).toBeGreaterThanOrEqual(Date.now())
    expect(look.until).toBeLessThan(Date.now() + 5_000)
  })
})

describe('the levels of a shop', () => {
  const row = (units: number, fromUnits: number, sku = 'A-1'): WriteRow => ({
    inventoryItemGid: shop.item(sku),
    locationGid: shop.location('Main'),
    units,
    fromUnits,
    onHandUnits: fromUnits,
  })
  const frozen = (...rows: WriteRow[]) => frozenAs('set_available', ...rows)
  const frozenAs = (kind: CallKind, ...rows: WriteRow[]) => {
    const idempotencyKey = crypto.randomUUID()
    return shop.port.freeze(kind, rows, { idempotencyKey, reference: `gid://trueup/Call/${idempotencyKey}` })
  }

  test('the scopes that were granted', async () => expect((await shop.port.installation()).grantedScopes).toContain('write_inventory'))

  test('some, and an item that is not there is left out', async () => {
    await shop.order([{ sku: 'A-1', units: 2 }])
    const seen = await shop.port.readLevels(shop.location('Main'), [shop.item('A-1'), 'gid://shopify/InventoryItem/1'])
    expect(seen.levels).toEqual([
      {
        inventoryItemGid: shop.item('A-1'),
        locationGid: shop.location('Main'),
        availableUnits: 8,
        committedUnits: 2,
        reservedUnits: 0,
        onHandUnits: 10,
        isActive: true,
      },
    ])
  })

  test('all of them, by a bulk query', async () => {
    const seen = (await chunks(shop.port.readEveryLevel())).flatMap(chunk => chunk.levels)
    expect(seen.map(level => level.availableUnits).sort((a, b) => a - b)).toEqual([3, 10, 20])
  })

  test('a call sets what it says, and the same bytes again change nothing', async () => {
    const call = frozen(row(7, 10), row(21, 20, 'a-2 '))
    expect(await shop.port.send(call)).toMatchObject({ kind: 'confirmed' })
    await shop.edit('A-1', 'Main', 5)
    expect(await shop.port.send(call)).toMatchObject({ kind: 'confirmed' })
    expect(await shop.available('A-1', 'Main')).toBe(5)
  })

  test.each(API_VERSIONS)('on %s a shop is read and written, and its orders are seen, as on any other', async apiVersion => {
    const port = openShop({ ...shop.options, apiVersion })
    expect((await port.locations()).map(location => location.name)).toEqual(['Main', 'Shut'])
    const call = port.freeze('set_available', [row(7, 10)], { idempotencyKey: apiVersion, reference: `gid://trueup/Call/${apiVersion}` })
    expect([(await port.send(call)).kind, (await port.send(call)).kind]).toEqual(['confirmed', 'confirmed'])
    await shop.order([{ sku: 'A-1', units: 2 }])
    expect((await port.readLevels(shop.location('Main'), [shop.item('A-1')])).levels).toMatchObject([
      { availableUnits: 5, committedUnits: 2 },
    ])
    expect((await chunks(port.readEveryLevel())).flatMap(chunk => chunk.levels)).toHaveLength(3)
    expect((await port.changedSince(null)).orders).toHaveLength(1)
    expect((await shop.journal()).every(entry => entry.status === 200)).toBe(true)
  })

  test('the same rows and key are the same bytes', () => {
    const named = { idempotencyKey: 'k', reference: 'gid://trueup/Call/k' }
    expect(shop.port.freeze('set_available', [row(7, 10)], named)).toEqual(
      shop.port.freeze(
        'set_available',
        [{ onHandUnits: 10, fromUnits: 10, units: 7, locationGid: shop.location('Main'), inventoryItemGid: shop.item('A-1') }],
        named,
      ),
    )
  })

  test('a call in which nothing changes is confirmed', async () =>
    expect(await shop.port.send(frozen(row(10, 10)))).toMatchObject({ kind: 'confirmed' }))

  test('a stale row is named, and nothing of the call was done', async () => {
    const outcome = await shop.port.send(frozen(row(21, 20, 'a-2 '), row(7, 9)))
    expect(outcome).toMatchObject({ kind: 'rows_refused', rows: [{ ordinal: 1, code: 'CHANNEL_ROW_STALE' }] })
    expect(await shop.available('a-2 ', 'Main')).toBe(20)
  })

  test('a difference is added to whatever is there: a sale in between stays a sale', async () => {
    await shop.order([{ sku: 'A-1', units: 2 }])
    const call = frozenAs('adjust_available', row(7, 10), row(21, 20, 'a-2 '))
    expect(await shop.port.send(call)).toMatchObject({ kind: 'confirmed' })
    expect(await shop.port.send(call)).toMatchObject({ kind: 'confirmed' })
    expect(await shop.available('A-1', 'Main')).toBe(5)
    expect(await shop.available('a-2 ', 'Main')).toBe(21)
  })

  test('a row of an added call that is refused is named', async () => {
    expect(await shop.port.send(frozenAs('adjust_available', row(7, 10), row(5, 3, 'SET')))).toMatchObject({
      kind: 'rows_refused',
      rows: [{ ordinal: 1, code: 'CHANNEL_ROW_BUNDLE_PARENT' }],
    })
  })

  test('on hand is written so that available becomes what is wanted; a sale in between moves neither', async () => {
    await shop.order([{ sku: 'A-1', units: 2 }])
    expect(await shop.port.send(frozenAs('set_on_hand', row(7, 10)))).toMatchObject({ kind: 'confirmed' })
    expect(await shop.available('A-1', 'Main')).toBe(5)
    expect(await shop.port.send(frozenAs('set_on_hand', row(6, 7)))).toMatchObject({ kind: 'confirmed' })
    expect(await shop.port.send(frozenAs('set_on_hand', row(5, 7)))).toMatchObject({
      kind: 'rows_refused',
      rows: [{ code: 'CHANNEL_ROW_STALE' }],
    })
  })

  test('a bundle parent is named', async () => {
    expect(await shop.port.send(frozen(row(7, 10), row(5, 3, 'SET')))).toMatchObject({
      kind: 'rows_refused',
      rows: [{ ordinal: 1, code: 'CHANNEL_ROW_BUNDLE_PARENT' }],
    })
  })

  test.each([
    ['the answer is lost after it was done', { kind: 'resetAfter' }, 'CHANNEL_UNREACHABLE'],
    ['the connection breaks before', { kind: 'resetBefore' }, 'CHANNEL_UNREACHABLE'],
    ['502 after it was done', { kind: 'statusAfter', status: 502 }, 'CHANNEL_UNREACHABLE'],
    ['503', { kind: 'status', status: 503 }, 'CHANNEL_UNREACHABLE'],
    ['internal error', { kind: 'internalError' }, 'CHANNEL_UNREACHABLE'],
  ])('%s: unknown, and the same bytes make it known', async (_, fault, code) => {
    await shop.dial({ failNext: [{ ...fault, root: 'inventorySetQuantities' }] })
    const call = frozen(row(7, 10))
    expect(await shop.port.send(call)).toMatchObject({ kind: 'unknown', code })
    expect(await shop.port.send(call)).toMatchObject({ kind: 'confirmed' })
    expect(await shop.available('A-1', 'Main')).toBe(7)
  })

  test('a throttled call was not done', async () => {
    await shop.dial({ failNext: [{ kind: 'throttle' }] })
    expect(await shop.port.send(frozen(row(7, 10)))).toMatchObject({ kind: 'throttled' })
    expect(await shop.available('A-1', 'Main')).toBe(10)
  })

  test('an inactive level is activated, and keeps its quantities', async () => {
    await shop.control('PUT', 'levels', { inventoryItemId: shop.item('A-1'), locationId: shop.location('Main'), active: false })
    expect(await shop.port.activate(row(0, 0), crypto.randomUUID())).toEqual({ kind: 'active' })
    expect((await shop.port.readLevels(shop.location('Main'), [shop.item('A-1')])).levels).toMatchObject([
      { isActive: true, availableUnits: 10 },
    ])
    const nowhere = { inventoryItemGid: 'gid://shopify/InventoryItem/1', locationGid: shop.location('Main') }
    expect(await shop.port.activate(nowhere, crypto.randomUUID())).toMatchObject({ kind: 'refused' })
  })
})

describe('a shop in trouble', () => {
  test.each([
    ['token revoked', { tokenRevoked: true }, 'CHANNEL_TOKEN_REFUSED'],
    ['frozen', { frozen: true }, 'CHANNEL_SHOP_FROZEN'],
    ['scope removed', { scopes: ['read_products'] }, 'CHANNEL_SCOPE_MISSING'],
    ['503', { failNext: [{ kind: 'status', status: 503 }] }, 'CHANNEL_UNREACHABLE'],
  ])('%s', async (_, dials, code) => {
    await shop.dial(dials)
    await expect(shop.port.readLevels(shop.location('Main'), [shop.item('A-1')])).rejects.toMatchObject({ code })
  })

  test('a wrong version or address', async () => {
    const elsewhere = openShop({ ...shop.options, apiVersion: '2031-01' })
    await expect(elsewhere.installation()).rejects.toMatchObject({ code: 'CHANNEL_SHOP_UNKNOWN' })
  })

  test('nobody listens', async () => {
    await shop.close()
    await expect(shop.port.installation()).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE', retry: 'backoff' })
  })

  test('a throttled question is asked again by itself', async () => {
    await shop.dial({ failNext: [{ kind: 'throttle', times: 2 }] })
    expect((await shop.port.installation()).grantedScopes).toContain('write_inventory')
    expect(shop.slept()).toBeGreaterThanOrEqual(2_000)
  })
})

async function chunks<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const chunk of source) all.push(chunk)
  return all
}
