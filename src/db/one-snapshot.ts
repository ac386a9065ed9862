import type { Db, Tx } from './connection.ts'
import { errnoOf } from './errno.ts'

/** Somebody else changed, since the snapshot, what this transaction locks or changes. */
const OVERTAKEN = '40001'

/**
 * Commits what `work` did, or nothing of it; all of its statements see the database as it was at the first. Where somebody else
 * was faster with what it locks or changes, it begins again with what is so then.
 */
export async function inOneSnapshot<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await db.transaction(async tx => {
        await tx.query('set transaction isolation level repeatable read')
        return work(tx)
      })
    } catch (error) {
      if (errnoOf(error) !== OVERTAKEN) throw error
    }
  }
}
