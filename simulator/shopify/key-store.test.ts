import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KEY_MEMORY_MS } from './key-store.ts'
import { document, type Json, levelOf, openTestShop, row, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const send = async (call: [string, Json]): Promise<Json> => (await shop.graphql(...call)).data.inventorySetQuantities

describe('rule 6: a key is remembered for 24 hours, with a fingerprint of the arguments', () => {
  test('the same call again gets its answer again, and nothing happens twice', async () => {
    const call = setCall([row(11, 1, 7, null)], { key: 'a' })
    const first = await send(call)
    await send(setCall([row(11, 1, 30, null)]))
    expect(await send(call)).toEqual(first)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 30 })
  })

  const others: [title: string, call: [string, Json]][] = [
    ['another quantity', setCall([row(11, 1, 8, 10)], { key: 'a' })],
    [
      'the same with its fields in another order',
      [
        document('10_set_quantities'),
        { idempotencyKey: 'a', input: { quantities: [row(11, 1, 7, 10)], reason: 'correction', name: 'available' } },
      ],
    ],
  ]
  test.each(others)('the key with %s is a mismatch', async (_title, call) => {
    await send(setCall([row(11, 1, 7, 10)], { key: 'a' }))
    const payload = await send(call)
    expect(payload.userErrors).toEqual([expect.objectContaining({ code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH', field: null })])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
  })

  test('the key while the first call is under way is refused, and may be tried again', async () => {
    await shop.close()
    shop = await openTestShop({ latencyMs: 200, sleep: ms => new Promise(done => setTimeout(done, ms)) })
    const call = setCall([row(11, 1, 7, 10)], { key: 'a' })
    const answers = await Promise.all([send(call), send(call)])
    const refused = answers.filter(payload => payload.userErrors[0]?.code === 'IDEMPOTENCY_CONCURRENT_REQUEST')
    expect(refused).toHaveLength(1)
    expect((await send(call)).userErrors).toEqual([])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
  })

  test('after 24 hours it is a new call', async () => {
    const call = setCall([row(11, 1, 7, 10)], { key: 'a' })
    await send(call)
    shop.clock.now += KEY_MEMORY_MS - 1
    expect((await send(call)).userErrors).toEqual([])
    shop.clock.now += 1
    expect((await send(call)).userErrors[0].code).toBe('CHANGE_FROM_QUANTITY_STALE')
  })

  test('the key of a call that was refused stays used; by a dial it does not', async () => {
    const call = setCall([row(11, 1, 7, 9)], { key: 'a' })
    expect((await send(call)).userErrors[0].code).toBe('CHANGE_FROM_QUANTITY_STALE')
    expect((await send(call)).userErrors[0].code).toBe('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')
    await shop.dials({ failedKeys: 'forgotten' })
    await send(setCall([row(11, 1, 9, 10)]))
    expect((await send(call)).userErrors).toEqual([])
  })

  test('by a dial, a replay runs again and meets its own compare-and-swap', async () => {
    await shop.dials({ replay: 'reexecutes' })
    const call = setCall([row(11, 1, 7, 10)], { key: 'a' })
    expect((await send(call)).userErrors).toEqual([])
    expect((await send(call)).userErrors[0].code).toBe('CHANGE_FROM_QUANTITY_STALE')
  })
})
