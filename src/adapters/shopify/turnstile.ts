import type { Clock, Sleep } from '../../kernel/clock.ts'
import { heard, newBucket, spent, type ThrottleStatus, waitMs } from './throttle.ts'

/*
 * Everything that is asked of a shop goes through here, one after the other, as the shop's points allow. Jobs that wait at
 * the same time take turns by what they have spent, not by how often they ask: a long read of orders never keeps the
 * numbers from leaving, nor the other way round. Within one job, first come is first served.
 */
export type Turnstile = {
  /** Returns when a call of so many points may go. Broken off by its signal it returns at once. */
  pass(job: Job, points: number, signal?: AbortSignal): Promise<void>
  /** Returns when such a call would go at once, and takes nothing: whoever decides only then decides on what is so, and on more at a time. */
  ready(job: Job, points: number, signal?: AbortSignal): Promise<void>
  /** The call was answered, with what the shop has left; null: nobody said. */
  answered(points: number, status: ThrottleStatus | null): void
}

/**
 * `writes` are worth twice the others: they are what the rest is for. `readback` is what has been told already being looked at again:
 * it takes what is left over, so that a number that changes never waits for the proof of one that has not.
 */
export type Job = 'writes' | 'levels' | 'orders' | 'catalog' | 'bulk' | 'readback'

const WEIGHT: Readonly<Record<Job, number>> = { writes: 2, levels: 1, orders: 1, catalog: 1, bulk: 1, readback: 1 }
/** What has been left over is what lies above this part of all that the shop holds. */
const KEPT_SHARE = 0.5
/** Nobody waits for what is left over for longer than this: a shop that is always busy is proved all the same. */
const LEFT_OVER_WAIT_MS_MAX = 30_000

type Waiting = { points: number; turn: number; go: () => void; job: Job; since: number; takesNothing: boolean }

export function openTurnstile({ clock, sleep }: { clock: Clock; sleep: Sleep }): Turnstile {
  let bucket = newBucket(clock.now())
  let inFlightPoints = 0
  /** What has been served, in points of weight 1: a job that comes back begins here and not where it once stopped. */
  let served = 0
  const lastTurn = new Map<Job, number>()
  const waiting: Waiting[] = []
  let isServing = false
  let alarm = new AbortController()

  return {
    pass(job, points, signal) {
      const turn = turnOf(job, points)
      lastTurn.set(job, turn)
      return queue({ job, points, turn, takesNothing: false }, signal)
    },
    ready: (job, points, signal) => queue({ job, points, turn: turnOf(job, points), takesNothing: true }, signal),
    answered(points, status) {
      inFlightPoints -= points
      // The shop counted what it had seen by then; what is still on its way to it comes on top.
      if (status) bucket = heard({ ...status, currentlyAvailable: status.currentlyAvailable - inFlightPoints }, clock.now())
    },
  }

  function turnOf(job: Job, points: number): number {
    return Math.max(served, lastTurn.get(job) ?? 0) + points / WEIGHT[job]
  }

  function queue(asked: Pick<Waiting, 'job' | 'points' | 'turn' | 'takesNothing'>, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const brokenOff = () => leave(mine)
      // The signal outlives the call by far: whoever has gone must not stay in its list.
      const go = () => {
        signal?.removeEventListener('abort', brokenOff)
        resolve()
      }
      const mine: Waiting = { ...asked, go, since: clock.now() }
      waiting.push(mine)
      // Whoever the turnstile sleeps for may not be the first any more.
      alarm.abort()
      signal?.addEventListener('abort', brokenOff, { once: true })
      if (signal?.aborted) leave(mine)
      void serve()
    })
  }

  async function serve(): Promise<void> {
    if (isServing) return
    isServing = true
    for (let next = first(); next !== undefined; next = first()) {
      const kept = isForLeftOver(next) ? bucket.maxPoints * KEPT_SHARE : 0
      const wait = waitMs(bucket, next.points + kept, clock.now())
      // After a wait somebody may have come whose turn is sooner.
      if (wait > 0) {
        alarm = new AbortController()
        await sleep(wait, alarm.signal)
        continue
      }
      waiting.splice(waiting.indexOf(next), 1)
      if (!next.takesNothing) take(next)
      next.go()
    }
    isServing = false
  }

  function take({ turn, points }: Waiting): void {
    served = Math.max(served, turn)
    bucket = spent(bucket, points, clock.now())
    inFlightPoints += points
  }

  function first(): Waiting | undefined {
    const inTurn = waiting.filter(each => !isForLeftOver(each))
    const list = inTurn.length > 0 ? inTurn : waiting
    return list.reduce<Waiting | undefined>((soonest, each) => (soonest && soonest.turn <= each.turn ? soonest : each), undefined)
  }

  function isForLeftOver({ job, since }: Waiting): boolean {
    return job === 'readback' && clock.now() - since < LEFT_OVER_WAIT_MS_MAX
  }

  /** Nobody waits for it any more. It still counts as on its way until it is answered, which it then is at once. */
  function leave(mine: Waiting): void {
    const at = waiting.indexOf(mine)
    if (at < 0) return
    waiting.splice(at, 1)
    if (!mine.takesNothing) inFlightPoints += mine.points
    mine.go()
  }
}
