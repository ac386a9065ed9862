import { afterEach, describe, expect, test } from 'vitest'
import { CLOCK_SKEW_MS_MAX } from '../../src/reconcile/diagnosis.ts'
import { machineFacts } from '../../src/reconcile/facts-store.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

let told: ToldShop
afterEach(() => told.close())

describe('a shop in trouble', () => {
  const health = async () =>
    (
      await told.home.db.query<{ state: string; code: string | null; failures: number }>('select state, code, failures from channel.health')
    )[0]

  test('503 for a while: everything waits, numbers coalesce, and it is told when the shop is back', async () => {
    told = await openToldShop(5)
    await told.shop.dial({ failNext: [{ kind: 'status', status: 503, times: 4 }] })
    await told.promise(7)
    for (let n = 0; n < 4; n++) {
      expect(await told.tell()).toMatchObject({ more: false, notes: { resting: 'CHANNEL_UNREACHABLE' } })
      told.later(60_000)
    }
    expect(await health()).toMatchObject({ state: 'unreachable', failures: 4 })
    expect(await told.states()).toEqual({ pending: 5 })
    await told.promise(6)
    await told.tellAll()
    expect(await told.available()).toEqual([6, 6, 6, 6, 6])
    expect(await told.calls()).toHaveLength(1)
    expect(await health()).toMatchObject({ state: 'reachable', code: null, failures: 0 })
  })

  test('it goes down in the middle of a call: one call is out, and no second one is thrown after it', async () => {
    told = await openToldShop(600)
    await told.shop.dial({ failNext: [{ kind: 'status', status: 503, times: 2, root: 'inventorySetQuantities' }] })
    await told.promise(7)
    await told.tellAll()
    expect(await told.states()).toEqual({ pending: 350, sending: 250 })
    told.later(60_000)
    await told.tellAll()
    told.later(60_000)
    await told.tellAll()
    expect(await told.states()).toEqual({ confirmed: 600 })
    expect(new Set((await told.calls()).map(call => call.key)).size).toBe(3)
  })

  test('the clock of this machine is an hour behind: the doctor hears of it from the shop', async () => {
    told = await openToldShop(1)
    const skewMs = async () => (await machineFacts(told.home.db)).clockSkewMs
    await told.promise(7)
    await told.tellAll()
    expect(await skewMs()).toBe(0)
    await told.shop.dial({ clockSkewMs: 3_600_000 })
    told.later(11 * 60_000)
    await told.promise(6)
    await told.tellAll()
    expect(await skewMs()).toBeLessThan(-CLOCK_SKEW_MS_MAX)
  })

  test('throttled: the same call goes when the shop has points again', async () => {
    told = await openToldShop(2)
    await told.shop.dial({ failNext: [{ kind: 'throttle', root: 'inventorySetQuantities' }] })
    await told.promise(7)
    await told.tellAll()
    expect(await health()).toMatchObject({ state: 'reachable', code: 'CHANNEL_THROTTLED' })
    told.later(10_000)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7])
    expect(new Set((await told.calls()).map(call => call.key)).size).toBe(1)
  })

  test('no access: the shop is not even asked', async () => {
    told = await openToldShop(2)
    await access('no_access')
    await told.promise(7)
    await told.tellAll()
    expect(await told.shop.journal()).toEqual([])
  })

  const access = (scope: string) => told.home.db.query('update catalog.shop set access_scope = $1', [scope])
})
