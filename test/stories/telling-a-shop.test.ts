import { afterEach, describe, expect, test } from 'vitest'
import type { ShopPort } from '../../src/channel/port.ts'
import { channelStatus, lockDue } from '../../src/channel/store.ts'
import { openToldShop, sku, type ToldShop } from './told-shop.ts'

let told: ToldShop
afterEach(() => told.close())

describe('what waits is told', () => {
  test('600 changes leave in three calls, and the shop shows every one of them', async () => {
    told = await openToldShop(600)
    const units = Array.from({ length: 600 }, (_, at) => at % 50)
    await told.promise(units)
    await told.tellAll()
    expect(await told.available()).toEqual(units)
    expect(await told.calls()).toHaveLength(3)
    expect(await told.states()).toEqual({ confirmed: 600 })
    expect(await channelStatus(told.home.db, 0)).toEqual({ backlog: 0, oldestAt: null, stuck: 0 })
  })

  test('what the shop shows already is not written', async () => {
    told = await openToldShop(3)
    await told.promise(10)
    await told.tellAll()
    expect(await told.calls()).toEqual([])
    expect(await told.states()).toEqual({ confirmed: 3 })
  })

  test('of what waits decreases leave first, then what is nearly sold out', async () => {
    told = await openToldShop(4)
    await told.promise([50, 60, 2, 70])
    await told.tellAll()
    await told.promise([55, 40, 3, 75])
    const due = await told.home.db.transaction(tx => lockDue(tx, { shopId: 1, now: Date.now() + 1_000, limit: 4 }))
    expect(due.map(each => each.productId)).toEqual([2, 3, 1, 4])
  })

  test('a shop that has no room yet is told nothing before it has, and then all that came meanwhile in one call', async () => {
    told = await openToldShop(3)
    await told.promise([7, 10, 10])
    let asked = 0
    const told7To5 = async () => {
      if (asked++ === 0) await told.promise([5, 4, 3])
    }
    await told.tell(porting({ readyToSend: told7To5 }))
    expect(await told.available()).toEqual([5, 4, 3])
    expect(await told.calls()).toHaveLength(1)
  })

  test('a level that is not stocked is stocked first', async () => {
    told = await openToldShop(3, { inactive: 2 })
    await told.promise(7)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7, 7])
    expect((await told.shop.levels()).every(level => level.active)).toBe(true)
  })

  test('a step takes as many statements for 240 levels as for 3', async () => {
    const counted = async (items: number) => {
      told = await openToldShop(items)
      await told.promise(7)
      const before = told.statements()
      await told.tell()
      const statements = told.statements() - before
      expect(await told.states()).toEqual({ confirmed: items })
      return statements
    }
    const few = await counted(3)
    await told.close()
    expect(await counted(240)).toBe(few)
  })
})

describe('one effect, whatever breaks', () => {
  const broken = new Error('the process died')

  test('the process dies after the call was kept and before it was sent', async () => {
    told = await openToldShop(3)
    await told.promise(7)
    await expect(told.tell(porting({ send: () => Promise.reject(broken) }))).rejects.toBe(broken)
    expect(await told.available()).toEqual([10, 10, 10])
    await told.tellAll()
    expect(await told.calls()).toEqual([])
    told.later(21_000)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7, 7])
    expect(await told.states()).toEqual({ confirmed: 3 })
  })

  test('the process dies after the shop did it and before we noted it: the same key and bytes, and one effect', async () => {
    told = await openToldShop(3)
    await told.promise(7)
    const dying = porting({
      async send(call) {
        await told.shop.port.send(call)
        throw broken
      },
    })
    await expect(told.tell(dying)).rejects.toBe(broken)
    await told.shop.edit(sku(1), 'Main', 3)
    told.later(21_000)
    await told.tellAll()
    const calls = await told.calls()
    expect(calls).toHaveLength(2)
    expect(calls[0]?.key).toBe(calls[1]?.key)
    expect(await told.available()).toEqual([3, 7, 7])
  })

  test('the answer is lost: the same key tells, and nothing is done twice', async () => {
    told = await openToldShop(3)
    await told.shop.dial({ failNext: [{ kind: 'resetAfter', root: 'inventorySetQuantities' }] })
    await told.promise(7)
    await told.tellAll()
    expect(await told.states()).toEqual({ sending: 3 })
    told.later(2_000)
    await told.tellAll()
    const keys = (await told.calls()).map(call => call.key)
    expect(new Set(keys).size).toBe(1)
    expect(await told.states()).toEqual({ confirmed: 3 })
    expect(await told.home.db.query('select outcome from channel.answer order by answer_seq')).toEqual([
      { outcome: 'unknown' },
      { outcome: 'confirmed' },
    ])
  })

  test('the answer of a refused call is lost: its key is spent, and what to say is decided anew', async () => {
    told = await openToldShop(3)
    await told.promise(9)
    await told.tellAll()
    await told.shop.edit(sku(1), 'Main', 4)
    await told.shop.dial({ failNext: [{ kind: 'resetAfter', root: 'inventorySetQuantities' }] })
    await told.promise(7)
    await told.tellAll()
    told.later(2_000)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7, 7])
    expect(await told.states()).toEqual({ confirmed: 3 })
  })

  test('a newer number while a call is out waits for its answer, and is the one that stays', async () => {
    told = await openToldShop(2)
    await told.promise([7, 7])
    await expect(told.tell(porting({ send: () => Promise.reject(broken) }))).rejects.toBe(broken)
    await told.promise([5, 7])
    expect(await told.states()).toEqual({ pending: 1, sending: 1 })
    await told.tellAll()
    expect(await told.calls()).toEqual([])
    told.later(21_000)
    await told.tellAll()
    expect(await told.available()).toEqual([5, 7])
    expect(await told.calls()).toHaveLength(2)
  })

  test('two processes at once send everything once', async () => {
    told = await openToldShop(300)
    await told.promise(7)
    await Promise.all([told.tell(), told.tell(), told.tell()])
    await told.tellAll()
    expect(await told.available()).toEqual(Array.from({ length: 300 }, () => 7))
    expect(await told.calls()).toHaveLength(2)
  })

  test('a call that nobody answers for a day is given up, and its levels are read as at first contact', async () => {
    told = await openToldShop(2)
    await told.promise(7)
    await expect(told.tell(porting({ send: () => Promise.reject(broken) }))).rejects.toBe(broken)
    await told.shop.edit(sku(1), 'Main', 2)
    told.later(24 * 60 * 60_000)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7])
    expect(await told.home.db.query('select outcome from channel.call order by claimed_at')).toEqual([
      { outcome: 'abandoned' },
      { outcome: 'confirmed' },
    ])
  })
})

