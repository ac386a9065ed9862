import { assert } from '../kernel/assert.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { messageOf, type Retry, TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import { retryDelayMs } from './backoff.ts'
import type { RoomStep } from './job.ts'

/**
 * `parameters`: what a run was asked for with, by name; none where it is the usual work. `cause`: who wanted the pass. `ended`: a person
 * ended the pass; what the step began for it alone and goes on beside it, it lets go of.
 */
export type Step = (
  signal: AbortSignal,
  parameters?: Readonly<Record<string, string>>,
  cause?: Cause,
  ended?: AbortSignal,
) => Promise<StepReport>

/** What one call of a step came to: for metrics and for whoever watches the street live. */
export type StepDone =
  | { room: RoomStep; kind: 'reported'; report: StepReport; tookMs: number }
  | { room: RoomStep; kind: 'failed'; code: string; message: string; retryInMs: number | null }

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
  /** What was refused or rejected on the way: data, not a failure of the step. */
  errors: number
  failure: Failure | null
  /** A person ended it before it was done. */
  isCancelled: boolean
}

/** Why a nudge or the floor interval does not make a step run now; ticks and persons are not asked. */
export type Rest = { code: 'JOBS_PAUSED' | 'JOBS_NOT_REAL_TIME'; message: string }

export type LoopEvents = {
  /** After every call of the step that came back. */
  onReport(report: StepReport, tookMs: number): void
  /** After every pass, failed ones included; awaited by nobody. */
  onPass(pass: Pass, retryInMs: number | null): void
  /** Instead of a pass, where one was to rest. */
  onRest?(rest: Rest, at: number): void
}

export type RoomLoop = {
  /** Wants a pass that begins after now. Asking again before it begins joins it. */
  ask(cause: Cause): Promise<Pass>
  /** Wants a pass of its own with another step in the place of the usual one: a run for one shop only. */
  askWith(cause: Cause, step: Step): Promise<Pass>
  /** Ends the running pass after the present call of the step. Nothing of it is lost: the rest is left for the next one. */
  cancel(): void
  /** What the running pass did so far; null between passes. */
  progress(): { read: number; wrote: number } | null
  /** True while a pass runs, is wanted, or a failed one waits to be tried again. */
  isBusy(): boolean
  /** No more passes; resolves when the running one has ended. */
  stop(): Promise<void>
}

type Asked = { cause: Cause; step: Step | null; promise: Promise<Pass>; resolve(pass: Pass): void }

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
  /** Asked before a pass that only a nudge or the floor interval wants. Should it fail, the pass is made. */
  mayRun?(): Promise<Rest | null>
}): RoomLoop {
  const { step, floorMs, clock, sleep, abort, events } = options
  const mayRun = options.mayRun ?? (async () => null)
  let asked: Asked | null = null
  let special: Asked[] = []
  let isRunning = false
  let isCancelled = false
  let cancelling = new AbortController()
  let done: { read: number; wrote: number } | null = null
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
    askWith(cause, own) {
      if (isStopping) return Promise.resolve(stoppedPass(cause, clock.now()))
      const mine = newlyAsked(cause, own)
      special.push(mine)
      alarm.abort()
      return mine.promise
    },
    cancel() {
      isCancelled = isRunning
      if (isRunning) cancelling.abort()
    },
    progress: () => done,
    isBusy: () => isRunning || asked !== null || special.length > 0 || failures > 0,
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
      const mine: Asked = special.shift() ?? asked ?? newlyAsked('nudge')
      if (mine.step === null) asked = null
      isRunning = true
      const rest = mine.cause === 'nudge' ? await mayRun().catch(() => null) : null
      if (rest !== null) {
        isRunning = false
        failures = 0
        waitMs = floorMs
        events.onRest?.(rest, clock.now())
        mine.resolve({ ...stoppedPass(mine.cause, clock.now()), failure: null })
        continue
      }
      const pass = await onePass(mine.cause, mine.step ?? step)
      // A run for one shop says nothing about the step itself.
      if (mine.step === null) failures = pass.failure === null || isStopping ? 0 : failures + 1
      const retryInMs = pass.failure === null || failures === 0 ? null : retryDelayMs(failures, pass.failure.retry)
      waitMs = retryInMs ?? floorMs
      isRunning = false
      events.onPass(pass, retryInMs)
      mine.resolve(pass)
    }
    for (const one of [...special, ...(asked === null ? [] : [asked])]) one.resolve(stoppedPass(one.cause, clock.now()))
    asked = null
    special = []
  }

  /** Somebody asks, and no failure makes them wait. */
  function isDue() {
    return special.length > 0 || (asked !== null && (failures === 0 || asked.cause !== 'nudge'))
  }

  /** A fresh alarm for every wait: what rang during a pass is answered by `isDue`, not by a wait cut short. */
  async function untilDueOr(waitMs: number | null) {
    alarm = new AbortController()
    const { signal } = alarm
    if (waitMs !== null) await sleep(waitMs, signal)
    else await new Promise<void>(rung => signal.addEventListener('abort', () => rung(), { once: true }))
  }

  async function onePass(cause: Cause, work: Step): Promise<Pass> {
    const startedAt = clock.now()
    let errors = 0
    let failure: Failure | null = null
    const total = { read: 0, wrote: 0 }
    done = total
    isCancelled = false
    cancelling = new AbortController()
    try {
      let more = true
      while (more && !isStopping && !isCancelled) {
        const calledAt = clock.now()
        const report = await work(abort, undefined, cause, cancelling.signal)
        total.read += report.read
        total.wrote += report.wrote
        errors += errorsOf(report)
        more = report.more
        events.onReport(report, clock.now() - calledAt)
      }
    } catch (thrown) {
      failure = abort.aborted ? STOPPED : failureOf(thrown)
    }
    done = null
    return { cause, startedAt, finishedAt: clock.now(), ...total, errors, failure, isCancelled: isCancelled && failure === null }
  }
}

/** What a step says that it had to refuse. */
function errorsOf({ notes = {} }: StepReport): number {
  return ['rejected', 'refused'].reduce((sum, name) => sum + (typeof notes[name] === 'number' ? notes[name] : 0), 0)
}

function newlyAsked(cause: Cause, step: Step | null = null): Asked {
  let resolve: ((pass: Pass) => void) | undefined
  const promise = new Promise<Pass>(done => {
    resolve = done
  })
  assert(resolve !== undefined, 'a promise runs its executor at once')
  return { cause, step, promise, resolve }
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
  return { cause, startedAt: now, finishedAt: now, read: 0, wrote: 0, errors: 0, failure: STOPPED, isCancelled: false }
}
