/** Which bytes of a file have been written. Clients write in pieces, several at a time and not always in order. */
export type Coverage = {
  /** False when the pieces lie so far apart that keeping count of them is refused. */
  add(from: number, to: number): boolean
  /** Cuts off what lies at or after `bytes`. */
  truncate(bytes: number): void
  /** How many bytes have been written at least once. */
  total(): number
  /** Where the first byte is that has not been written. */
  firstGap(): number
}

/** Clients keep some dozens of pieces under way; who leaves a thousand gaps is not uploading a file. */
const RANGES_MAX = 1_000

type Range = { from: number; to: number }

/** Starts with the bytes that are there already. */
export function startCoverage(bytes: number): Coverage {
  // Sorted, apart from each other. A client that writes in order keeps this at one range.
  let ranges: Range[] = bytes > 0 ? [{ from: 0, to: bytes }] : []
  return {
    add(from, to) {
      if (to <= from) return true
      const last = ranges.at(-1)
      if (last && from === last.to) {
        last.to = to
        return true
      }
      ranges = withRange(ranges, { from, to })
      return ranges.length <= RANGES_MAX
    },
    truncate(end) {
      ranges = ranges.filter(range => range.from < end).map(range => ({ from: range.from, to: Math.min(range.to, end) }))
    },
    total: () => ranges.reduce((sum, range) => sum + range.to - range.from, 0),
    firstGap: () => (ranges[0]?.from === 0 ? ranges[0].to : 0),
  }
}

function withRange(ranges: readonly Range[], added: Range): Range[] {
  const apart = (range: Range) => range.to < added.from || range.from > added.to
  const touching = ranges.filter(range => !apart(range))
  const merged = {
    from: Math.min(added.from, ...touching.map(range => range.from)),
    to: Math.max(added.to, ...touching.map(range => range.to)),
  }
  return [...ranges.filter(apart), merged].sort((a, b) => a.from - b.from)
}
