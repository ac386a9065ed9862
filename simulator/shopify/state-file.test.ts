import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, type Json, levelOf, openTestShop, row, SMALL_SHOP, setCall, type TestShop } from './testing.ts'

let folder: string
let stateFile: string
const open: TestShop[] = []
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'simulated-shop-'))
  stateFile = path.join(folder, 'shop.jsonl')
})
afterEach(async () => {
  for (const shop of open.splice(0)) await shop.close()
  rmSync(folder, { recursive: true })
})

/** A shop on the file as it is now; the one before is not closed, as if it had been killed. */
async function start(): Promise<TestShop> {
  const shop = await openTestShop({ stateFile })
  open.push(shop)
  return shop
}

describe('a killed shop finds its state again', () => {
  test('levels, orders, keys and counters, as of the last answer', async () => {
    const first = await start()
    const call = setCall([row(11, 1, 7, 10), row(12, 2, 4, 0)], { key: 'a' })
    const answer = (await first.graphql(...call)).data
    const order = await first.control('POST', 'orders', { lines: [{ sku: 'CAP', units: 6 }] })
    const before = await first.control('GET', 'state')

    const second = await start()
    const after = await second.control('GET', 'state')
    expect({ ...after, bucket: null, counts: { ...after.counts, calls: 0, callsByRoot: {} } }).toEqual({
      ...before,
      bucket: null,
      counts: { ...before.counts, calls: 0, callsByRoot: {} },
    })
    expect((await second.graphql(...call)).data).toEqual(answer)
    await second.control('POST', `orders/${order.number}/cancel`)
    expect(await levelOf(second, 15, 1)).toMatchObject({ available: 4, committed: 0 })
    expect((await second.control('POST', 'orders', { lines: [{ sku: 'BALL' }] })).name).toBe('#1002')
  })

  test('a level that changes after the restart is one level, not two', async () => {
    await (await start()).graphql(...setCall([row(11, 1, 7, 10)]))
    const second = await start()
    await second.graphql(...setCall([row(11, 1, 6, 7)]))
    const { data } = await second.graphql(document('07_levels_at_location_since'), { locationId: 'gid://shopify/Location/1', first: 50 })
    const balls = data.location.inventoryLevels.nodes.filter((node: Json) => node.item.sku === 'BALL')
    expect(balls.map((node: Json) => node.quantities[0].quantity)).toEqual([6])
    expect(await levelOf(await start(), 11, 1)).toMatchObject({ available: 6 })
  })

  test('a call whose line was torn by the kill never happened', async () => {
    await (await start()).graphql(...setCall([row(11, 1, 7, 10)]))
    const whole = readFileSync(stateFile, 'utf8')
    await (await start()).graphql(...setCall([row(11, 1, 6, 7), row(12, 1, 1, 3)], { key: 'torn' }))
    const last = readFileSync(stateFile, 'utf8').trimEnd().split('\n').at(-1) as string
    for (const bytes of [1, 40, last.length - 1]) {
      writeFileSync(stateFile, whole)
      appendFileSync(stateFile, last.slice(0, bytes))
      const shop = await start()
      expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
      expect(await levelOf(shop, 12, 1)).toMatchObject({ available: 3 })
    }
  })

  test('killed with -9 in the middle of writing, it has every call that was answered, and none twice', async () => {
    let answered = 0
    for (let life = 0; life < 3; life += 1) {
      const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), '--state', stateFile], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [said] = await once(child.stdout, 'data')
      const url = /http:\/\/\S+/.exec(String(said))?.[0] as string
      const dead = once(child, 'exit')
      let isDoomed = false
      const [query] = setCall([])
      for (let alive = true; alive; ) {
        // Spoons at the High Street of the default shop: one more with every call, and a key for each.
        const quantities = [
          {
            inventoryItemId: 'gid://shopify/InventoryItem/46000001006',
            locationId: 'gid://shopify/Location/70001001',
            quantity: 51 + answered,
            changeFromQuantity: 50 + answered,
          },
        ]
        const variables = { input: { name: 'available', reason: 'correction', quantities }, idempotencyKey: `spoon-${answered}` }
        const init = { method: 'POST', headers: { 'X-Shopify-Access-Token': 't' }, body: JSON.stringify({ query, variables }) }
        const answer: Json = await fetch(url, init)
          .then(response => response.json())
          .catch(() => null)
        alive = answer !== null
        if (answer !== null && answer.errors?.[0]?.extensions.code !== 'THROTTLED') {
          expect(answer.data.inventorySetQuantities.userErrors).toEqual([])
          answered += 1
          // From the first answer on: a machine under load may need long for that.
          if (!isDoomed) setTimeout(() => child.kill('SIGKILL'), 20 + life * 40)
          isDoomed = true
        }
      }
      await dead
    }
    expect(answered).toBeGreaterThan(3)
  })

  test('the file of another shop is refused', async () => {
    await start()
    const other = { ...SMALL_SHOP, domain: 'other.myshopify.com' }
    await expect(openTestShop({ stateFile, shop: other })).rejects.toThrow(/belongs to another shop file/)
  })
})
