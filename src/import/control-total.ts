import { matchesPattern } from '../feed/arrival.ts'

/*
 * What a sender writes below its table to say that the file is whole: how many rows there are, or how many units. A file that was cut lacks
 * the line; one that was changed on its way does not agree with it.
 */
export type TrailerSettings = {
  counts: 'rows' | 'units'
  /** The last line, with `{n}` where the number stands: `TRAILER|{n}`. `*` stands for anything. */
  pattern: string
}

export type TotalFacts = { rowsRead: number; unitsRead: number; rowsRejected: number }

/** Why a file is not what its last line says; null when it is. */
export function judgeTotal(
  settings: TrailerSettings,
  lastLine: string | null,
  facts: TotalFacts,
): { code: 'FILE_TRAILER_MISSING' | 'FILE_TRAILER_MISMATCH'; reason: string } | null {
  const said = lastLine === null ? null : numberIn(lastLine, settings.pattern)
  if (said === null) {
    const reason = `The last line should be ${settings.pattern} and is ${shown(lastLine)}: the file was cut, or its sender ends it otherwise.`
    return { code: 'FILE_TRAILER_MISSING', reason }
  }
  const [is, what] = settings.counts === 'rows' ? [facts.rowsRead, 'rows'] : [facts.unitsRead, 'units']
  if (said === is) return null
  const rejected = facts.rowsRejected > 0 ? `; ${facts.rowsRejected} rows could not be read` : ''
  return { code: 'FILE_TRAILER_MISMATCH', reason: `The last line says ${said} ${what}, and ${is} were read${rejected}.` }
}

const NUMBER = /^[-+]?\d[\d.,' ]*$/
const NUMBER_AT_END = /[-+]?\d[\d.,' ]*$/

/** The number that stands in a line where the pattern has `{n}`; null when the line is not like the pattern. Case does not matter. */
export function numberIn(line: string, pattern: string): number | null {
  const [before = '', after] = pattern.split('{n}')
  if (after === undefined) return null
  const text = line.trim()
  const tail = after.trim()
  if (!text.toLowerCase().endsWith(tail.toLowerCase())) return null
  const body = text.slice(0, text.length - tail.length).trimEnd()
  // Without a star the text before the number is known to the letter; with one the number is what the line ends with.
  const digits = before.includes('*') ? (NUMBER_AT_END.exec(body)?.[0] ?? '') : body.slice(before.length)
  if (!NUMBER.test(digits.trim()) || !matchesPattern(body.slice(0, body.length - digits.length), before)) return null
  const value = Number(
    digits
      .trim()
      .replace(/[,.' ](?=\d{3}(\D|$))/g, '')
      .replace(',', '.'),
  )
  return Number.isFinite(value) ? value : null
}

const SHOWN_CHARS_MAX = 80

function shown(line: string | null): string {
  return line === null ? 'not there' : `“${line.slice(0, SHOWN_CHARS_MAX)}”`
}
