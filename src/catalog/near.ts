/** A name that is in the catalogue, beside one that is not. */
export type Candidate = { type: string; value: string }

/** How far two names are from each other, and why; the smaller the nearer. */
export type Nearness = { distance: number; why: string }

/** A name without what people and spreadsheets do to it: case, blanks, dashes, leading zeroes. */
export function bare(value: string): string {
  return value
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '')
    .replace(/^0+/, '')
}

/** Names that are further apart than this share of their length are not taken for each other. */
const DISTANCE_SHARE_MAX = 0.34
const COMPARED_CHARS_MAX = 64

/** How near a known name is to one that nobody knows; null where nobody would mean the one by the other. */
export function nearness(unknown: Candidate, known: Candidate): Nearness | null {
  if (known.value === unknown.value)
    return { distance: 0, why: known.type === unknown.type ? 'it is known by now' : `it is a ${known.type}` }
  if (bare(known.value) === bare(unknown.value) && bare(unknown.value) !== '')
    return { distance: known.type === unknown.type ? 0.5 : 0.75, why: 'only case, blanks, dashes or leading zeroes differ' }
  if (known.type !== unknown.type) return null
  const [one, other] = [bare(unknown.value).slice(0, COMPARED_CHARS_MAX), bare(known.value).slice(0, COMPARED_CHARS_MAX)]
  const signs = edits(one, other)
  const longest = Math.max(one.length, other.length)
  if (longest === 0 || signs / longest > DISTANCE_SHARE_MAX) return null
  return { distance: signs, why: signs === 1 ? 'one sign differs' : `${signs} signs differ` }
}

/** Of what is known the nearest few, each once. */
export function nearest<Known extends Candidate>(unknown: Candidate, known: readonly Known[], most: number): (Known & Nearness)[] {
  const seen = new Set<string>()
  return known
    .flatMap(candidate => {
      const near = nearness(unknown, candidate)
      return near === null ? [] : [{ ...candidate, ...near }]
    })
    .sort((one, other) => one.distance - other.distance || (one.value < other.value ? -1 : 1))
    .filter(({ type, value }) => !seen.has(`${type} ${value}`) && seen.add(`${type} ${value}`))
    .slice(0, most)
}

/** Signs to insert, delete, replace or swap with their neighbour to make one text of another. */
function edits(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const now = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      let least = Math.min((last[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (isSame ? 0 : 1))
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      now.push(least)
    }
    before = last
    last = now
  }
  return last[other.length] ?? 0
}
