import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { FileEntry } from 'ssh2'
import type { Clock } from '../../../kernel/clock.ts'
import { nullIfMissing } from '../errno.ts'
import { attributesOf, longNameOf } from './attributes.ts'
import { shownOf, type Writers } from './open-file.ts'

type Deps = { clock: Clock; writers: Writers }

const ENTRIES_PER_ANSWER_MAX = 100

/** A directory that is being listed. */
export type OpenDirectory = {
  /** The next entries; empty at the end. */
  next(): Promise<FileEntry[]>
}

export async function openDirectory(real: string, deps: Deps): Promise<OpenDirectory> {
  const names = (await readdir(real)).sort()
  let at = 0
  return {
    async next() {
      while (at < names.length) {
        const page = names.slice(at, at + ENTRIES_PER_ANSWER_MAX)
        at += page.length
        const entries = await Promise.all(page.map(name => entryOf(real, name, deps)))
        const there = entries.filter(entry => entry !== null)
        // All of a page can be gone by now; an empty answer would say that the list ends here.
        if (there.length > 0) return there
      }
      return []
    },
  }
}

async function entryOf(directory: string, name: string, { clock, writers }: Deps): Promise<FileEntry | null> {
  const stats = await lstat(path.join(directory, name)).catch(nullIfMissing)
  if (stats !== null) shownOf(writers, stats)
  return stats === null ? null : { filename: name, longname: longNameOf(name, stats, clock.now()), attrs: attributesOf(stats) }
}
