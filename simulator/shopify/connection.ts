/*
 * Lists by the page. A cursor names the sort value and the id of the row it stands on, not a position: rows that come or
 * change between two pages shift nothing, but a row whose sort value grows meanwhile is met again, as in the real shop.
 */

import { problem } from './problem.ts'

export const PAGE_ROWS_MAX = 250

export type PageArgs = {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
  reverse?: boolean | null
}
export type SortValue = string | number
export type Connection<T> = {
  nodes: readonly T[]
  edges: readonly { cursor: string; node: T }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
}

/** Lists come whole inside a bulk query; its outermost one may come in slices. */
export type Everything = boolean | RootSlice

/**
 * Slices of the outermost list of a bulk query, one an execution: a million rows with everything in them are more than one
 * answer can hold. Which rows there are is looked at once; what stands in them, when their slice comes.
 */
export class RootSlice {
  readonly #size: number
  #rows: readonly unknown[] | null = null
  #from = 0
  #isTaken = false

  constructor(size: number) {
    this.#size = size
  }

  /** Before each execution. */
  begin(): this {
    this.#isTaken = false
    return this
  }

  /** The outermost list is the first that an execution comes to. */
  take<T>(sorted: () => readonly T[]): readonly T[] {
    if (this.#isTaken) return sorted()
    this.#isTaken = true
    this.#rows ??= sorted()
    this.#from += this.#size
    return this.#rows.slice(this.#from - this.#size, this.#from) as T[]
  }

  get isOver(): boolean {
    return this.#from >= (this.#rows?.length ?? 0)
  }
}

/** One page of the rows, or all of them inside a bulk query, where `first` is ignored. */
export function page<T extends { id: number }>(
  rows: readonly T[],
  args: PageArgs,
  options: { everything: Everything; sortBy?: (row: T) => SortValue },
): Connection<T> {
  const sortBy = options.sortBy ?? (row => row.id)
  const direction = args.reverse === true ? -1 : 1
  const order = (a: Place, b: Place): number => direction * (compare(a[0], b[0]) || a[1] - b[1])
  const place = (row: T): Place => [sortBy(row), row.id]
  const sort = (): readonly T[] => [...rows].sort((a, b) => order(place(a), place(b)))
  const { everything } = options
  if (everything !== false) {
    const whole = everything === true ? sort() : everything.take(sort)
    return connection(whole, place, { hasNextPage: false, hasPreviousPage: false })
  }
  const sorted = sort()

  const size = checkedSize(args)
  const after = args.after == null ? null : readCursor(args.after)
  const before = args.before == null ? null : readCursor(args.before)
  const between = sorted.filter(
    row => (after === null || order(place(row), after) > 0) && (before === null || order(place(row), before) < 0),
  )
  const taken = args.first == null ? between.slice(-size) : between.slice(0, size)
  const cut = taken.length < between.length
  return connection(taken, place, {
    hasNextPage: args.first == null ? before !== null : cut,
    hasPreviousPage: args.first == null ? cut : after !== null,
  })
}

type Place = [SortValue, number]

function connection<T>(
  rows: readonly T[],
  place: (row: T) => Place,
  more: { hasNextPage: boolean; hasPreviousPage: boolean },
): Connection<T> {
  const cursor = (row: T | undefined): string | null => (row === undefined ? null : writeCursor(place(row)))
  return {
    nodes: rows,
    get edges() {
      return rows.map(node => ({ cursor: writeCursor(place(node)), node }))
    },
    pageInfo: { ...more, startCursor: cursor(rows[0]), endCursor: cursor(rows.at(-1)) },
  }
}

function checkedSize(args: PageArgs): number {
  if (args.first == null && args.last == null) throw problem('BAD_REQUEST', 'you must provide one of first or last')
  if (args.first != null && args.last != null) throw problem('BAD_REQUEST', 'providing both first and last is not supported')
  const size = (args.first ?? args.last) as number
  if (size < 0) throw problem('BAD_REQUEST', 'first and last cannot be negative')
  if (size > PAGE_ROWS_MAX) throw problem('BAD_REQUEST', `first and last cannot exceed ${PAGE_ROWS_MAX}`)
  return size
}

function writeCursor([value, id]: Place): string {
  return Buffer.from(JSON.stringify({ last_id: id, last_value: value })).toString('base64')
}

function readCursor(cursor: string): Place {
  try {
    const read = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as { last_id: number; last_value: SortValue }
    if (typeof read.last_id === 'number') return [read.last_value, read.last_id]
  } catch {
    // Falls through: whatever is not one of our cursors gets the same answer.
  }
  throw problem('BAD_REQUEST', 'Invalid cursor for current pagination sort.')
}

function compare(a: SortValue, b: SortValue): number {
  return a < b ? -1 : a > b ? 1 : 0
}
