import type { Db, Tx } from '../db/connection.ts'
import { readCursor } from '../db/cursor.ts'
import { inOneSnapshot } from '../db/one-snapshot.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as classes from './class-store.ts'
import * as store from './store.ts'
import * as supply from './supply-store.ts'
import * as targets from './target-store.ts'

/** Movements that one step turns into promises, as one set. */
const MOVEMENTS_PER_STEP_MAX = 200_000

const NOTHING_CHANGED: targets.Recomputed = { changed: 0, head: null }

/**
 * Computes the promises that depend on what changed since the last step: stock, orders, settings, mappings, dates. What feeds a
 * location and what is promised there are of one instant: a mapping that ended in between, and was made anew before the next
 * step, would look as if nothing had changed.
 */
export async function step({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  if (!isBehind(await store.readingOf(db), clock.now())) return NOTHING_TO_DO
  return inOneSnapshot(db, async tx => {
    await readCursor(tx, store.READS_INVENTORY)
    const now = clock.now()
    const reading = await store.readingOf(tx)
    if (!isBehind(reading, now)) return NOTHING_TO_DO
    const { movements, products } = reading
    const upTo = Math.min(movements.head, movements.after + MOVEMENTS_PER_STEP_MAX)
    const said = await refresh(tx, reading, now)
    const changed = {
      movements: { after: movements.after, upTo },
      settings: { after: reading.settings.after, upTo: reading.settings.head },
      products: { after: products.after, upTo: products.head },
      ...said,
    }
    const touched = await targets.gatherTouched(tx, changed)
    const levels = await targets.countTouched(tx, touched)
    const { changed: wrote, head } = levels === 0 ? NOTHING_CHANGED : await targets.recomputeTargets(tx, touched, now)
    await store.advance(tx, { ...reading, dueAt: said.dueAt }, { movementsUpTo: upTo, head })
    return { read: Math.max(levels, upTo - movements.after), wrote, more: upTo < movements.head, notes: { levels } }
  })
}

/** Computes every promise from nothing but what the rooms before say now: the same numbers, at the price of all of them. */
export async function recomputeAll({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  return inOneSnapshot(db, async tx => {
    await readCursor(tx, store.READS_INVENTORY)
    const now = clock.now()
    const reading = await store.readingOf(tx)
    await supply.refreshSupply(tx, now)
    await classes.refreshRules(tx, { now, products: 'all' })
    const touched = await targets.gatherAll(tx)
    const { changed: wrote, head } = await targets.recomputeTargets(tx, touched, now)
    await store.advance(tx, { ...reading, dueAt: await nextDueAt(tx, now) }, { movementsUpTo: reading.movements.head, head })
    return { read: await targets.countTouched(tx, touched), wrote, more: false }
  })
}

/**
 * Brings up to date what mappings, groups, dates and rules mean for places and kinds of products, as far as one of them
 * changed: it is what the promises are computed by, and far less than they are.
 */
async function refresh(
  tx: Tx,
  reading: store.Reading,
  now: InstantMs,
): Promise<Pick<targets.Changed, 'supply' | 'rules'> & { dueAt: InstantMs | null }> {
  const { catalog, rules, products, dueAt } = reading
  if (catalog.head > catalog.after || rules.head > rules.after || isDue(dueAt, now)) {
    const fed = await supply.refreshSupply(tx, now)
    const said = await classes.refreshRules(tx, { now, products: 'all' })
    return { supply: fed, rules: said, dueAt: await nextDueAt(tx, now) }
  }
  if (products.head === products.after) return { supply: [], rules: null, dueAt }
  const said = await classes.refreshRules(tx, { now, products: { after: products.after, upTo: products.head } })
  return { supply: [], rules: said, dueAt }
}

async function nextDueAt(tx: Tx, now: InstantMs): Promise<InstantMs | null> {
  const instants = [await supply.nextMembershipChange(tx, now), await classes.nextRuleChange(tx, now)].filter(at => at !== null)
  return instants.length === 0 ? null : Math.min(...instants)
}

function isBehind(reading: store.Reading, now: number): boolean {
  const { movements, settings, products, catalog, rules, dueAt } = reading
  return [movements, settings, products, catalog, rules].some(({ after, head }) => head > after) || isDue(dueAt, now)
}

/** Whether something takes effect by itself that is not in the promises yet. */
export function isDue(dueAt: number | null, now: number): boolean {
  return dueAt !== null && dueAt <= now
}
