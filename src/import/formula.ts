import { columnPlace } from './column-place.ts'
import { parseDecimal } from './units.ts'

/**
 * A quantity computed from columns: `[On hand] - [Allocated]`, `Cases * 12 + [Loose pieces]?`. Names of one word need no
 * brackets. A `?` behind a column says that its blank counts as 0; without it a blank refuses the row, since a blank is not 0.
 */
export type Formula = (cells: readonly string[]) => number | FormulaFault

export type FormulaFault = { code: 'ROW_FIELD_MISSING' | 'ROW_UNITS_NOT_WHOLE'; reason: string }

type Token = { kind: 'number'; value: number } | { kind: 'column'; name: string; isBlankNothing: boolean } | { kind: 'sign'; sign: string }

/** A formula laid over a file; a sentence where it cannot be read or the file lacks a column. */
export function formulaOf(text: string, header: readonly string[] | null, decimalSign: '.' | ',' = '.'): Formula | string {
  const tokens = tokensOf(text)
  if (typeof tokens === 'string') return tokens
  const parser = new Parser(tokens, header, decimalSign)
  const formula = parser.whole()
  return parser.problem ?? formula ?? `“${text}” is no formula`
}

/** The names of the columns that a formula speaks of; none where it cannot be read. */
export function columnsOfFormula(text: string): string[] {
  const tokens = tokensOf(text)
  return typeof tokens === 'string' ? [] : tokens.flatMap(token => (token.kind === 'column' ? [token.name] : []))
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|\[([^\]]{1,200})\](\?)?|([\p{L}_#][\p{L}\p{N}_.#]*)(\?)?|([-+*×()−–]))/uy
const TOKENS_MAX = 200

function tokensOf(text: string): Token[] | string {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) return `“${text.slice(at).trim()}” cannot be read in a formula; columns stand in [brackets]`
    const [, number, bracketed, blank, word, wordBlank, sign] = match
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) })
    else if (sign !== undefined) tokens.push({ kind: 'sign', sign: sign === '×' ? '*' : sign === '−' || sign === '–' ? '-' : sign })
    else tokens.push({ kind: 'column', name: bracketed ?? word ?? '', isBlankNothing: (blank ?? wordBlank) !== undefined })
    if (tokens.length > TOKENS_MAX) return 'the formula is too long'
  }
  return tokens
}

/** A sum of products, with brackets. No division: what is left of it would be a fraction, and nothing here is rounded unseen. */
class Parser {
  problem: string | null = null
  #at = 0
  readonly #tokens: readonly Token[]
  readonly #header: readonly string[] | null
  readonly #decimalSign: '.' | ','

  constructor(tokens: readonly Token[], header: readonly string[] | null, decimalSign: '.' | ',') {
    this.#tokens = tokens
    this.#header = header
    this.#decimalSign = decimalSign
  }

  whole(): Formula | null {
    const formula = this.#sum()
    return this.#at === this.#tokens.length && this.#tokens.length > 0 ? formula : null
  }

  #sum(): Formula | null {
    let left = this.#product()
    for (;;) {
      const sign = this.#sign('+', '-')
      if (sign === null || left === null) return left
      const right = this.#product()
      left = right === null ? null : both(left, right, sign === '+' ? (a, b) => a + b : (a, b) => a - b)
    }
  }

  #product(): Formula | null {
    let left = this.#factor()
    for (;;) {
      if (this.#sign('*') === null || left === null) return left
      const right = this.#factor()
      left = right === null ? null : both(left, right, (a, b) => a * b)
    }
  }

  #factor(): Formula | null {
    if (this.#sign('-') !== null) {
      const factor = this.#factor()
      return factor === null
        ? null
        : both(
            () => 0,
            factor,
            (a, b) => a - b,
          )
    }
    if (this.#sign('(') !== null) {
      const inner = this.#sum()
      return this.#sign(')') === null ? null : inner
    }
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'sign') return null
    this.#at += 1
    if (token.kind === 'number') return () => token.value
    const place = columnPlace(token.name, this.#header)
    if (place === null) this.problem ??= `the file has no column ${token.name}, or two of that name`
    return place === null ? null : cellOf(token.name, place, token.isBlankNothing, this.#decimalSign)
  }

  #sign(...signs: string[]): string | null {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'sign' || !signs.includes(token.sign)) return null
    this.#at += 1
    return token.sign
  }
}

function cellOf(name: string, place: number, isBlankNothing: boolean, decimalSign: '.' | ','): Formula {
  return cells => {
    const cell = (cells[place] ?? '').trim()
    if (cell === '')
      return isBlankNothing
        ? 0
        : { code: 'ROW_FIELD_MISSING', reason: `${name} is blank, and the quantity is computed from it; a blank is never taken for 0.` }
    const value = parseDecimal(cell, decimalSign)
    return typeof value === 'number' ? value : { code: 'ROW_UNITS_NOT_WHOLE', reason: `${name}: ${value.reason}` }
  }
}

function both(left: Formula, right: Formula, join: (a: number, b: number) => number): Formula {
  return cells => {
    const a = left(cells)
    if (typeof a !== 'number') return a
    const b = right(cells)
    return typeof b === 'number' ? join(a, b) : b
  }
}

const DECIMALS_MAX = 6

/** The result as a cell: 0.1 + 0.2 is 0.3 again. */
export function computedCell(value: number): string {
  return String(Number(value.toFixed(DECIMALS_MAX)))
}
