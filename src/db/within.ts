import type { Db, Tx } from './connection.ts'

/** A database whose every statement belongs to one open transaction, for code that would begin its own. */
export function within(tx: Tx): Db {
  return {
    query: (text, values, options) => tx.query(text, values, options),
    transaction: work => work(tx),
    alone: () => Promise.reject(new Error('bug: nobody is alone within a transaction')),
    inTurn: () => Promise.reject(new Error('bug: nobody waits for a turn within a transaction')),
    end: () => Promise.reject(new Error('bug: a transaction ends with its work')),
  }
}
