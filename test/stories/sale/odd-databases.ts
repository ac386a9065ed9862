import type { Db, Sql, Tx } from '../../../src/db/connection.ts'

/** A database that takes its time before a call is kept: what was decided by then may have been decided by others too. */
export function slowly(db: Db): Db {
  const slow = (tx: Tx): Tx => ({
    ...tx,
    async query(text: string, values?: readonly unknown[]) {
      if (/insert into channel\.call\b/.test(text)) await new Promise(done => setTimeout(done, 300))
      return tx.query(text, values)
    },
  })
  return { ...db, transaction: work => db.transaction(tx => work(slow(tx))) }
}

/** The process that told a shop is gone, in the middle of whatever it did. */
export class Died extends Error {}

/** A database whose user may die before any of its statements; what it had begun is rolled back, as it would be. */
export function mortal(db: Db, dies: () => boolean): Db {
  const guarded = <T extends Sql>(sql: T): T => ({
    ...sql,
    async query(text: string, values?: readonly unknown[]) {
      if (dies()) throw new Died(text.slice(0, 60))
      return sql.query(text, values)
    },
  })
  return { ...guarded(db), transaction: work => db.transaction(tx => work(guarded(tx))) }
}
