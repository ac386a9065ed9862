import { columnPlace } from './column-place.ts'

/** What a cell has to be for a row to be left out. */
export const OPERATORS = ['is', 'is_not', 'begins', 'ends', 'contains', 'blank', 'filled', 'below', 'above'] as const
export type Operator = (typeof OPERATORS)[number]

/** `values`: one of them is enough; for `is_not` none of them may be it. Letters are compared without regard to case. */
export type Condition = { column: string; operator: Operator; values?: readonly string[] }

/** Asks one condition of a row. */
export type Ask = (cells: readonly string[]) => boolean

/** A condition laid over a file; a sentence where the file has no such column. */
export function askOf(condition: Condition, header: readonly string[] | null): Ask | string {
  const place = columnPlace(condition.column, header)
  if (place === null) return `the file has no column ${condition.column}, or two of that name`
  const holds = holdsOf(condition)
  return typeof holds === 'string' ? holds : cells => holds((cells[place] ?? '').trim())
}

/** The same for a layout's own conditions, which ask of columns that a file may do without. */
export function asksOf(conditions: readonly Condition[], header: readonly string[] | null): Ask[] {
  return conditions.map(condition => askOf(condition, header)).filter(ask => typeof ask !== 'string')
}

function holdsOf({ operator, values = [] }: Condition): ((cell: string) => boolean) | string {
  const words = values.map(value => value.trim().toLowerCase())
  if (operator === 'blank') return cell => cell === ''
  if (operator === 'filled') return cell => cell !== ''
  if (words.length === 0) return `a condition with ${operator} needs a value`
  if (operator === 'below' || operator === 'above') {
    const limit = Number(words[0])
    if (!Number.isFinite(limit)) return `${values[0]} is no number to compare with`
    // What is no number is neither below nor above: the row stays, and is refused for what it is.
    return cell => cell !== '' && (operator === 'below' ? Number(cell) < limit : Number(cell) > limit)
  }
  const isSo = { is: equals, is_not: equals, begins: begins, ends: ends, contains: contains }[operator]
  const any = (cell: string) => words.some(word => isSo(cell.toLowerCase(), word))
  return operator === 'is_not' ? cell => !any(cell) : any
}

const equals = (cell: string, word: string) => cell === word
const begins = (cell: string, word: string) => cell.startsWith(word)
const ends = (cell: string, word: string) => cell.endsWith(word)
const contains = (cell: string, word: string) => cell.includes(word)
