import type { Db, Sql } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { checkLedger } from './check-store.ts'
import { lockLedger } from './document-store.ts'
import { isPurgeable, type Month, monthsWanted, startOf } from './month.ts'
import * as months from './month-store.ts'

/** Up to which month the ledger has a part for each. */
const MONTHS_MADE = 'inventory:months'

/** Sees to it that this month and the next have their part. One look at a cursor, except twice a month. */
export async function keepMonths(db: Db, now: InstantMs): Promise<void> {
  const wanted = monthsWanted(now)
  const upTo = startOf(wanted.at(-1) ?? ('1970-01' as Month))
  if ((await peekCursor(db, MONTHS_MADE)) >= upTo) return
  await db.transaction(async tx => {
    await lockLedger(tx)
    await readCursor(tx, MONTHS_MADE)
    for (const month of wanted) await months.makeMonth(tx, month)
    await advanceCursor(tx, MONTHS_MADE, upTo)
  })
}

/** Tells the ledger's indexes what was just written, unless something else is at them: then the next booking does. */
export async function tellIndexes(db: Db, now: InstantMs): Promise<void> {
  const [month] = monthsWanted(now)
  if (month === undefined) return
  await db
    .transaction(tx => months.tellIndexes(tx, month))
    .catch((error: unknown) => {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
    })
}

const LOCK_NOT_AVAILABLE = '55P03'

export type Purged = {
  months: Month[]
  movements: number
  carried: number
  kept: 'waits for its export' | 'the ledger does not add up' | null
}

/**
 * Purges the months that are older than history is kept, oldest first. Never where the ledger does not add up, since the proof would
 * go with it, and by default only what somebody has exported.
 */
export async function purgeOld({ db, clock }: { db: Db; clock: Clock }): Promise<Purged> {
  const purged: Purged = { months: [], movements: 0, carried: 0, kept: null }
  const due = await dueMonths(db, clock.now())
  if (due.length === 0) return purged
  const { needsExport } = await months.policyOf(db)
  const check = await db.transaction(tx => checkLedger(tx, clock.now()))
  if (check.differing + check.differingBins + check.differingReservations > 0) return { ...purged, kept: 'the ledger does not add up' }
  for (const { month, exportedAt } of due) {
    if (needsExport && exportedAt === null) return { ...purged, kept: 'waits for its export' }
    const done = await db.transaction(tx => months.purgeMonth(tx, month, clock.now()))
    purged.months.push(month)
    purged.movements += done.movements
    purged.carried += done.carried
  }
  return purged
}

async function dueMonths(sql: Sql, now: InstantMs): Promise<months.MonthRow[]> {
  const { keptMonths } = await months.policyOf(sql)
  if (keptMonths === null) return []
  return (await months.monthsOf(sql)).filter(({ month }) => isPurgeable(month, now, keptMonths))
}
