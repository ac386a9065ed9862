/** The folders that every feed has. People see them with their SFTP client. */
export const FEED_KINDS = ['inbox', 'archive', 'failed', 'error'] as const
export type FeedKind = (typeof FEED_KINDS)[number]

/** Where files lie that go out, below a folder that is no feed's: clients may take them away, and none of them is a stray. */
export const OUT_FOLDER = 'out'

const SEGMENT_CHARS_MAX = 100

/*
 * A feed's folder is written in one of two ways: `stock`, with inbox/, archive/, failed/ and error/ in it; or with the names that an ERP
 * uses already, in that order: `netsuite/inventoryitem/{csv,archive,failed,required_fields_missing}`. So an ERP moves over by changing
 * the host alone.
 */
const NAMED = /^(?:(.+)\/)?\{([^{}]*)\}$/

/** Where a folder of a feed lies, below the home of its user. */
export function pathOfKind(folder: string, kind: FeedKind): string {
  const [, above, names] = NAMED.exec(folder) ?? []
  if (names === undefined) return `${folder}/${kind}`
  const name = names.split(',')[FEED_KINDS.indexOf(kind)] ?? kind
  return above === undefined ? name : `${above}/${name}`
}

/** What is wrong with a folder that is to be a feed's; null when nothing is. */
export function feedFolderProblem(folder: string): string | null {
  const [, above, names] = NAMED.exec(folder) ?? []
  if (names === undefined) return folderProblem(folder) ?? ownKind(folder)
  const paths = names.split(',')
  if (paths.length !== FEED_KINDS.length)
    return `between the braces stand the names of ${FEED_KINDS.join(', ')}, in that order, with commas between`
  if (new Set(paths).size !== paths.length) return 'two of its folders have the same name'
  for (const path of above === undefined ? paths : [above, ...paths]) {
    const problem = folderProblem(path)
    if (problem !== null) return problem
  }
  return null
}

/** What is wrong with a path that is to be a user's home, or a part of a feed's; null when nothing is. */
export function folderProblem(folder: string): string | null {
  for (const segment of folder.split('/')) {
    if (segment === '') return 'it is empty, or begins, ends or doubles a slash'
    if (segment === '.' || segment === '..') return 'it leaves its place with . or ..'
    if (segment.length > SEGMENT_CHARS_MAX) return `a part of it is longer than ${SEGMENT_CHARS_MAX} characters`
    if (hasForbidden(segment)) return 'it holds a backslash, a brace, a comma or a control character'
    if (segment !== segment.trim()) return 'a part of it begins or ends with a space'
  }
  return null
}

function ownKind(folder: string): string | null {
  const taken = folder.split('/').find(segment => FEED_KINDS.some(kind => kind === segment.toLowerCase()))
  return taken === undefined ? null : `${taken} is the name of a folder inside a feed`
}

function hasForbidden(segment: string): boolean {
  return [...segment].some(character => '\\{},'.includes(character) || character < ' ' || character === '\u007f')
}
