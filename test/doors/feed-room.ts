import { createHash } from 'node:crypto'
import { createReception, type FeedDeps, type Receiver, step } from '../../src/feed/step.ts'
import * as store from '../../src/feed/store.ts'
import type { Ids } from '../../src/kernel/ids.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { type MemoryDisk, memoryDisk } from './memory-disk.ts'

/** The feed room on a database of its own, with one feed, a disk in memory and a clock that a test sets. */
export type FeedRoom = {
  database: TestDatabase
  clock: { ms: number; now(): number }
  ids: Ids
  disk: MemoryDisk
  reception: Receiver
  feedId: number
  deps: FeedDeps
  /** A file comes in whole; gives its id. */
  receive(text: string, options?: { name?: string; feed?: number }): Promise<number>
  /** A file begins to come in. */
  open(): ReturnType<Receiver['opened']>
  untilIdle(): Promise<void>
  /** What import and inventory do with the next file, as far as this room sees it. */
  importNext(): Promise<number | null>
  states(): Promise<string[]>
  restNames(): Promise<(string | null)[]>
}

const ROUNDS_MAX = 50

export async function openFeedRoom(): Promise<FeedRoom> {
  const database = await openTestDatabase()
  const { db } = database
  const clock = { ms: Date.UTC(2026, 10, 23, 23, 50, 35), now: () => clock.ms }
  let uuids = 0
  const ids = { uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`, secret: () => 'secret' }
  const disk = memoryDisk()
  const reception = createReception({ db, clock, ids })
  const feedId = await store.addFeed(db, { name: 'stock', home: 'erp', folder: 'stock', layout: 'RESET_INVENTORY', now: clock.now() })
  const deps = { db, clock, files: disk.room, hash: (algorithm: 'sha256' | 'md5') => createHash(algorithm) }

  return {
    ...{ database, clock, ids, disk, reception, feedId, deps },
    open: () => reception.opened({ feedId, door: 'sftp', name: 'stock.csv' }),
    async receive(text, { name = 'stock.csv', feed = feedId } = {}) {
      const receipt = await reception.opened({ feedId: feed, door: 'sftp', name })
      disk.spool.set(receipt.spoolName, text)
      await reception.received(receipt, { bytes: text.length, modifiedAt: null, by: 'close' })
      return receipt.fileId
    },
    async untilIdle() {
      for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) if (!(await step(deps)).more) return
      throw new Error('the feed room does not come to rest')
    },
    importNext: () =>
      db.transaction(async tx => {
        const file = await store.nextToImport(tx, { isLarge: false })
        if (!file) return null
        await store.markStaged(tx, file.fileId, clock.now())
        await store.markApplied(tx, file.fileId, clock.now())
        return file.fileId
      }),
    async states() {
      const rows = await db.query<{ state: string; code: string | null }>('select state, code from feed.file order by file_id')
      return rows.map(({ state, code }) => (code === null ? state : `${state} ${code}`))
    },
    async restNames() {
      const rows = await db.query<{ restName: string | null }>('select rest_name as "restName" from feed.file order by file_id')
      return rows.map(row => row.restName)
    },
  }
}
