import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as store from './store.ts'

/** Targets that one step turns into intents, as one set: some seconds at most. */
const CHANGES_PER_STEP_MAX = 50_000

/** Makes the newest number of each changed target its intent, and looks addresses up again after the catalogue changed. */
export async function step({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  return db.transaction(async tx => {
    const from = await readCursor(tx, store.READS_AVAILABILITY)
    const readdressed = await followCatalog(tx, clock)
    const upTo = await store.targetsUpTo(tx, from, CHANGES_PER_STEP_MAX)
    if (upTo.targets === 0) return { ...NOTHING_TO_DO, wrote: readdressed }

    const intents = await store.takeTargets(tx, { after: from, upTo: upTo.seq, now: clock.now() })
    await advanceCursor(tx, store.READS_AVAILABILITY, upTo.seq)
    return { read: upTo.targets, wrote: intents + readdressed, more: upTo.targets === CHANGES_PER_STEP_MAX }
  })
}

async function followCatalog(tx: Tx, clock: Clock): Promise<number> {
  const from = await readCursor(tx, store.READS_CATALOG)
  const head = await peekCursor(tx, CATALOG_HEAD)
  if (head <= from && !(await store.catalogReadSince(tx))) return 0
  const readdressed = await store.readdress(tx, clock.now())
  await advanceCursor(tx, store.READS_CATALOG, head)
  return readdressed
}
