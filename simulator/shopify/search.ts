/*
 * The search syntax of the shop's lists: `updated_at:>='2026-01-01' sku:ABC-1 OR -status:closed`.
 * Two of its habits matter to whoever relies on it: a filter that does not exist matches everything (with a warning in
 * `extensions.search`), and text is compared token by token without regard to case, so that `sku:ab-1` finds `AB 1 XL`.
 */

import { notSimulated } from './problem.ts'

export type Comparator = '' | '>' | '>=' | '<' | '<='
export type Filter<T> = (row: T, comparator: Comparator, value: string) => boolean
export type Filters<T> = Record<string, Filter<T>>

type Term = { field: string | null; comparator: Comparator; value: string; negated: boolean }

/** Rows that a query leaves, and the names in it that no filter answers to. */
export function search<T>(rows: readonly T[], query: unknown, filters: Filters<T>): { rows: readonly T[]; unknown: string[] } {
  if (typeof query !== 'string' || query.trim() === '') return { rows, unknown: [] }
  const choices = parse(query)
  const unknown = choices.flat().flatMap(term => (term.field !== null && filters[term.field] === undefined ? [term.field] : []))
  return { rows: rows.filter(row => choices.some(terms => terms.every(term => holds(row, term, filters)))), unknown }
}

export function byInstant<T>(of: (row: T) => number | null): Filter<T> {
  return (row, comparator, value) => {
    const wanted = Date.parse(value)
    const had = of(row)
    if (Number.isNaN(wanted)) return true
    // The shop shows and compares whole seconds.
    return had !== null && compare(Math.floor(had / 1_000) * 1_000, comparator, wanted)
  }
}

export function byNumber<T>(of: (row: T) => number): Filter<T> {
  return (row, comparator, value) => compare(of(row), comparator, Number(/\d+$/.exec(value)?.[0] ?? value))
}

export function byText<T>(of: (row: T) => string | null): Filter<T> {
  return (row, _comparator, value) => {
    const text = of(row)
    if (value === '*') return text !== null
    const had = tokens(text ?? '')
    const wanted = tokens(value)
    const loose = value.endsWith('*')
    return had.some((_, start) =>
      wanted.every((token, at) => {
        const seen = had[start + at] ?? ''
        return loose && at === wanted.length - 1 ? seen.startsWith(token) : seen === token
      }),
    )
  }
}

export function byWord<T>(of: (row: T) => readonly string[]): Filter<T> {
  return (row, _comparator, value) => value.split(',').some(word => of(row).includes(word.trim().toLowerCase()))
}

function holds<T>(row: T, term: Term, filters: Filters<T>): boolean {
  const filter = filters[term.field ?? TEXT]
  if (filter === undefined) return true
  return filter(row, term.comparator, term.value) !== term.negated
}

/** The filter that a word without a field name goes to. */
export const TEXT = 'text'

function parse(query: string): Term[][] {
  if (/[()]/.test(query.replace(/"[^"]*"|'[^']*'/g, ''))) throw notSimulated('A search query with parentheses')
  const choices: Term[][] = [[]]
  let negated = false
  for (const word of words(query)) {
    if (word === 'AND') continue
    else if (word === 'OR') choices.push([])
    else if (word === 'NOT') negated = true
    else {
      choices.at(-1)?.push(term(word, negated))
      negated = false
    }
  }
  return choices
}

function term(word: string, negatedBefore: boolean): Term {
  const minus = word.startsWith('-')
  const parts = /^([A-Za-z_]+):(>=|<=|>|<)?(.*)$/s.exec(minus ? word.slice(1) : word)
  const negated = minus || negatedBefore
  if (parts === null) return { field: null, comparator: '', value: bare(minus ? word.slice(1) : word), negated }
  return { field: parts[1] as string, comparator: (parts[2] ?? '') as Comparator, value: bare(parts[3] as string), negated }
}

/** Splits at white space outside quotes; a backslash takes the next character as it is. */
function words(query: string): string[] {
  return query.match(/(?:\\.|"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^\s])+/gs) ?? []
}

function bare(value: string): string {
  return value.replace(/^(["'])(.*)\1$/s, '$2').replace(/\\(.)/gs, '$1')
}

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

function compare(had: number, comparator: Comparator, wanted: number): boolean {
  switch (comparator) {
    case '>':
      return had > wanted
    case '>=':
      return had >= wanted
    case '<':
      return had < wanted
    case '<=':
      return had <= wanted
    case '':
      return had === wanted
  }
}
