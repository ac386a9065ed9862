import { isTemporaryName, matchesPattern } from './arrival.ts'
import { FEED_KINDS } from './feed-folder.ts'

/*
 * A file that lies where no feed looks is not simply not there: the whole tree that a client sees is looked at, and each file in it is
 * asked for which feed it was meant, by the folder it nearly lies in, by its name, and by its columns.
 */

/** Where a feed expects its files, as a path below the same root as the files that are looked at. */
export type FeedPlace = { name: string; folder: string; namePattern: string; layout: string }

/** A file below that root, and the layouts whose columns it shows. */
export type Candidate = { path: string; layouts: readonly string[] }

export type Stray = {
  /** The feed that it most likely was meant for; null: none. */
  feed: string | null
  /** The layout whose columns it shows, by which a feed can be proposed. */
  layout: string | null
  reason: string
}

const SCORE = { folder: 4, parent: 2, name: 2, columns: 3 } as const
/** A path alone, or columns alone, say enough; that a name fits `*.csv` does not. */
const SCORE_MIN = 3

/** Decides what a file is that lies in no feed's place. Null: it is none of our business. */
export function judgeStray(file: Candidate, feeds: readonly FeedPlace[]): Stray | null {
  const { folder, name } = split(file.path)
  if (isTemporaryName(name) || folder.split('/').some(part => part.startsWith('.'))) return null
  const judged = feeds.map(feed => ({ feed, ...likeness(file, feed) })).toSorted((a, b) => b.score - a.score)
  const [best] = judged
  const layout = file.layouts[0] ?? null
  if (best === undefined || best.score < SCORE_MIN) {
    const reason =
      layout === null
        ? `It lies in ${shown(folder)}, where no feed looks, and neither its name nor its columns are those of a feed.`
        : `It lies in ${shown(folder)}, where no feed looks. Its columns are those of ${layout}, and no feed takes them.`
    return { feed: null, layout, reason }
  }
  return {
    feed: best.feed.name,
    layout,
    reason: `It lies in ${shown(folder)}; ${best.feed.name} looks in ${shown(best.feed.folder)}. ${best.why.join(' ')}`,
  }
}

function likeness(file: Candidate, feed: FeedPlace): { score: number; why: string[] } {
  const { folder, name } = split(file.path)
  const why: string[] = []
  let score = 0
  if (key(folder) === key(feed.folder) && folder !== feed.folder) {
    score += SCORE.folder
    why.push(difference(folder, feed.folder))
  } else if (isAbove(folder, feed.folder)) {
    score += SCORE.parent
    const isSpeltSo = folder === '' || feed.folder.startsWith(`${folder}/`)
    why.push(isSpeltSo ? 'It was left in a folder above it.' : 'It was left in a folder above it, which is spelt a little differently.')
  }
  if (feed.namePattern !== '*' && matchesPattern(name, feed.namePattern)) {
    score += SCORE.name
    why.push(`Its name fits ${feed.namePattern}.`)
  }
  if (file.layouts.includes(feed.layout)) {
    score += SCORE.columns
    why.push(`Its columns are those of ${feed.layout}.`)
  }
  return { score, why }
}

/** What two paths have in common when case, blanks and the usual signs do not count. */
function key(path: string): string {
  return path
    .split('/')
    .map(part => part.toLowerCase().replace(/[\s_.-]+/g, ''))
    .filter(part => part !== '')
    .join('/')
}

function difference(is: string, wanted: string): string {
  if (is.toLowerCase() === wanted.toLowerCase()) return 'Only upper and lower case differ.'
  if (
    is
      .split('/')
      .map(part => part.trim())
      .join('/') === wanted
  )
    return 'There is a space at the end or the beginning of a folder’s name.'
  return 'The folder is spelt a little differently.'
}

/** In the feed's own folder, or in one above it, down to the root. */
function isAbove(folder: string, wanted: string): boolean {
  const kinds: readonly string[] = FEED_KINDS
  const [deeper, above] = [key(wanted), key(folder)]
  if (kinds.includes(folder.split('/').at(-1) ?? '') && folder !== '') return false
  return above === '' || deeper.startsWith(`${above}/`)
}

function shown(folder: string): string {
  return folder === '' ? 'the top folder' : `“${folder}”`
}

function split(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/')
  return at < 0 ? { folder: '', name: path } : { folder: path.slice(0, at), name: path.slice(at + 1) }
}
