import { AsyncLocalStorage } from 'node:async_hooks'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { type KeyedRequest, noteCommitted } from './request-key-store.ts'

/** The keyed request that is being done, for whatever of the program does it. */
const beingDone = new AsyncLocalStorage<{ request: KeyedRequest; isNoted: boolean }>()

/** Does the work of a keyed request: the first change that it commits says so in the same transaction. */
export function underKey<T>(request: KeyedRequest, work: () => Promise<T>): Promise<T> {
  return beingDone.run({ request, isNoted: false }, work)
}

/** A database on which what a keyed request changes is committed together with the word that it was. */
export function withKeys(db: Db, clock: Clock): Db {
  return {
    ...db,
    query: (text, values, options) => db.query(text, values, options),
    transaction(work) {
      const mine = beingDone.getStore()
      if (mine === undefined || mine.isNoted) return db.transaction(work)
      return db.transaction(async tx => {
        const result = await work(tx)
        await noteCommitted(tx, mine.request, clock.now())
        mine.isNoted = true
        return result
      })
    },
  }
}
