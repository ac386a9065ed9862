import { SaxesParser } from 'saxes'

/**
 * The path of the element that is a record, by the beginning of a document: of the elements that come again below one parent,
 * the outermost that holds something of its own. Null where none comes twice.
 */
export function recordPathOf(head: string): string | null {
  const counts = new Map<string, number>()
  const holds = new Set<string>()
  const open: string[] = []
  const parser = new SaxesParser()
  // Broken or cut: what was seen up to there has to do.
  parser.on('error', () => {
    throw new StopLooking()
  })
  parser.on('opentag', tag => {
    const parent = open.join('/')
    open.push(tag.name.slice(tag.name.indexOf(':') + 1))
    const path = open.join('/')
    counts.set(path, (counts.get(path) ?? 0) + 1)
    if (parent !== '') holds.add(parent)
    if (Object.keys(tag.attributes).length > 0) holds.add(path)
  })
  parser.on('closetag', () => void open.pop())
  try {
    parser.write(head)
  } catch (error) {
    if (!(error instanceof StopLooking)) throw error
  }
  const repeated = [...counts].filter(([path, count]) => count > 1 && holds.has(path)).map(([path]) => path)
  if (repeated.length > 0) return outermost(repeated)
  // A document with one record: the only child of the root that holds something.
  return outermost([...counts.keys()].filter(path => path.split('/').length === 2 && holds.has(path)))
}

class StopLooking extends Error {}

function outermost(paths: readonly string[]): string | null {
  return [...paths].sort((one, other) => one.split('/').length - other.split('/').length)[0] ?? null
}