describe('what others did is not given back', () => {
  test('two were sold since we looked: the level is read and decided again, not asserted again', async () => {
    told = await openToldShop(2)
    await told.promise(9)
    await told.tellAll()
    await told.ordersKnownUntilNow()
    await told.shop.order([{ sku: sku(1), units: 2 }])
    await told.promise([8, 8])
    await told.tellAll()
    // Nine less the two sold makes seven. Eight are promised, and two of them are sold but not known: six.
    expect(await told.available()).toEqual([6, 8])
    const rows = await told.home.db.query('select code from channel.call_row where code is not null')
    expect(rows).toEqual([{ code: 'CHANNEL_ROW_STALE' }])
  })

  test('a stale row that the shop does not name is found by reading them all', async () => {
    told = await openToldShop(2)
    await told.promise(9)
    await told.tellAll()
    await told.shop.dial({ staleField: 'null' })
    await told.shop.edit(sku(1), 'Main', 4)
    await told.promise(7)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7])
  })

  test('before any order is known less is told at once, and more waits until they are', async () => {
    told = await openToldShop(2, { areOrdersKnown: false })
    await told.promise([7, 12])
    await told.tellAll()
    expect(await told.available()).toEqual([7, 10])
    expect(await told.intent(2)).toMatchObject({ state: 'pending', code: 'CHANNEL_WAITS_FOR_ORDERS' })
    expect(
      await told.home.db.query('select asked_at is not null as asked, asked_until > $1 as until from orders.watermark', [new Date(0)]),
    ).toEqual([{ asked: true, until: true }])
    await told.poll()
    await told.tellAll()
    expect(await told.available()).toEqual([7, 10])
    await told.allIsKnown()
    await told.tellAll()
    expect(await told.available()).toEqual([7, 12])
  })

  test('an order that we know and the promise does not hold yet: more waits until it does', async () => {
    told = await openToldShop(1)
    await told.promise(10)
    await told.tellAll()
    await told.ordersKnownUntilNow()
    await told.shop.order([{ sku: sku(1), units: 2 }])
    told.later(1_000)
    await told.poll()
    await told.promise(11)
    await told.tellAll()
    expect(await told.available()).toEqual([8])
    expect(await told.intent(1)).toMatchObject({ state: 'pending', code: 'CHANNEL_WAITS_FOR_PROMISE' })
    await told.home.db.query(`insert into street.cursor select 'inventory<-orders', max(seq) from orders.demand_change`)
    await told.promise(8)
    told.later(1_000)
    await told.tellAll()
    expect(await told.states()).toEqual({ confirmed: 1 })
    expect(await told.calls()).toEqual([])
  })

  test('a level that had orders since we looked is read again before it is told', async () => {
    told = await openToldShop(1)
    await told.promise(9)
    await told.tellAll()
    await told.ordersKnownUntilNow()
    await told.shop.order([{ sku: sku(1), units: 2 }])
    told.later(1_000)
    await told.poll()
    await told.home.db.query(`insert into street.cursor select 'inventory<-orders', max(seq) from orders.demand_change`)
    await told.promise(7)
    await told.tellAll()
    expect(await told.available()).toEqual([7])
    expect(await told.calls()).toHaveLength(1)
  })
})

/** The shop's port with something broken. */
function porting(broken: Partial<ShopPort>): ShopPort {
  return { ...told.shop.port, ...broken }
}
