import { LEVELS_PER_CALL_MAX } from '../channel/port.ts'
import { TrueupError } from '../kernel/error.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as outbox from '../outbox/store.ts'
import { conclude, hardSync } from './proof-step.ts'
import { endLostRuns } from './proof-store.ts'
import * as requests from './request-store.ts'
import type { ReconcileDeps } from './step.ts'
import * as store from './store.ts'

/** A request for more levels than these is a hard sync: one bulk read costs less than so many calls. */
const LEVELS_PER_REQUEST_MAX = 5_000
/** Between hard syncs so many levels are looked at in turn, so often: a third of a million a day. */
const LEVELS_PER_SWEEP = 250
export const SWEEP_EVERY_MS = 60_000
const FIRST = { locationId: 0, productId: 0 }

/** Sync now: reads what a person asked for, compares it and has it written. */
export async function syncNow(deps: ReconcileDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  const request = await requests.nextRequest(db, shopId)
  if (request === null) return NOTHING_TO_DO
  const { locationId, productId, askedBy: by, scope } = request
  // Whoever asks may have mended why something was refused.
  await db.transaction(tx => outbox.releaseUnder(tx, { shopId, locationId, productId }, clock.now()))
  const levels = await requests.levelsToSync(db, { shopId, locationId, productId, after: FIRST, limit: LEVELS_PER_REQUEST_MAX + 1 })
  if (levels.length > LEVELS_PER_REQUEST_MAX) {
    const report = await hardSync(deps, { by, scope })
    // Asked for while the shop is compared: done when that is through.
    if (report.notes?.run === undefined) return report
    await requests.answerRequest(db, request.requestId, Number(report.notes.run))
    return report
  }
  const runId = await store.startRun(db, { shopId, kind: 'sync_now', now: clock.now(), askedBy: by, scope })
  await readAndCompare(deps, runId, levels, { isAsked: true })
  await store.countObservations(db, runId)
  const corrected = await conclude(deps, runId)
  await requests.answerRequest(db, request.requestId, runId)
  return { read: levels.length, wrote: levels.length, more: true, notes: { corrected, run: runId } }
}

/** The sweep: a few levels at a time, all of them in turn, so that a drift between hard syncs is seen while it is small. */
export async function sweep(deps: ReconcileDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  const place = await requests.sweepPlace(db, shopId)
  if (place.sweptAt !== null && clock.now() - place.sweptAt < SWEEP_EVERY_MS) return NOTHING_TO_DO
  // A shop that has just come is read by others first.
  if (place.sweptAt === null) return begin(deps)
  const levels = await requests.levelsToSync(db, { shopId, locationId: null, productId: null, after: place, limit: LEVELS_PER_SWEEP })
  const last = levels.length < LEVELS_PER_SWEEP ? FIRST : (levels.at(-1) ?? FIRST)
  if (levels.length > 0) {
    const code = await sweepLevels(deps, levels)
    // A shop that does not answer, or does not let us in, is no trouble of this room: it is said on the shop's own page.
    if (code !== null) {
      await requests.moveSweep(db, shopId, { ...place, now: clock.now() })
      return { ...NOTHING_TO_DO, notes: { resting: code } }
    }
  }
  await requests.moveSweep(db, shopId, { locationId: last.locationId, productId: last.productId, now: clock.now() })
  return { read: levels.length, wrote: levels.length, more: false }
}

/** Gives why it could not be done, or null. */
async function sweepLevels(deps: ReconcileDeps, levels: readonly store.LevelDue[]): Promise<string | null> {
  const { db, clock, shopId } = deps
  const runId = await store.startRun(db, { shopId, kind: 'sweep', now: clock.now() })
  try {
    await readAndCompare(deps, runId, levels)
  } catch (error) {
    if (!(error instanceof TrueupError) || !error.code.startsWith('CHANNEL_')) throw error
    return error.code
  }
  await store.countObservations(db, runId)
  await conclude(deps, runId)
  return null
}

async function begin({ db, clock, shopId }: ReconcileDeps): Promise<StepReport> {
  await requests.moveSweep(db, shopId, { ...FIRST, now: clock.now() })
  return NOTHING_TO_DO
}

/**
 * Reads these levels back, a location's 250 at a time, and keeps what was compared. What a person asked for does not wait for others.
 * A shop that does not answer ends the run: what is tried again is another.
 */
export async function readAndCompare(
  deps: ReconcileDeps,
  runId: number,
  levels: readonly store.LevelDue[],
  { isAsked = false }: { isAsked?: boolean } = {},
): Promise<void> {
  try {
    await compareGroups(deps, runId, levels, isAsked)
  } catch (error) {
    await endLostRuns(deps.db, deps.shopId, deps.clock.now(), runId)
    throw error
  }
}

async function compareGroups(deps: ReconcileDeps, runId: number, levels: readonly store.LevelDue[], isAsked: boolean): Promise<void> {
  const { db, clock, port, shopId, signal } = deps
  for (const group of byLocation(levels)) {
    const startedAt = clock.now()
    const { levels: seen } = await port.readLevels(group.locationGid, group.items, signal, { isReadBack: !isAsked })
    const asked = group.items.map(inventoryItemGid => ({ locationGid: group.locationGid, inventoryItemGid }))
    await db.transaction(tx => store.recordObservations(tx, { runId, shopId, startedAt, readAt: clock.now() }, asked, seen))
  }
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
