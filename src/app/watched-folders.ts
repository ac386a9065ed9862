import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { openLocalFolder } from '../adapters/files/local-folder.ts'
import type { Db } from '../db/connection.ts'
import { pathOfKind } from '../feed/feed-folder.ts'
import { type Looks, pollFolder } from '../feed/folder-step.ts'
import type { Reception } from '../feed/port.ts'
import { listFeeds } from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'

type Deps = { db: Db; clock: Clock; reception: Reception; homesDir: string; spoolDir: string }

/**
 * Looks at the inbox of every feed whose files a program on this machine writes by itself. Of several processes only one
 * looks at a time, so that no file is taken twice; what was seen is forgotten with the process, which costs a quiet time.
 */
export function watchFolders({ db, clock, reception, homesDir, spoolDir }: Deps): () => Promise<StepReport> {
  const looksOf = new Map<number, Looks>()
  return async () => {
    const total: StepReport = { read: 0, wrote: 0, more: false }
    for (const feed of await listFeeds(db)) {
      if (feed.door !== 'folder' || !feed.isEnabled) continue
      const directory = path.join(homesDir, feed.home, pathOfKind(feed.folder, 'inbox'))
      await mkdir(directory, { recursive: true })
      const looks: Looks = looksOf.get(feed.feedId) ?? new Map()
      looksOf.set(feed.feedId, looks)
      const folder = openLocalFolder({ directory, spoolDir })
      const looked = await db.alone(`feed ${feed.feedId}`, () =>
        pollFolder({ clock, reception, folder, looks }, { feedId: feed.feedId, arrival: feed.arrival }),
      )
      if (looked.ran) total.wrote += looked.result.wrote
      total.more ||= looked.ran && looked.result.more
    }
    return { ...total, read: total.wrote }
  }
}
