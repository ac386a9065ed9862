import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import { openBooks } from './books.ts'
import { heartbeats } from './heartbeat-store.ts'
import { FLOOR_MS, type Job, jobOfStep, knownJob, ROOM_STEPS, type RoomStep } from './job.ts'
import { EXCEPT_SHOPS } from './job-parameter.ts'
import { watchLeftOutTicks } from './left-out.ts'
import type { Log } from './log.ts'
import { turnsOf, whoseRun } from './parameters.ts'
import { openQueue, type Queue, type QueuedRun } from './queue.ts'
import { openRoomLoop, type Pass, type RoomLoop, type Step, type StepDone } from './room-loop.ts'
import { notBegunRun, runEnd, skippedRun } from './run-end.ts'
import { ownSchedules, schedules } from './schedule-store.ts'
import { closeLostRuns, finishRun, recordRuns, showProgress, startRun } from './store.ts'
import { restingShops, restOf, type Wanted, wantedOf } from './wanted.ts'

/** A stop lets running steps end by themselves for so long; then it tells them to. */
const DRAIN_MS_MAX = 3_000
/** … and after so long it leaves without them. */
const ABORT_MS_MAX = 3_000
/** A run's progress is shown, and its end is looked for, so often. */
const WATCH_MS = 1_000

export type Clockwork = {
  /** Something may wait in this room: look at once. Works from a process that does not have the room, too. */
  nudge(room: RoomStep): void
  /** Puts one run of a job (by name, slug or alias) on its queue. `isQueued` is false when one like it waits already. */
  runNow(job: string, asked?: { by: string; parameters?: Readonly<Record<string, string>> }): Promise<{ job: string; isQueued: boolean }>
  /** What was asked for, by people or schedules, and has not begun, oldest first. */
  waiting: Queue['waiting']
  /** Takes one that waits out of its queue, by its id there; false: it has begun, or is not there any more. */
  drop: Queue['drop']
  /** Lets a job tick by what its row in jobs.schedule says now, and its rooms look at once. */
  scheduleChanged(job: Job, whose?: string | null): Promise<void>
  /** Resolves when nothing runs, nothing is asked for and no failed step waits for its next try, in this process. */
  drained(): Promise<void>
  /** Takes no more work, waits for what runs (bounded), writes the books. */
  stop(): Promise<void>
}

/**
 * Runs the steps it is handed: when the room before has written something, when a schedule or a person says so, and at a
 * floor interval. Knows no room. As many processes as you like may run one on the same database.
 */
