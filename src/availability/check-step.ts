import type { Db, Tx } from '../db/connection.ts'
import { inOneSnapshot } from '../db/one-snapshot.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { type Compared, comparePromises, keepCheck } from './check-store.ts'
import { refreshRules } from './class-store.ts'
import { isDue, recomputeAll, step } from './step.ts'
import * as store from './store.ts'
import { refreshSupply } from './supply-store.ts'
import { gatherTouched } from './target-store.ts'

/** So often it is waited until the promises have followed what changes meanwhile. */
const LOOKS_MAX = 20

type Deps = { db: Db; clock: Clock }

/**
 * Works every promise out anew and compares it with the one that is stored. Nothing waits for it: it reads what was so at one instant, and
 * leaves aside what was not worked out by then. What differs is put right, and kept as a finding: it must never happen.
 */
export async function checkPromises({ db, clock }: Deps): Promise<StepReport> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    await catchUp({ db, clock })
    const found = await inOneSnapshot(db, tx => compareNow(tx, clock.now()))
    if (found === 'behind') continue
    const mended = found.differing > 0 || found.isTorn ? (await recomputeAll({ db, clock })).wrote : 0
    await keepCheck(db, found, clock.now())
    return { read: found.promises, wrote: mended, more: false, notes: { promisesDiffering: found.differing } }
  }
  return { ...NOTHING_TO_DO, notes: { promises: 'not compared: they never stood still' } }
}

async function catchUp(deps: Deps): Promise<void> {
  for (let isMore = true; isMore; ) isMore = (await step(deps)).more
}

/** `isTorn`: what feeds the locations or what rules mean is not as it should be, whether a promise shows it or not. */
type Found = Compared & { isTorn: boolean }

async function compareNow(tx: Tx, now: InstantMs): Promise<Found | 'behind'> {
  const { movements, settings, products, catalog, rules, dueAt } = await store.readingOf(tx)
  if ([products, catalog, rules].some(({ after, head }) => head > after) || isDue(dueAt, now)) return 'behind'
  const waiting = await gatherTouched(tx, {
    movements: { after: movements.after, upTo: movements.head },
    settings: { after: settings.after, upTo: settings.head },
    ...{ products: { after: products.after, upTo: products.head }, supply: [], rules: null },
  })
  if (waiting === 'table') return 'behind'
  // Where nothing is torn this locks rows and changes none: let go of them before the long part.
  await tx.query('savepoint anew')
  const fed = await refreshSupply(tx, now)
  const said = await refreshRules(tx, { now, products: 'all' })
  const isTorn = fed.some(change => change.facilityId !== null) || said.upTo > said.after
  if (!isTorn) await tx.query('rollback to savepoint anew')
  const compared = await comparePromises(tx, waiting)
  if (isTorn) await tx.query('rollback to savepoint anew')
  return { ...compared, isTorn }
}
