import { FEED_KINDS, type FeedKind, pathOfKind } from '../../../feed/feed-folder.ts'

/*
 * Paths as a client sees them: absolute, with `/`, below the user's home. Pure: nothing here looks at the disk.
 */

/** Where a path lies, seen from the feeds of its home. */
export type Place =
  /** Directly in one of a feed's four folders. */
  | { kind: FeedKind; folder: string; name: string }
  /** A feed's folder itself, or one above it: it cannot be removed or renamed. */
  | { kind: 'foundation' }
  /** Deeper inside a folder that clients may only read. */
  | { kind: 'kept' }
  | { kind: 'elsewhere' }

const PATH_CHARS_MAX = 4_096

/** The path without detours; null for one that no file can have. `..` at the top stays at the top. */
export function normalise(path: string): string | null {
  if (path.includes('\0') || path.length > PATH_CHARS_MAX) return null
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  return `/${kept.join('/')}`
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Says where a normalised path lies, given the folders of the home's feeds. */
export function placeOf(path: string, folders: readonly string[]): Place {
  if (path === '/') return { kind: 'foundation' }
  const directories = folders.flatMap(folder => FEED_KINDS.map(kind => ({ kind, folder, path: `/${pathOfKind(folder, kind)}` })))
  if (directories.some(directory => directory.path === path || directory.path.startsWith(`${path}/`))) return { kind: 'foundation' }
  // The deepest folder counts: an archive may lie in the folder that files are dropped in.
  const [around] = directories.filter(directory => path.startsWith(`${directory.path}/`)).toSorted((a, b) => b.path.length - a.path.length)
  if (around === undefined) return { kind: 'elsewhere' }
  const name = path.slice(around.path.length + 1)
  if (!name.includes('/')) return { kind: around.kind, folder: around.folder, name }
  return around.kind === 'inbox' ? { kind: 'elsewhere' } : { kind: 'kept' }
}
