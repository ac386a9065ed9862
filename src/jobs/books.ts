import type { Db } from '../db/connection.ts'
import type { Clock, InstantMs, Sleep } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import { beat, type Heartbeat } from './heartbeat-store.ts'
import type { RoomStep } from './job.ts'
import type { Log } from './log.ts'
import type { Pass, Rest } from './room-loop.ts'
import { runEnd } from './run-end.ts'
import { type EndedRun, purgeRuns, recordRuns } from './store.ts'

/** How often the books are written while nothing changes for better or worse. */
const WRITE_MS_MIN = 1_000
/** What is kept of the history of runs. */
export const RUNS_KEPT_MAX = 100_000
/** The history is cut after so many new runs … */
const RUNS_PER_PURGE = 1_000
/** … and at least so often, the first time at the start: what ticks begin is not counted here. */
const PURGE_MS_MAX = 60 * 60_000
/** How many unwritten runs wait for a database that is away; beyond it the oldest are forgotten, and the log says so. */
const RUNS_WAITING_MAX = 1_000

export type Books = {
  /** Notes a pass: the room's heartbeat, and a run where there was something to tell. */
  passed(step: RoomStep, job: string, pass: Pass): void
  /** Notes that a room is alive and rests. */
  rested(step: RoomStep, rest: Rest, at: InstantMs): void
  /** Writes what is noted. Never fails: what could not be written is logged and stays noted. */
  write(): Promise<void>
  /** Writes a last time and lets go. */
  close(): Promise<void>
}

/**
 * The record of who ran when, gathered and written as sets: at most one write a second, but at once when a room begins
 * or ceases to fail. It is history and never work: losing the last second of it loses nothing.
 */
export function openBooks(options: { db: Db; clock: Clock; sleep: Sleep; log: Log }): Books {
  const { db, clock, sleep, log } = options
  const beats = new Map<RoomStep, Heartbeat>()
  const lastOutcome = new Map<RoomStep, string>()
  let runs: EndedRun[] = []
  let runsSincePurge = 0
  let purgedAt: InstantMs = Number.NEGATIVE_INFINITY
  let writtenAt: InstantMs = Number.NEGATIVE_INFINITY
  let planned: { cancel: AbortController; done: Promise<void> } | null = null
  let writing: Promise<void> = Promise.resolve()
  let isClosed = false

  return { passed, rested, write, close }

  function passed(step: RoomStep, job: string, pass: Pass) {
    const outcome = pass.failure === null ? 'finished' : 'failed'
    const code = pass.failure?.code ?? null
    const message = pass.failure?.message ?? null
    beats.set(step, { room: step, beatAt: pass.finishedAt, outcome, code, message })
    // A run that a job asked for has its own row from its start (queue.ts).
    if (pass.cause === 'nudge' && (pass.read > 0 || pass.wrote > 0 || pass.failure !== null)) {
      const { startedAt, cause } = pass
      runs.push({ job, room: step, startedAt, cause, askedBy: null, parameters: {}, ...runEnd(pass) })
    }
    noteOutcome(step, `${outcome} ${code}`)
  }

  function rested(step: RoomStep, { code, message }: Rest, at: InstantMs) {
    const isPaused = code === 'JOBS_PAUSED'
    beats.set(step, {
      room: step,
      beatAt: at,
      outcome: isPaused ? 'paused' : 'finished',
      code: isPaused ? code : null,
      message: isPaused ? message : null,
    })
    noteOutcome(step, code)
  }

  function noteOutcome(step: RoomStep, outcome: string) {
    const isNews = lastOutcome.get(step) !== outcome
    lastOutcome.set(step, outcome)
    plan(isNews ? 0 : writtenAt + WRITE_MS_MIN - clock.now())
  }

  function plan(delayMs: number) {
    if (isClosed) return
    if (planned !== null) {
      if (delayMs <= 0) planned.cancel.abort()
      return
    }
    const cancel = new AbortController()
    const done = (delayMs > 0 ? sleep(delayMs, cancel.signal) : Promise.resolve()).then(() => {
      planned = null
      return write()
    })
    planned = { cancel, done }
  }

  /** One write at a time; the next one takes what was noted meanwhile. */
  function write(): Promise<void> {
    writing = writing.then(writeOnce)
    return writing
  }

  async function writeOnce() {
    writtenAt = clock.now()
    const takenBeats = [...beats]
    const takenRuns = runs
    runs = []
    try {
      if (takenRuns.length > 0) await recordRuns(db, takenRuns)
      runsSincePurge += takenRuns.length
      takenRuns.length = 0
      if (takenBeats.length > 0)
        await beat(
          db,
          takenBeats.map(([, one]) => one),
        )
      for (const [step, one] of takenBeats) if (beats.get(step) === one) beats.delete(step)
      if (runsSincePurge >= RUNS_PER_PURGE || writtenAt - purgedAt >= PURGE_MS_MAX) {
        await purgeRuns(db, RUNS_KEPT_MAX)
        purgedAt = writtenAt
        runsSincePurge = 0
      }
    } catch (error) {
      runs = [...takenRuns, ...runs]
      const forgotten = runs.splice(0, Math.max(0, runs.length - RUNS_WAITING_MAX)).length
      log.warn({ code: 'JOBS_BOOKS_UNWRITTEN', message: messageOf(error), waiting: runs.length, forgotten })
      plan(WRITE_MS_MIN)
    }
  }

  async function close() {
    isClosed = true
    planned?.cancel.abort()
    await planned?.done
    await write()
  }
}
