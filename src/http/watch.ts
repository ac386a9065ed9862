import type { Clock, Sleep } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import type { Log } from './log.ts'

/** At most four pictures a second reach a page. */
const PICTURE_MS_MIN = 250
/** What other processes changed is seen after so long. */
const LOOK_MS = 1_000
/** Looking may take a fifth of the time at most: a picture that took 200 ms is followed by a pause of 800. */
const PAUSE_PER_LOOK = 4

export type WatchEvent = { name: string; data: string }

export type Watch = {
  /** Sends events to one watcher, the present picture first, until the function that it gives is called. */
  join(send: (event: WatchEvent) => void): () => void
  /** Something changed in this process: look soon. */
  changed(): void
  /** Passes on what is no picture but news: progress. */
  tell(event: WatchEvent): void
  stop(): void
}

/**
 * Looks at the street while somebody watches, once for all of them, and says when it looks different. The time of
 * looking is no difference.
 */
export function openWatch({
  picture,
  clock,
  sleep,
  log,
}: {
  /** What is seen now: as it is sent, and what of it counts as a difference. */
  picture(): Promise<{ data: string; essence: string }>
  clock: Clock
  sleep: Sleep
  log: Log
}): Watch {
  const watchers = new Set<(event: WatchEvent) => void>()
  let last: { data: string; essence: string } | null = null
  let alarm = new AbortController()
  let hasNews = false
  let isLooking = false
  let isStopped = false

  return {
    join(send) {
      watchers.add(send)
      if (last !== null && isLooking) send({ name: 'street', data: last.data })
      if (!isLooking) void look()
      return () => {
        watchers.delete(send)
        if (watchers.size === 0) alarm.abort()
      }
    },
    changed() {
      hasNews = true
      alarm.abort()
    },
    tell(event) {
      for (const send of watchers) send(event)
    },
    stop() {
      isStopped = true
      alarm.abort()
    },
  }

  async function look() {
    isLooking = true
    last = null
    while (watchers.size > 0 && !isStopped) {
      hasNews = false
      const startedAt = clock.now()
      try {
        const seen = await picture()
        if (seen.essence !== last?.essence) for (const send of watchers) send({ name: 'street', data: seen.data })
        last = seen
      } catch (error) {
        // Watchers keep the last picture, whose time tells its age; the next look tries again.
        log.warn({ code: 'HTTP_STREET_UNSEEN', message: messageOf(error) })
      }
      await pause((clock.now() - startedAt) * PAUSE_PER_LOOK)
    }
    isLooking = false
  }

  async function pause(atLeastMs: number) {
    await sleep(Math.max(PICTURE_MS_MIN, atLeastMs))
    if (hasNews || isStopped || watchers.size === 0) return
    alarm = new AbortController()
    await sleep(LOOK_MS - PICTURE_MS_MIN, alarm.signal)
  }
}
