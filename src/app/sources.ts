import type { Db } from '../db/connection.ts'
import type { Reception } from '../feed/port.ts'
import type { RemoteDoor } from '../feed/source-port.ts'
import { visitSource } from '../feed/source-step.ts'
import { dueSources } from '../feed/source-store.ts'
import type { Recognise } from '../feed/stray-step.ts'
import { nextTicks } from '../jobs/cron.ts'
import type { Clock, InstantMs, Sleep } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { StepReport } from '../kernel/report.ts'
import { chanceOf } from '../outbox/backoff.ts'

type Deps = {
  db: Db
  clock: Clock
  sleep: Sleep
  ids: Ids
  door: RemoteDoor
  reception: Reception
  unseal(sealed: string): string
  recognise: Recognise
}

/** When a schedule ticks next: the rooms do not read schedules themselves. */
export function nextTick(schedule: { cron: string; timeZone: string }, after: InstantMs): InstantMs | null {
  return nextTicks(schedule, after, 1)[0] ?? null
}

/** While a long fetch goes on, the others are looked for so often. */
const LOOK_AGAIN_MS = 1_000

/**
 * Visits every source that is due, side by side: a slow one keeps nobody waiting, and goes on from one call of the step to the next. Of
 * several processes only one visits a source at a time.
 */
export function sourceVisits({
  db,
  clock,
  sleep,
  ids,
  door,
  reception,
  unseal,
  recognise,
}: Deps): (signal?: AbortSignal) => Promise<StepReport> {
  const underWay = new Map<number, Promise<StepReport | null>>()
  // What broke while nobody was waiting for it is thrown by the next call of the step.
  const broken: unknown[] = []
  const chance = () => chanceOf(ids.uuid())
  return async signal => {
    for (const source of await dueSources(db, clock.now())) {
      if (underWay.has(source.sourceId)) continue
      const visit = db
        .alone(`source ${source.sourceId}`, () =>
          visitSource({ db, clock, chance, door, reception, unseal, recognise, nextTick }, source, signal),
        )
        .then(done => (done.ran ? done.result : null))
        .catch((error: unknown) => {
          broken.push(error)
          return null
        })
        .finally(() => underWay.delete(source.sourceId))
      underWay.set(source.sourceId, visit)
    }
    if (underWay.size === 0) return { read: 0, wrote: 0, more: false }
    const over = new AbortController()
    const first = await Promise.race([...underWay.values(), sleep(LOOK_AGAIN_MS, over.signal).then(() => null)])
    over.abort()
    if (signal?.aborted) await Promise.allSettled(underWay.values())
    if (broken.length > 0) throw broken.shift()
    return { ...(first ?? { read: 0, wrote: 0 }), more: underWay.size > 0 && !signal?.aborted }
  }
}
