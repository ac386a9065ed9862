import type { Db } from '../src/db/connection.ts'

/** Most of what happens is through by then; only what is not may wait for the step. */
const LOOK_MS = 20

/**
 * The database as a step uses it, and something that happens on another connection while the step is at its n-th statement: it is
 * through before that statement runs, or waits for what the step holds.
 */
export function amid(db: Db, at: number, deed: () => Promise<unknown>): { db: Db; settled(): Promise<boolean> } {
  let n = 0
  let happening: Promise<unknown> | null = null

  async function pass(): Promise<void> {
    if (++n !== at) return
    let isThrough = false
    happening = deed()
    const through = happening.then(
      () => (isThrough = true),
      () => (isThrough = true),
    )
    while (!isThrough) {
      await Promise.race([through, new Promise(later => setTimeout(later, LOOK_MS))])
      if (!isThrough && (await doesAnyWait(db))) return
    }
  }

  return {
    db: {
      ...db,
      async query(text, values, options) {
        await pass()
        return db.query(text, values, options)
      },
      transaction: work =>
        db.transaction(tx =>
          work({
            ...tx,
            async query(text, values, options) {
              await pass()
              return tx.query(text, values, options)
            },
          }),
        ),
    },
    /** When what happened is through. False: nothing happened, since the step had fewer statements. */
    async settled() {
      await happening
      return happening !== null
    },
  }
}

async function doesAnyWait(db: Db): Promise<boolean> {
  const rows = await db.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
  return rows.length > 0
}
