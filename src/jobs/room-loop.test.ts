import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import { RETRY_MS_MAX, RETRY_MS_MIN, retryDelayMs } from './backoff.ts'
import { openRoomLoop, type Pass, type RoomLoop } from './room-loop.ts'

const NOTHING: StepReport = { read: 0, wrote: 0, more: false }
const DID: StepReport = { read: 1, wrote: 1, more: false }

/** Sleeps of which the test decides when they are over. */
function handSleep() {
  const waits: { ms: number; over(): void }[] = []
  const sleep: Sleep = (ms, signal) =>
    new Promise(over => {
      waits.push({ ms, over })
      signal?.addEventListener('abort', () => over(), { once: true })
      if (signal?.aborted) over()
    })
  return { waits, sleep }
}

/** A step that a test can hold in the middle. */
function heldStep(reports: (StepReport | Error)[] = []) {
  let calls = 0
  let running = 0
  let runningMax = 0
  const gates: (() => void)[] = []
  return {
    get calls() {
      return calls
    },
    get runningMax() {
      return runningMax
    },
    letGo: () => gates.shift()?.(),
    async step() {
      calls += 1
      running += 1
      runningMax = Math.max(runningMax, running)
      await new Promise<void>(go => gates.push(go))
      running -= 1
      const report = reports.shift() ?? NOTHING
      if (report instanceof Error) throw report
      return report
    },
  }
}

let loop: RoomLoop | undefined
afterEach(() => loop?.stop())

function open(step: (signal: AbortSignal) => Promise<StepReport>, sleep: Sleep, floorMs: number | null = null) {
  const passes: Pass[] = []
  const retries: (number | null)[] = []
  loop = openRoomLoop({
    step,
    floorMs,
    clock: { now: () => 1_000 },
    sleep,
    abort: new AbortController().signal,
    events: {
      onReport() {},
      onPass(pass, retryInMs) {
        passes.push(pass)
        retries.push(retryInMs)
      },
    },
  })
  return { loop, passes, retries }
}

test('ten nudges while a step runs make it run once more, not ten times and not two at once', async () => {
  const held = heldStep()
  const { loop, passes } = open(held.step, handSleep().sleep)
  const first = loop.ask('nudge')
  await delay(1)
  const joined = Array.from({ length: 10 }, () => loop.ask('nudge'))
  held.letGo()
  await first
  await delay(1)
  held.letGo()
  await Promise.all(joined)
  await delay(5)
  expect({ calls: held.calls, runningMax: held.runningMax, passes: passes.length }).toEqual({ calls: 2, runningMax: 1, passes: 2 })
  expect(loop.isBusy()).toBe(false)
})

test('a step that says there is more is called again at once, in one pass', async () => {
  const left: StepReport[] = [
    { read: 500, wrote: 200, more: true },
    { read: 500, wrote: 10, more: true },
    { read: 3, wrote: 0, more: false },
  ]
  const { loop } = open(async () => left.shift() ?? NOTHING, handSleep().sleep)
  expect(await loop.ask('nudge')).toMatchObject({ read: 1003, wrote: 210, failure: null })
})

test('nobody nudges: the step is called at its floor interval', async () => {
  const { waits, sleep } = handSleep()
  let calls = 0
  open(
    async () => {
      calls += 1
      return NOTHING
    },
    sleep,
    2_000,
  )
  for (const wanted of [1, 2, 3]) {
    waits.at(-1)?.over()
    await delay(1)
    expect({ calls, ms: waits.at(-1)?.ms }).toEqual({ calls: wanted, ms: 2_000 })
  }
})

test('a step that fails waits longer each time, recovers, and begins anew', async () => {
  const { waits, sleep } = handSleep()
  const answers: (Error | StepReport)[] = [new Error('lost'), new Error('lost'), new Error('lost'), DID, new Error('lost')]
  const { passes, retries, loop } = open(
    async () => {
      const answer = answers.shift() ?? NOTHING
      if (answer instanceof Error) throw answer
      return answer
    },
    sleep,
    9_000,
  )
  for (let n = 0; n < 5; n += 1) {
    waits.at(-1)?.over()
    await delay(1)
  }
  expect(retries).toEqual([250, 500, 1_000, null, 250])
  expect(passes.map(pass => pass.failure?.code ?? null)).toEqual([
    'JOBS_STEP_BROKE',
    'JOBS_STEP_BROKE',
    'JOBS_STEP_BROKE',
    null,
    'JOBS_STEP_BROKE',
  ])
  expect(loop.isBusy()).toBe(true)
})

test.each([
  ['nudge', 1],
  ['tick', 2],
  ['person', 2],
] as const)('while a failed step waits for its next try, a %s leaves it called %i times', async (cause, calls) => {
  let called = 0
  const { loop } = open(async () => {
    called += 1
    throw new Error('lost')
  }, handSleep().sleep)
  await loop.ask('nudge')
  void loop.ask(cause)
  await delay(5)
  expect(called).toBe(calls)
})

test('a nudge that came while the step was failing does not shorten the wait either', async () => {
  const held = heldStep([new Error('lost')])
  const { loop } = open(held.step, handSleep().sleep)
  void loop.ask('nudge')
  await delay(1)
  void loop.ask('nudge')
  held.letGo()
  await delay(5)
  expect(held.calls).toBe(1)
})

test('a stop lets the running step end, begins no other and answers whoever still asks', async () => {
  const held = heldStep([{ read: 5, wrote: 5, more: true }])
  const { loop } = open(held.step, handSleep().sleep)
  const running = loop.ask('nudge')
  await delay(1)
  const waiting = loop.ask('tick')
  const stopped = loop.stop()
  held.letGo()
  await stopped
  expect(await running).toMatchObject({ wrote: 5, failure: null })
  expect((await waiting).failure?.code).toBe('JOBS_STOPPED')
  expect((await loop.ask('person')).failure?.code).toBe('JOBS_STOPPED')
  expect(held.calls).toBe(1)
})

test('an error with a code keeps its code', async () => {
  const { loop } = open(async () => {
    throw new TrueupError('CHANNEL_SCOPE_MISSING', 'read only', { retry: 'after-operator', hint: 'Grant it.' })
  }, handSleep().sleep)
  expect((await loop.ask('nudge')).failure).toEqual({ code: 'CHANNEL_SCOPE_MISSING', message: 'read only', retry: 'after-operator' })
})

test.each([
  [1, 'backoff', RETRY_MS_MIN],
  [2, 'backoff', 2 * RETRY_MS_MIN],
  [1_000_000, 'backoff', RETRY_MS_MAX],
  [1, 'after-operator', RETRY_MS_MAX],
  [1, 'never', RETRY_MS_MAX],
] as const)('after failure %i (%s) the next try is in %i ms', (failures, retry, ms) => expect(retryDelayMs(failures, retry)).toBe(ms))
