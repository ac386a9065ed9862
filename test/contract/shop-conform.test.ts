import { expect, test } from 'vitest'
import { API_VERSIONS } from '../../simulator/shopify/schema.ts'
import { openShop } from '../../src/adapters/shopify/shop.ts'
import { conformAnswer } from '../../src/cli/conform.ts'
import { ALL_SCOPES, openSimulatedShop, type SimulatedShop } from './simulated-shop.ts'

/*
 * `trueup conform` against the simulated shop: there it finds no difference, and so whatever it finds at a real shop is one.
 * Each dial that is turned is found.
 */

const DEV_SHOP = {
  domain: 'dev.myshopify.com',
  plan: 'basic' as const,
  partnerDevelopment: true,
  scopes: ALL_SCOPES,
  locations: [{ name: 'Main' }, { name: 'Second' }],
  products: [
    { title: 'A', variants: [{ sku: 'A', inventoryItemId: 1_001, levels: [{ location: 'Main', available: 10 }] }] },
    { title: 'B', variants: [{ sku: 'B', inventoryItemId: 1_002, levels: [{ location: 'Main', available: -3 }] }] },
    { title: 'C', variants: [{ sku: 'C', inventoryItemId: 1_003, tracked: false, levels: [{ location: 'Main', available: 0 }] }] },
    { title: 'D', variants: [{ sku: 'D', inventoryItemId: 1_004, bundleParent: true, levels: [{ location: 'Main', available: 2 }] }] },
  ],
}

test.each(API_VERSIONS)('on %s the simulated shop does what the simulated shop does, and is left as it was', async apiVersion => {
  const shop = await openSimulatedShop(DEV_SHOP)
  try {
    const before = await shop.levels()
    const report = await openShop({ ...shop.options, apiVersion }).conform({ isSure: false })
    expect(report).toMatchObject({ apiVersion, brokeOff: null })
    expect(report.checks.filter(check => !check.agrees)).toEqual([])
    expect(report.checks.length).toBeGreaterThanOrEqual(30)
    expect(report.leftBehind).toEqual([])
    await expectAsBefore(shop, before)
    expect(conformAnswer(report)).toMatchObject({ status: 0, text: expect.stringMatching(/ 0 differ\.\nIts stock was left as it was\.$/) })
  } finally {
    await shop.close()
  }
})

test('whatever the shop does otherwise is found and named, with the dial that does the same', async () => {
  const shop = await openSimulatedShop(DEV_SHOP)
  try {
    await shop.dial({ staleField: 'null', replay: 'reexecutes', failedKeys: 'forgotten', unstockedWrites: 'ignored' })
    const report = await shop.port.conform({ isSure: false })
    const differing = report.checks.filter(check => !check.agrees)
    expect(differing.map(check => [check.check, check.observed, check.dial])).toEqual([
      ['A stale row alone', 'CHANGE_FROM_QUANTITY_STALE at no field', 'staleField'],
      [
        'A stale row among others: what is said, and whether the others are written',
        'CHANGE_FROM_QUANTITY_STALE at no field; the other row is not written',
        'staleField',
      ],
      ['The same key and parameters after a success', 'done, with a group; run again', 'replay'],
      ['The same key and parameters after an answered failure', 'CHANGE_FROM_QUANTITY_STALE at no field', 'failedKeys'],
      ['A write to a pair that was never stocked', 'done, without a group; there is no level', 'unstockedWrites'],
    ])
    expect(conformAnswer(report)).toMatchObject({ status: 1, text: expect.stringContaining('(dial replay)') })
  } finally {
    await shop.close()
  }
})

test('whoever waits goes away in the middle, or the shop goes down for a while: what was changed is put back all the same', async () => {
  const shop = await openSimulatedShop(DEV_SHOP)
  try {
    const before = await shop.levels()
    const gone = new AbortController()
    let posts = 0
    const until = (stop: number): typeof fetch => {
      return async (...asked) => {
        posts += 1
        if (posts === stop) gone.abort()
        return fetch(...asked)
      }
    }
    const leaving = openShop({ ...shop.options, fetch: until(20) })
    expect(await leaving.conform({ isSure: false }, gone.signal)).toMatchObject({ brokeOff: expect.any(String), leftBehind: [] })
    await expectAsBefore(shop, before)

    await shop.dial({ failNext: [{ kind: 'status', status: 503, skip: 25, times: 3 }] })
    const report = await shop.port.conform({ isSure: false })
    expect(report).toMatchObject({ brokeOff: expect.stringContaining('503'), leftBehind: [] })
    expect(conformAnswer(report)).toMatchObject({ status: 1, text: expect.stringContaining('It broke off before its last check: ') })
    await expectAsBefore(shop, before)
  } finally {
    await shop.close()
  }
})

test('a shop that stays down says nothing of what is left: each level is named with what it showed before', async () => {
  const shop = await openSimulatedShop(DEV_SHOP)
  try {
    await shop.dial({ failNext: [{ kind: 'status', status: 503, skip: 25, times: 1_000 }] })
    const report = await shop.port.conform({ isSure: false })
    expect(report.leftBehind).toHaveLength(4)
    expect(report.leftBehind[0]).toMatch(/InventoryItem\/1001 at .*: 10 before, not known now$/)
  } finally {
    await shop.close()
  }
})

async function expectAsBefore(shop: SimulatedShop, before: Awaited<ReturnType<SimulatedShop['levels']>>): Promise<void> {
  const after = await shop.levels()
  for (const level of before)
    expect(after.find(each => each.inventoryItemId === level.inventoryItemId && each.locationId === level.locationId)).toMatchObject({
      available: level.available,
      active: level.active,
    })
  for (const made of after.filter(level => level.locationId === shop.location('Second')))
    expect(made).toMatchObject({ available: 0, active: false })
}

test.each([
  ['no development shop', { ...DEV_SHOP, partnerDevelopment: false }, /is no development shop/],
  ['nothing to try it on', { ...DEV_SHOP, products: DEV_SHOP.products.slice(2) }, /no location with two tracked items/],
])('%s: nothing is written', async (_title, file, why) => {
  const shop = await openSimulatedShop(file)
  try {
    await expect(shop.port.conform({ isSure: false })).rejects.toMatchObject({
      code: 'SHOP_CONFORM_REFUSED',
      message: expect.stringMatching(why),
    })
    expect((await shop.journal()).filter(entry => entry.roots.includes('inventorySetQuantities'))).toEqual([])
  } finally {
    await shop.close()
  }
})
