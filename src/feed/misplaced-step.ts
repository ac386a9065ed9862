import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'
import { pathOfKind } from './feed-folder.ts'
import { belongsTo } from './misplaced.ts'
import * as store from './misplaced-store.ts'
import type { FileRoom } from './port.ts'
import { originalNameOf } from './rest-name.ts'

const HEAD_BYTES_MAX = 64 * 1_024

/** Looks for the feed of each file that lay in another one's inbox. */
export async function lookForTheirFeed({
  db,
  clock,
  files,
  recognise,
}: {
  db: Db
  clock: Clock
  files: Pick<FileRoom, 'head'>
  recognise(head: Uint8Array): Promise<string[]>
}): Promise<StepReport> {
  const unread = await store.unreadFiles(db)
  if (unread.length === 0) return { read: 0, wrote: 0, more: false }
  const feeds = await store.homesOf(db)
  let found = 0
  for (const { fileId, feedId, name, home, folder, restName } of unread) {
    const head = await files.head({ home, path: `${pathOfKind(folder, 'failed')}/${restName}` }, HEAD_BYTES_MAX)
    const feed = belongsTo({ name: originalNameOf(name), layouts: await recognise(head), feedId }, feeds)
    await store.recordBelonging(db, { fileId, belongsTo: feed?.feedId ?? null, now: clock.now() })
    if (feed !== null) found++
  }
  return { read: unread.length, wrote: found, more: false }
}
