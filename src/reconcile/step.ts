import { LEVELS_PER_CALL_MAX, type LevelSeen, type ShopPort } from '../channel/port.ts'
import * as channel from '../channel/store.ts'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as outbox from '../outbox/store.ts'
import { BRAKE_DEFAULT, judgeCorrections } from './brake.ts'
import * as store from './store.ts'

/** Levels that one step reads back; more are taken by the next. */
const READ_BACK_PER_STEP_MAX = 2_000

export type ReconcileDeps = { db: Db; clock: Clock; port: ShopPort; shopId: number; signal?: AbortSignal }

/**
 * Reads back what was confirmed since the last look, compares it, and keeps both numbers. A shop that came back from trouble
 * is compared whole, once.
 */
export async function step(deps: ReconcileDeps): Promise<StepReport> {
  const { db, clock, port, shopId, signal } = deps
  if (await store.isComparisonOwed(db, shopId, clock.now())) return hardSync(deps)
  const due = await store.levelsToReadBack(db, { shopId, limit: READ_BACK_PER_STEP_MAX })
  if (due.length === 0) return NOTHING_TO_DO
  const runId = await store.startRun(db, { shopId, kind: 'recent', now: clock.now() })
  for (const group of byLocation(due)) {
    const startedAt = clock.now()
    const seen = await port.readLevels(group.locationGid, group.items, signal)
    const asked = group.items.map(inventoryItemGid => ({ locationGid: group.locationGid, inventoryItemGid }))
    await db.transaction(tx => store.recordObservations(tx, { runId, shopId, startedAt, readAt: clock.now() }, asked, seen))
  }
  const corrected = await conclude({ db, clock, shopId, runId })
  return { read: due.length, wrote: due.length, more: due.length === READ_BACK_PER_STEP_MAX, notes: { corrected } }
}

/** Reads every level of the shop and compares each that we promise something for. */
export async function hardSync({ db, clock, port, shopId, signal }: ReconcileDeps): Promise<StepReport> {
  const startedAt = clock.now()
  const expected = await store.levelsExpected(db, shopId)
  const runId = await store.startRun(db, { shopId, kind: 'hard_sync', now: startedAt })
  const missing = new Map(expected.map(level => [keyOf(level), level]))
  for await (const seen of port.readEveryLevel(signal)) {
    const ours = seen.filter(level => missing.has(keyOf(level)))
    for (const level of ours) missing.delete(keyOf(level))
    await db.transaction(tx => store.recordObservations(tx, { runId, shopId, startedAt, readAt: clock.now() }, ours, ours))
  }
  await db.transaction(tx => store.recordObservations(tx, { runId, shopId, startedAt, readAt: clock.now() }, [...missing.values()], []))
  const corrected = await conclude({ db, clock, shopId, runId })
  return { read: expected.length, wrote: expected.length, more: false, notes: { corrected, run: runId } }
}

/** Sends what differs back through the outbox, unless it is too much to be believed; then ends the run. */
async function conclude({ db, clock, shopId, runId }: { db: Db; clock: Clock; shopId: number; runId: number }): Promise<number> {
  return db.transaction(async tx => {
    const now = clock.now()
    const differing = await store.differingOf(tx, runId)
    const units = differing.reduce((sum, level) => sum + level.units, 0)
    const verdict = judgeCorrections({ corrections: differing.length, units }, BRAKE_DEFAULT)
    if (verdict.kind === 'repair' && differing.length > 0) {
      await channel.forgetLevels(tx, shopId, differing)
      await outbox.reopen(tx, shopId, differing, now)
    }
    const held = verdict.kind === 'hold' ? verdict : null
    await store.finishRun(tx, { runId, now, code: held?.code ?? null, reason: held?.reason ?? null })
    return held ? 0 : differing.length
  })
}

function byLocation(levels: readonly store.LevelDue[]): { locationGid: string; items: string[] }[] {
  const groups: { locationGid: string; items: string[] }[] = []
  for (const level of levels) {
    const last = groups.at(-1)
    if (last && last.locationGid === level.locationGid && last.items.length < LEVELS_PER_CALL_MAX) last.items.push(level.inventoryItemGid)
    else groups.push({ locationGid: level.locationGid, items: [level.inventoryItemGid] })
  }
  return groups
}

function keyOf(level: Pick<LevelSeen, 'locationGid' | 'inventoryItemGid'>): string {
  return `${level.locationGid} ${level.inventoryItemGid}`
}
