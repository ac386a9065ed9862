import { lstat, mkdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { FEED_KINDS, pathOfKind } from '../../../feed/feed-folder.ts'
import { nullIfMissing } from '../errno.ts'
import { denied, noSuchFile } from './status.ts'
import { nameOf, normalise, parentOf } from './virtual-path.ts'

const DIRECTORY_MODE = 0o750

/** One user's home on disk. What lies outside of it has no path in here. */
export type Home = {
  /** Where a normalised path lies. The last part is not followed if it is a link; links before it must stay in the home. */
  place(virtual: string): Promise<string>
  /** The same, and a link at the end is followed as long as it stays in the home. */
  follow(virtual: string): Promise<string>
  /** Makes the four folders of each feed. */
  makeFeedFolders(folders: readonly string[]): Promise<void>
}

export async function openHome(homesDir: string, name: string): Promise<Home> {
  const relative = normalise(name)
  if (relative === null || relative === '/') throw new Error(`bug: not the name of a home: ${name}`)
  const directory = path.join(homesDir, relative)
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
  const root = await realpath(directory)

  const inside = (real: string): string => {
    if (real !== root && !real.startsWith(root + path.sep)) throw denied('That path leads out of your home')
    return real
  }
  const place = async (virtual: string): Promise<string> => {
    if (virtual === '/') return root
    return path.join(inside(await realpath(root + parentOf(virtual))), nameOf(virtual))
  }

  return {
    place,
    async follow(virtual) {
      const real = await place(virtual)
      const stats = await lstat(real).catch(nullIfMissing)
      if (stats === null) throw noSuchFile()
      return stats.isSymbolicLink() ? inside(await realpath(real)) : real
    },
    async makeFeedFolders(folders) {
      for (const folder of folders) {
        for (const kind of FEED_KINDS) await mkdir(path.join(root, pathOfKind(folder, kind)), { recursive: true, mode: DIRECTORY_MODE })
      }
    },
  }
}
