import type { Stats } from 'node:fs'
import type { Clock, InstantMs } from '../../../kernel/clock.ts'

/** How long a file that was put away still answers under the name it was uploaded under. */
export const RECENT_MS = 60_000
const RECENT_MAX = 1_000

/**
 * Uploads of the last minute, in memory only. rclone and lftp look at a file after they have uploaded it, and would call the
 * upload failed if the import was quicker. Known by home, so that no user sees another's.
 */
export type Recent = {
  remember(home: string, path: string, stats: Stats): void
  find(home: string, path: string): Stats | null
  /** The client gave it a modification time after all. */
  touch(home: string, path: string, mtimeMs: InstantMs): void
  forget(home: string, path: string): void
}

export function createRecent(clock: Clock): Recent {
  // A map keeps the order in which entries were made: the first one is the oldest.
  const entries = new Map<string, { stats: Stats; until: InstantMs }>()
  const key = (home: string, path: string) => `${home}\0${path}`

  return {
    remember(home, path, stats) {
      entries.delete(key(home, path))
      entries.set(key(home, path), { stats, until: clock.now() + RECENT_MS })
      for (const [oldest, entry] of entries) {
        if (entries.size <= RECENT_MAX && entry.until > clock.now()) break
        entries.delete(oldest)
      }
    },
    find(home, path) {
      const entry = entries.get(key(home, path))
      return entry && entry.until > clock.now() ? entry.stats : null
    },
    touch(home, path, mtimeMs) {
      const entry = entries.get(key(home, path))
      if (entry) entry.stats.mtimeMs = mtimeMs
    },
    forget(home, path) {
      entries.delete(key(home, path))
    },
  }
}