export async function startClockwork(options: {
  databaseUrl: string
  db: Db
  clock: Clock
  sleep: Sleep
  catalogue: readonly Job[]
  /** The steps that this process runs. */
  steps: Partial<Record<RoomStep, Step>>
  /** Which rooms to nudge when one has written something. */
  follows: Partial<Record<RoomStep, readonly RoomStep[]>>
  /** The floor interval where another than FLOOR_MS is wanted; null: only when asked. */
  floorMs?: Partial<Record<RoomStep, number | null>>
  log: Log
  onReport?(done: StepDone): void
}): Promise<Clockwork> {
  const { databaseUrl, db, clock, sleep, catalogue, follows, log } = options
  const onReport = options.onReport ?? (() => {})
  const floorMs = { ...FLOOR_MS, ...options.floorMs }
  const abort = new AbortController()
  const ending = new AbortController()
  const books = openBooks({ db, clock, sleep, log })
  const loops = new Map<RoomStep, RoomLoop>()
  let whenQuiet: (() => void)[] = []
  let stopping: Promise<void> | null = null
  const opened = Promise.withResolvers<void>()

  // The queue first: it is what can refuse to start. What it delivers before the rooms are open waits for them.
  const queue = await openQueue({
    databaseUrl,
    jobs: catalogue,
    schedules: await schedules(db, catalogue),
    ownSchedules: await ownSchedules(db),
    steps: ROOM_STEPS.filter(room => options.steps[room] !== undefined),
    onRun: (job, asked) => opened.promise.then(() => runJob(job, asked)),
    onWake: room => void opened.promise.then(() => nudge(room)),
    log,
  })
  for (const room of ROOM_STEPS) {
    const step = options.steps[room]
    if (step !== undefined) loops.set(room, loopOf(room, step))
  }
  opened.resolve()
  await askForWhatNeverRan()
  void watchLeftOutTicks({
    ...{ db, clock, sleep, log, signal: ending.signal },
    jobs: catalogue.filter(job => job.steps.some(step => loops.has(step))),
    send: (job, parameters) => queue.sendRun(job, { cause: 'tick', by: null, parameters }),
  })
  return { nudge, runNow, waiting: queue.waiting, drop: queue.drop, scheduleChanged, drained, stop }

  function loopOf(room: RoomStep, step: Step): RoomLoop {
    const job = jobOfStep(room, catalogue)?.name ?? room
    /** Looked up before each pass. */
    let resting: string[] = []
    return openRoomLoop({
      step: (signal, _parameters, cause, ended) =>
        step(signal, cause === 'nudge' && resting.length > 0 ? { [EXCEPT_SHOPS]: resting.join(',') } : undefined, cause, ended),
      floorMs: floorMs[room],
      clock,
      sleep,
      abort: abort.signal,
      async mayRun() {
        const rest = await restOf({ db, catalogue }, room)
        resting = await restingShops({ db, catalogue }, room)
        return rest
      },
      events: {
        onRest: (rest, at) => books.rested(room, rest, at),
        onReport(report, tookMs) {
          const line = { room, read: report.read, wrote: report.wrote, more: report.more, tookMs: Math.round(tookMs) }
          const isIdle = report.read === 0 && report.wrote === 0
          log[isIdle ? 'debug' : 'info'](report.notes === undefined ? line : { ...line, ...report.notes })
          if (report.wrote > 0) for (const next of follows[room] ?? []) nudge(next)
          onReport({ room, kind: 'reported', report, tookMs })
        },
        onPass(pass, retryInMs) {
          books.passed(room, job, pass)
          if (pass.failure !== null) {
            const { code, message } = pass.failure
            log.warn({ room, code, message, retryInMs })
            onReport({ room, kind: 'failed', code, message, retryInMs })
          }
          queueMicrotask(lookWhetherQuiet)
        },
      },
    })
  }

  /**
   * What waits for its schedule only would be unknown until then after the very first start. Asked by the queue, so that of several
   * processes that start together one does it.
   */
  async function askForWhatNeverRan() {
    const known = new Set((await heartbeats(db)).map(heartbeat => heartbeat.room))
    const never = [...loops.keys()].filter(room => floorMs[room] === null && !known.has(room))
    const jobs = new Set(never.flatMap(room => jobOfStep(room, catalogue) ?? []))
    for (const job of jobs) await queue.sendRun(job, { cause: 'tick', by: null, parameters: {} })
  }

  function nudge(room: RoomStep) {
    const loop = loops.get(room)
    if (loop !== undefined) void loop.ask('nudge')
    else if (stopping === null) {
      queue.sendWake(room).catch(error => log.warn({ code: 'JOBS_QUEUE_TROUBLE', room, message: messageOf(error) }))
    }
  }

  async function runNow(name: string, asked: { by: string; parameters?: Readonly<Record<string, string>> } | null = null) {
    const job = knownJob(name, catalogue)
    const isQueued = await queue.sendRun(job, { cause: 'person', by: asked?.by ?? null, parameters: asked?.parameters ?? {} })
    return { job: job.name, isQueued }
  }

  async function scheduleChanged(job: Job, whose: string | null = null) {
    // One at a time: of two that changed it at once, the one that read first must not be the one that tells the queue last.
    const tellQueue = async () => {
      const schedule = whose === null ? (await schedules(db, catalogue)).get(job.slug) : (await ownSchedules(db)).get(job.slug)?.get(whose)
      if (schedule !== undefined) await queue.reschedule(job, schedule, whose)
      else if (whose !== null) await queue.unschedule(job, whose)
    }
    await db.inTurn([{ name: `schedule of ${job.slug}`, isShared: false }], tellQueue, ending.signal)
    for (const room of job.steps) nudge(room)
  }

  /** A run waits while one for the same shop or source goes on, here or in another process; the queue keeps it should this one stop. */
  async function runJob(job: Job, asked: QueuedRun) {
    const { parameters, judgement } = await wantedOf({ db, clock, catalogue }, job, asked)
    const inTurn = async () => {
      // Paused while it waited: not run. What was skipped meanwhile is the tick after this one, so the rest stands as it was judged.
      const now = await wantedOf({ db, clock, catalogue }, job, asked)
      await runInTurn(job, asked, now.judgement === 'paused' ? now : { ...now, judgement })
    }
    const done = await db.inTurn(turnsOf(job, whoseRun(parameters)), inTurn, ending.signal)
    if (done === null) throw new Error('The program was stopped before this run had its turn.')
  }

  /** One run of a job: its rooms in order, those that this process has. A room that fails does not keep the next from running. */
  async function runInTurn(job: Job, asked: QueuedRun, { schedule, parameters, judgement }: Wanted) {
    const lost = 'The process that ran this ended before it could say how it went.'
    await closeLostRuns(db, { job: job.name, whose: whoseRun(parameters), now: clock.now(), code: 'JOBS_RUN_LOST', message: lost })
    if (judgement === 'skipped') await recordRuns(db, [skippedRun(job, schedule, asked.parameters, clock.now())])
    if (judgement !== 'run') return
    for (const room of job.steps) {
      const loop = loops.get(room)
      const step = options.steps[room]
      if (loop === undefined || step === undefined) continue
      const { cause, by: askedBy } = asked
      const runId = await startRun(db, { job: job.name, room, startedAt: clock.now(), cause, askedBy, parameters })
      const hasOwn = Object.keys(parameters).length > 0
      const passing = hasOwn
        ? loop.askWith(cause, (signal, _none, _cause, ended) => step(signal, parameters, cause, ended))
        : loop.ask(cause)
      const pass = await watched(passing, runId, loop)
      const endedBy = await finishRun(db, runId, runEnd(pass))
      // The queue's copy fails with it, so that the run is made up for after the next start.
      if (pass.failure?.code === 'JOBS_STOPPED') throw new Error(pass.failure.message)
      if (pass.isCancelled) return
      // A person wanted it to end, and this room was done before it heard of it: those that come after it do not begin.
      if (endedBy === null) continue
      const next = job.steps.slice(job.steps.indexOf(room) + 1).find(one => loops.has(one))
      if (next !== undefined) await recordRuns(db, [notBegunRun(job, next, { ...asked, parameters }, { endedBy, at: clock.now() })])
      return
    }
  }

  /** Shows once a second how far a run has come, and ends it when a person wants that. */
  async function watched(passing: Promise<Pass>, runId: number, loop: RoomLoop): Promise<Pass> {
    const over = new AbortController()
    const watching = (async () => {
      for (;;) {
        await sleep(WATCH_MS, over.signal)
        if (over.signal.aborted) return
        const { isToEnd } = await showProgress(db, runId, loop.progress() ?? { read: 0, wrote: 0 }).catch(() => ({ isToEnd: false }))
        if (isToEnd) loop.cancel()
      }
    })()
    const pass = await passing
    over.abort()
    await watching
    return pass
  }

  async function drained() {
    while ([...loops.values()].some(loop => loop.isBusy())) await new Promise<void>(quiet => whenQuiet.push(quiet))
    await books.write()
  }

  function lookWhetherQuiet() {
    if ([...loops.values()].some(loop => loop.isBusy())) return
    const waiting = whenQuiet
    whenQuiet = []
    for (const quiet of waiting) quiet()
  }

  function stop(): Promise<void> {
    stopping ??= stopNow()
    return stopping
  }

  async function stopNow() {
    ending.abort()
    const ended = Promise.all([...loops.values()].map(loop => loop.stop()))
    if (!(await isDoneWithin(ended, DRAIN_MS_MAX, sleep))) {
      abort.abort()
      if (!(await isDoneWithin(ended, ABORT_MS_MAX, sleep))) log.warn({ code: 'JOBS_STOPPED', message: 'A step did not heed the stop.' })
    }
    await queue.stop({ timeoutMs: ABORT_MS_MAX }).catch(error => log.warn({ code: 'JOBS_QUEUE_TROUBLE', message: messageOf(error) }))
    await books.close()
    for (const quiet of whenQuiet) quiet()
  }
}

async function isDoneWithin(work: Promise<unknown>, limitMs: number, sleep: Sleep): Promise<boolean> {
  const cancel = new AbortController()
  const isDone = await Promise.race([work.then(() => true), sleep(limitMs, cancel.signal).then(() => false)])
  cancel.abort()
  return isDone
}
