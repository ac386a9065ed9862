import { expect, onTestFinished, test } from 'vitest'
import { move } from '../../simulator/shopify/stock.ts'
import type { ForeignPolicy } from '../../src/channel/foreign.ts'
import * as foreign from '../../src/channel/foreign-store.ts'
import { openSaleWorld, type Shape } from './sale/sale-world.ts'

/* Somebody types another number in Shopify's admin. Whose number it becomes is the policy of the location. */

async function openShop(policy: ForeignPolicy, shape: Shape = 'one shop') {
  const sale = await openSaleWorld(shape, 11, { items: 1 })
  onTestFinished(() => sale.close())
  const [first] = sale.shops
  if (first === undefined) throw new Error('a sale has a shop')
  const { shop } = first.simulator.simulated
  const { db } = sale.home
  const level = () => shop.tables.levels.get(`1001@${first.locationGids[0]?.split('/').at(-1)}`)
  const walk = async (turns: number) => {
    for (let at = 0; at < turns; at++) {
      sale.pass(20_000)
      await sale.takeWebhooks()
      await sale.poll()
      await sale.reckon()
      await sale.tell()
    }
  }
  await walk(8)
  await db.transaction(tx => foreign.setPolicy(tx, { shopId: 1, locationId: 1, policy }))
  return {
    ...{ walk, db, sale },
    shown: () => level()?.quantities.available ?? Number.NaN,
    /** Types it, and somebody hears of it. */
    async type(units: number) {
      const found = level()
      if (found !== undefined) move(found, 'available', units, sale.now())
      await db.query(
        `insert into channel.look (shop_id, location_id, product_id, asked_at) values (1, 1, 1, $1)
         on conflict (shop_id, location_id, product_id) do update set asked_at = excluded.asked_at`,
        [new Date(sale.now())],
      )
    },
    async onHand() {
      const rows = await db.query<{ units: number }>('select on_hand_units as units from inventory.position where facility_id = 1')
      return rows[0]?.units
    },
    async findings() {
      const rows = await db.query<{ units: number; policy: string; taken: string | null; isClosed: boolean }>(
        'select units, policy, taken, closed_at is not null as "isClosed" from channel.finding order by finding_id',
      )
      return rows.map(row => `${row.units} ${row.policy} ${row.taken ?? 'open'}${row.isClosed ? ' closed' : ''}`)
    },
    async paused() {
      const rows = await db.query<{ reason: string }>(`select reason from channel.control where kind = 'pause' and ended_at is null`)
      return rows.map(row => row.reason)
    },
  }
}

test.each([3, -2])('ours: %s units typed over are written away again, and are a finding', async units => {
  const { walk, shown, type, onHand, findings, paused } = await openShop('ours')
  const before = shown()
  await type(units)
  await walk(8)
  expect(shown()).toBe(before)
  expect(await onHand()).toBe(before)
  expect(await findings()).toEqual([`${units} ours ours closed`])
  expect(await paused()).toEqual([])
})

test.each([3, -2])('theirs: %s units become a movement by hand, once, and the level is left as it was typed', async units => {
  const { walk, shown, type, onHand, findings, paused, db } = await openShop('theirs')
  const before = shown()
  await type(units)
  await walk(10)
  expect(await onHand()).toBe(before + units)
  expect(shown()).toBe(before + units)
  expect(await findings()).toEqual([`${units} theirs theirs closed`])
  expect(await paused()).toEqual([])
  expect(await db.query(`select 1 from inventory.movement where reason = 'VAR_MANUAL'`)).toHaveLength(1)
})

test.each(['ours', 'theirs'] as const)('ask: nothing is written until a person says %s', async take => {
  const { walk, shown, type, onHand, findings, paused, db, sale } = await openShop('ask')
  const before = shown()
  // Fewer: an increase waits for its proof anyhow. More would be taken back before anybody could know that it was no sale undone.
  await type(-2)
  await walk(8)
  expect(shown()).toBe(before - 2)
  expect(await findings()).toEqual(['-2 ask open'])
  expect(await paused()).toEqual(['Somebody else changed it by -2; a person is to say whose number counts.'])
  await db.transaction(tx => foreign.decide(tx, { shopId: 1, findingId: 1, taken: take, by: 'anna', reason: 'I counted', now: sale.now() }))
  await walk(6)
  expect(shown()).toBe(take === 'ours' ? before : before - 2)
  expect(await onHand()).toBe(take === 'ours' ? before : before - 2)
  expect(await findings()).toEqual([`-2 ask ${take} closed`])
  expect(await paused()).toEqual([])
})

test('theirs at a location of several facilities: a person is asked, since nobody says at which it changed', async () => {
  const { walk, type, findings, paused } = await openShop('theirs', 'aggregate beside one to one')
  await type(-2)
  await walk(8)
  expect(await findings()).toEqual(['-2 ask open'])
  expect(await paused()).toHaveLength(1)
})
