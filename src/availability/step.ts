import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import { INVENTORY_HEAD } from '../inventory/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as store from './store.ts'

/** Movements that one step turns into targets; the products behind them are computed as one set. */
const MOVEMENTS_PER_STEP_MAX = 200_000

/** Computes the targets of what changed since the last step, or of everything when a rule, a link or a mapping did. */
export async function step({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  return db.transaction(async tx => {
    const after = await readCursor(tx, store.READS_INVENTORY)
    const head = await peekCursor(tx, INVENTORY_HEAD)
    const everything = await anythingElseChanged(tx)
    if (head <= after && !everything) return NOTHING_TO_DO

    const upTo = everything ? head : Math.min(head, after + MOVEMENTS_PER_STEP_MAX)
    const products = everything ? await store.gatherAll(tx) : await store.gatherTouched(tx, { after, upTo })
    const changed = products === 0 ? 0 : await store.recomputeTargets(tx, clock.now())
    await store.publishHead(tx)
    await advanceCursor(tx, store.READS_INVENTORY, upTo)
    return { read: Math.max(products, upTo - after), wrote: changed, more: upTo < head, notes: { products } }
  })
}

/** Moves the cursors on rules and on the catalogue, and says whether one of them had to move. */
async function anythingElseChanged(tx: Tx): Promise<boolean> {
  const rules = await caughtUp(tx, store.READS_RULES, store.RULES_HEAD)
  const links = await caughtUp(tx, store.READS_CATALOG, CATALOG_HEAD)
  return !(rules && links)
}

async function caughtUp(tx: Tx, reader: string, head: string): Promise<boolean> {
  const from = await readCursor(tx, reader)
  const to = await peekCursor(tx, head)
  await advanceCursor(tx, reader, to)
  return from >= to
}
