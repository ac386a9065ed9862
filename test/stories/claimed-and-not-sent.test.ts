import { expect, onTestFinished, test } from 'vitest'
import type { ShopPort } from '../../src/channel/port.ts'
import { openToldShop } from './told-shop.ts'

test('what was claimed and not sent when trouble came is given back, and goes under another key afterwards', async () => {
  const told = await openToldShop(1_250, { callsInFlight: 2 })
  onTestFinished(() => told.close())
  await told.promise(7)
  let sent = 0
  const broken: ShopPort = {
    ...told.shop.port,
    async send() {
      // The others are claimed while these two are on their way.
      await new Promise(done => setTimeout(done, 400))
      sent++
      return { kind: 'unknown', code: 'CHANNEL_UNREACHABLE', message: 'no answer', retryAfterMs: null }
    },
  }
  await told.tell(broken)
  expect(sent).toBe(2)
  const outcomes = await told.home.db.query<{ state: string; outcome: string | null; n: number }>(
    'select state, outcome, count(*) as n from channel.call group by 1, 2 order by 1, 2',
  )
  expect(outcomes).toEqual([
    { state: 'answered', outcome: 'withdrawn', n: expect.any(Number) },
    { state: 'claimed', outcome: null, n: 2 },
  ])
  expect(await told.states()).toEqual({ pending: 750, sending: 500 })
  told.later(61_000)
  await told.tellAll()
  told.later(61_000)
  await told.tellAll()
  expect(new Set(await told.available())).toEqual(new Set([7]))
  const keys = (await told.calls()).map(call => call.key)
  expect(new Set(keys).size).toBe(keys.length)
  expect(
    await told.home.db.query(`select 1 from channel.call where outcome = 'withdrawn' and idempotency_key::text = any ($1)`, [keys]),
  ).toEqual([])
})
