import { assert } from '../kernel/assert.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { messageOf, type Retry, TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import { retryDelayMs } from './backoff.ts'

export type Step = (signal: AbortSignal) => Promise<StepReport>

/** Who wanted a pass: a schedule, the room before (or the floor interval), a person. */
export type Cause = 'tick' | 'nudge' | 'person'

export type Failure = { code: string; message: string; retry: Retry }

/** One pass: a step called until it says that nothing more waits, or until it fails or is stopped. */
export type Pass = {
  cause: Cause
  startedAt: number
  finishedAt: number
  read: number
  wrote: number
  failure: Failure | null
}

export type LoopEvents = {
  /** After every call of the step that came back. */
  onReport(report: StepReport, tookMs: number): void
  /** After every pass, failed ones included; awaited by nobody. */
  onPass(pass: Pass, retryInMs: number | null): void
}

export type RoomLoop = {
  /** Wants a pass that begins after now. Asking again before it begins joins it. */
  ask(cause: Cause): Promise<Pass>
  /** True while a pass runs, is wanted, or a failed one waits to be tried again. */
  isBusy(): boolean
  /** No more passes; resolves when the running one has ended. */
  stop(): Promise<void>
}

type Asked = { cause: Cause; promise: Promise<Pass>; resolve(pass: Pass): void }

/**
 * Calls one step, never twice at once: when asked, and at the latest every `floorMs`. A step that throws is tried again
 * after a wait that grows to a bound; a nudge does not shorten that wait, a tick or a person does.
 */
export function openRoomLoop(options: {
  step: Step
  floorMs: number | null
  clock: Clock
  sleep: Sleep
  /** Aborts the running step itself, not only the waits: the last means of a stop. */
  abort: AbortSignal
  events: LoopEvents
}): RoomLoop {
  const { step, floorMs, clock, sleep, abort, events } = options
  let asked: Asked | null = null
  let isRunning = false
  let isStopping = false
  let failures = 0
  let alarm = new AbortController()

  const living = live()
  return {
    ask(cause) {
      if (isStopping) return Promise.resolve(stoppedPass(cause, clock.now()))
      asked = asked === null ? newlyAsked(cause) : { ...asked, cause: louder(asked.cause, cause) }
      if (isDue()) alarm.abort()
      return asked.promise
    },
    isBusy: () => isRunning || asked !== null || failures > 0,
    async stop() {
      isStopping = true
      alarm.abort()
      await living
    },
  }

  async function live() {
    let waitMs = floorMs
    while (!isStopping) {
      if (!isDue()) await untilDueOr(waitMs)
      if (isStopping) break
      const mine: Asked = asked ?? newlyAsked('nudge')
      asked = null
      isRunning = true
      const pass = await onePass(mine.cause)
      failures = pass.failure === null || isStopping ? 0 : failures + 1
      const retryInMs = pass.failure === null || failures === 0 ? null : retryDelayMs(failures, pass.failure.retry)
      waitMs = retryInMs ?? floorMs
      isRunning = false
      events.onPass(pass, retryInMs)
      mine.resolve(pass)
    }
    asked?.resolve(stoppedPass(asked.cause, clock.now()))
    asked = null
  }

  /** Somebody asks, and no failure makes them wait. */
  function isDue() {
    return asked !== null && (failures === 0 || asked.cause !== 'nudge')
  }

  /** A fresh alarm for every wait: what rang during a pass is answered by `isDue`, not by a wait cut short. */
  async function untilDueOr(waitMs: number | null) {
    alarm = new AbortController()
    const { signal } = alarm
    if (waitMs !== null) await sleep(waitMs, signal)
    else await new Promise<void>(rung => signal.addEventListener('abort', () => rung(), { once: true }))
  }

  async function onePass(cause: Cause): Promise<Pass> {
    const startedAt = clock.now()
    let read = 0
    let wrote = 0
    let failure: Failure | null = null
    try {
      let more = true
      while (more && !isStopping) {
        const calledAt = clock.now()
        const report = await step(abort)
        read += report.read
        wrote += report.wrote
        more = report.more
        events.onReport(report, clock.now() - calledAt)
      }
    } catch (thrown) {
      failure = abort.aborted ? STOPPED : failureOf(thrown)
    }
    return { cause, startedAt, finishedAt: clock.now(), read, wrote, failure }
  }
}

function newlyAsked(cause: Cause): Asked {
  let resolve: ((pass: Pass) => void) | undefined
  const promise = new Promise<Pass>(done => {
    resolve = done
  })
  assert(resolve !== undefined, 'a promise runs its executor at once')
  return { cause, promise, resolve }
}

const LOUDNESS: Record<Cause, number> = { nudge: 0, tick: 1, person: 2 }

function louder(one: Cause, other: Cause): Cause {
  return LOUDNESS[other] > LOUDNESS[one] ? other : one
}

/** What a step threw, as the code and sentence that the operator will see. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof TrueupError) return { code: thrown.code, message: thrown.message, retry: thrown.retry }
  return { code: 'JOBS_STEP_BROKE', message: messageOf(thrown), retry: 'backoff' }
}

const STOPPED: Failure = { code: 'JOBS_STOPPED', message: 'The program was stopped before this was done.', retry: 'backoff' }

function stoppedPass(cause: Cause, now: number): Pass {
  return { cause, startedAt: now, finishedAt: now, read: 0, wrote: 0, failure: STOPPED }
}
