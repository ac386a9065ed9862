/** The folders that every feed has. People see them with their SFTP client. */
export const FEED_KINDS = ['inbox', 'archive', 'failed', 'error'] as const
export type FeedKind = (typeof FEED_KINDS)[number]

const SEGMENT_CHARS_MAX = 100

/** What is wrong with a folder that is to be a feed's, or a user's home; null when nothing is. */
export function folderProblem(folder: string): string | null {
  for (const segment of folder.split('/')) {
    if (segment === '') return 'it is empty, or begins, ends or doubles a slash'
    if (segment === '.' || segment === '..') return 'it leaves its place with . or ..'
    if (segment.length > SEGMENT_CHARS_MAX) return `a part of it is longer than ${SEGMENT_CHARS_MAX} characters`
    if (hasForbidden(segment)) return 'it holds a backslash or a control character'
    if (segment !== segment.trim()) return 'a part of it begins or ends with a space'
    if (FEED_KINDS.some(kind => kind === segment.toLowerCase())) return `${segment} is the name of a folder inside a feed`
  }
  return null
}

function hasForbidden(segment: string): boolean {
  return [...segment].some(character => character === '\\' || character < ' ' || character === '\u007f')
}
