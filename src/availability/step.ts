import type { Db } from '../db/connection.ts'
import { readCursor } from '../db/cursor.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as store from './store.ts'
import * as supply from './supply-store.ts'
import * as targets from './target-store.ts'

/** Movements that one step turns into promises, as one set. */
const MOVEMENTS_PER_STEP_MAX = 200_000

const NOTHING_CHANGED: targets.Recomputed = { changed: 0, head: null }

/** Computes the promises that depend on what changed since the last step: stock, orders, settings, mappings, dates. */
export async function step({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  if (!isBehind(await store.readingOf(db), clock.now())) return NOTHING_TO_DO
  return db.transaction(async tx => {
    await readCursor(tx, store.READS_INVENTORY)
    const now = clock.now()
    const reading = await store.readingOf(tx)
    if (!isBehind(reading, now)) return NOTHING_TO_DO
    const { movements, settings, products, catalog, dueAt } = reading
    const upTo = Math.min(movements.head, movements.after + MOVEMENTS_PER_STEP_MAX)
    const isSupplyOld = catalog.head > catalog.after || isDue(dueAt, now)
    const fed = isSupplyOld ? await supply.refreshSupply(tx, now) : []
    const nextDueAt = isSupplyOld ? await supply.nextMembershipChange(tx, now) : dueAt

    const changed = {
      movements: { after: movements.after, upTo },
      settings: { after: settings.after, upTo: settings.head },
      products: { after: products.after, upTo: products.head },
      supply: fed,
    }
    const touched = await targets.gatherTouched(tx, changed)
    const levels = await targets.countTouched(tx, touched)
    const { changed: wrote, head } = levels === 0 ? NOTHING_CHANGED : await targets.recomputeTargets(tx, touched, now)
    await store.advance(tx, { ...reading, dueAt: nextDueAt }, { movementsUpTo: upTo, head })
    return { read: Math.max(levels, upTo - movements.after), wrote, more: upTo < movements.head, notes: { levels } }
  })
}

/** Computes every promise from nothing but what the rooms before say now: the same numbers, at the price of all of them. */
export async function recomputeAll({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  return db.transaction(async tx => {
    await readCursor(tx, store.READS_INVENTORY)
    const now = clock.now()
    const reading = await store.readingOf(tx)
    await supply.refreshSupply(tx, now)
    const touched = await targets.gatherAll(tx)
    const { changed: wrote, head } = await targets.recomputeTargets(tx, touched, now)
    const dueAt = await supply.nextMembershipChange(tx, now)
    await store.advance(tx, { ...reading, dueAt }, { movementsUpTo: reading.movements.head, head })
    return { read: await targets.countTouched(tx, touched), wrote, more: false }
  })
}

function isBehind(reading: store.Reading, now: number): boolean {
  const { movements, settings, products, catalog, dueAt } = reading
  return [movements, settings, products, catalog].some(({ after, head }) => head > after) || isDue(dueAt, now)
}

function isDue(dueAt: number | null, now: number): boolean {
  return dueAt !== null && dueAt <= now
}
