import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { predictedPoints } from './price.ts'
import { type Job, openTurnstile } from './turnstile.ts'

/** A clock that moves when somebody sleeps, and a shop that restores 100 points a second. */
function bench(availablePoints: number) {
  let now = 0
  const turnstile = openTurnstile({
    clock: { now: () => now },
    // Whoever is woken before his time has not slept.
    async sleep(ms, signal) {
      await new Promise(setImmediate)
      if (!signal?.aborted) now += ms
    },
  })
  turnstile.answered(0, { maximumAvailable: 2_000, currentlyAvailable: availablePoints, restoreRate: 100 })
  const went: { job: Job; at: number }[] = []
  const call = async (job: Job, points: number): Promise<void> => {
    await turnstile.pass(job, points)
    went.push({ job, at: now })
  }
  return { turnstile, went, call, now: () => now }
}

test('what fits goes at once, in its order', async () => {
  const { went, call } = bench(100)
  await Promise.all([call('orders', 40), call('writes', 40)])
  expect(went).toEqual([
    { job: 'orders', at: 0 },
    { job: 'writes', at: 0 },
  ])
})

test('a job that waits with a hundred calls does not keep another from its first', async () => {
  const { went, call } = bench(0)
  const all = Array.from({ length: 100 }, () => call('orders', 100))
  await Promise.all([...all, call('levels', 100)])
  expect(went.findIndex(each => each.job === 'levels')).toBeLessThanOrEqual(1)
})

test('two busy jobs get their share by points, not by calls; writes get twice as much', async () => {
  const { went, call } = bench(0)
  const reads = Array.from({ length: 30 }, () => call('orders', 100))
  const writes = Array.from({ length: 600 }, () => call('writes', 10))
  await Promise.all([...reads, ...writes])
  const first = went.slice(0, 220)
  const ordersPoints = first.filter(each => each.job === 'orders').length * 100
  const writesPoints = first.filter(each => each.job === 'writes').length * 10
  expect(writesPoints / ordersPoints).toBeGreaterThan(1.6)
  expect(writesPoints / ordersPoints).toBeLessThan(2.5)
})

test('whoever asks whether there is room gets to know when there is, and takes nothing', async () => {
  const { turnstile, call, now } = bench(0)
  await turnstile.ready('writes', 50)
  expect(now()).toBe(500)
  await call('writes', 50)
  expect(now()).toBe(500)
})

test('there is no room as long as what came before has not gone', async () => {
  const { turnstile, call, now } = bench(0)
  const before = call('writes', 100)
  await Promise.all([before, turnstile.ready('writes', 100)])
  expect(now()).toBe(2_000)
})

test('whoever no longer wants to know is let go, and what was taken stays as it was', async () => {
  const { turnstile, call, now } = bench(0)
  const over = new AbortController()
  const asked = turnstile.ready('writes', 1_000, over.signal)
  over.abort()
  await asked
  await call('writes', 100)
  expect(now()).toBe(1_000)
})

test('whoever has gone through waits for no signal any more', async () => {
  const { turnstile } = bench(100)
  const { signal } = new AbortController()
  await turnstile.pass('writes', 10, signal)
  await turnstile.ready('writes', 10, signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('it takes as long as the points take, and no longer', async () => {
  const { call, now } = bench(2_000)
  await Promise.all(Array.from({ length: 300 }, () => call('writes', 13)))
  const floorMs = ((300 * 13 - 2_000) / 100) * 1_000
  expect(now()).toBeGreaterThanOrEqual(floorMs)
  expect(now()).toBeLessThanOrEqual(floorMs * 1.01 + 10)
})

test('what is on its way when the shop tells what is left is not forgotten', async () => {
  const { turnstile, call, now } = bench(100)
  await call('writes', 50)
  await call('orders', 50)
  // The shop had seen the first of the two only.
  turnstile.answered(50, { maximumAvailable: 2_000, currentlyAvailable: 50, restoreRate: 100 })
  await call('writes', 50)
  expect(now()).toBe(500)
})

test('what is read back takes what is left over: half of what the shop holds stays for numbers that change', async () => {
  const { went, call, now } = bench(1_200)
  const back = Promise.all([call('readback', 150), call('readback', 150)])
  await call('writes', 11)
  await back
  expect(went.map(each => each.job)).toEqual(['readback', 'writes', 'readback'])
  expect(now()).toBeGreaterThan(1_000)
})

test('a number that changes does not wait for what is read back, however much that is', async () => {
  const { went, call } = bench(1_000)
  const back = Array.from({ length: 20 }, () => call('readback', 150))
  await Promise.all([...back, ...Array.from({ length: 90 }, () => call('writes', 11))])
  expect(went.slice(0, 90).every(each => each.job === 'writes')).toBe(true)
  expect(went.slice(0, 90).every(each => each.at === 0)).toBe(true)
})

test('a shop that is always busy is read back all the same, after half a minute', async () => {
  const { went, call } = bench(0)
  const back = call('readback', 150)
  const writes = Array.from({ length: 600 }, () => call('writes', 11))
  await Promise.all([back, ...writes])
  const at = went.find(each => each.job === 'readback')?.at ?? 0
  expect(at).toBeGreaterThanOrEqual(30_000)
  expect(at).toBeLessThan(34_000)
})

test('whoever gives up waits no longer', async () => {
  const { turnstile, now } = bench(0)
  const given = new AbortController()
  given.abort()
  await turnstile.pass('orders', 1_000, given.signal)
  expect(now()).toBe(0)
})

test.each([
  ['unknown, one thing', undefined, 1, 50],
  ['unknown, many things', undefined, 250, 500],
  ['as large as before', { size: 250, points: 500 }, 250, 500],
  ['smaller: in proportion, and what does not shrink', { size: 250, points: 500 }, 10, 30],
  ['larger', { size: 10, points: 20 }, 250, 510],
] as const)('%s is taken to cost', (_title, known, size, points) => expect(predictedPoints(known, size)).toBe(points))
