import type { ShopPort } from '../channel/port.ts'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'
import { conclude } from './proof-step.ts'
import * as store from './store.ts'
import { readAndCompare, sweep, syncNow } from './sync-step.ts'

/** Levels that one step reads back; more are taken by the next. */
const READ_BACK_PER_STEP_MAX = 2_000

export type ReconcileDeps = { db: Db; clock: Clock; port: ShopPort; shopId: number; signal?: AbortSignal }

/**
 * What a person asked for first; then what was confirmed since the last look is read back and compared, and both numbers are
 * kept; and where nothing is due, a few levels are swept.
 */
export async function step(deps: ReconcileDeps): Promise<StepReport> {
  const asked = await syncNow(deps)
  if (asked.read > 0 || asked.more) return asked
  const { db, clock, shopId } = deps
  const due = await store.levelsToReadBack(db, { shopId, limit: READ_BACK_PER_STEP_MAX })
  if (due.length === 0) return sweep(deps)
  const runId = await store.startRun(db, { shopId, kind: 'recent', now: clock.now() })
  await readAndCompare(deps, runId, due)
  await store.countObservations(db, runId)
  const corrected = await conclude(deps, runId)
  return { read: due.length, wrote: due.length, more: due.length === READ_BACK_PER_STEP_MAX, notes: { corrected } }
}
