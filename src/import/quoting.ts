import { type LineState, splitQuoted, walkLine } from './quoted.ts'
import type { Escape } from './reading-settings.ts'

/** How the cells of a file are quoted, as a pair of functions over lines without their line ends. */
export type Quoting = {
  sign: string
  /** How a line leaves its record; `isOpen` says that the line before ended inside a quoted cell. */
  walk(text: string, delimiter: string, isOpen: boolean): LineState
  /** The cells of a whole record. Only for text of which every line was walked and the last one was `closed`. */
  split(text: string, delimiter: string): string[]
}

/** Nearly every file: a quote inside quotes is written twice. */
export const DOUBLED: Quoting = { sign: '"', walk: walkLine, split: splitQuoted }

/** Other ways, as MySQL and some ERPs write them. */
export function quotingOf(quote: string | null, escaping: Escape): Quoting | null {
  if (quote === null) return null
  if (quote === '"' && escaping === 'doubled') return DOUBLED
  const closing = escaping === 'backslash' ? closingUnlessEscaped(quote) : closingUnlessDoubled(quote)
  return { sign: quote, walk: walkerOf(quote, closing), split: splitterOf(quote, escaping, closing) }
}

/** Finds the closing quote from `at` on; -1 if the text ends inside the quotes. */
type Closing = (text: string, at: number) => number

function closingUnlessDoubled(quote: string): Closing {
  return (text, from) => {
    let at = text.indexOf(quote, from)
    while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
    return at
  }
}

function closingUnlessEscaped(quote: string): Closing {
  return (text, from) => {
    for (let at = from; at < text.length; at++) {
      if (text[at] === '\\') at += 1
      else if (text[at] === quote) return at
    }
    return -1
  }
}

function walkerOf(quote: string, closing: Closing): Quoting['walk'] {
  return (text, delimiter, isOpen) => {
    let at = 0
    let inside = isOpen
    for (;;) {
      if (inside) {
        const end = closing(text, at)
        if (end < 0) return 'open'
        at = end + 1
        if (at === text.length) return 'closed'
        if (text[at] !== delimiter) return 'misplaced'
        inside = false
        at += 1
      }
      if (text[at] === quote) {
        inside = true
        at += 1
        continue
      }
      const next = text.indexOf(delimiter, at)
      if (next < 0) return 'closed'
      at = next + 1
    }
  }
}

function splitterOf(quote: string, escaping: Escape, closing: Closing): Quoting['split'] {
  const unescaped =
    escaping === 'doubled'
      ? (cell: string) => cell.replaceAll(quote + quote, quote)
      : // Only the two that have to be escaped: another backslash stands for itself, as it does in a path.
        (cell: string) => cell.replace(/\\([\s\S])/g, (both, sign) => (sign === quote || sign === '\\' ? sign : both))
  return (text, delimiter) => {
    const cells: string[] = []
    let at = 0
    for (;;) {
      let end: number
      if (text[at] === quote) {
        const closed = closing(text, at + 1)
        end = closed < 0 ? text.length : closed
        cells.push(unescaped(text.slice(at + 1, end)))
        end += 1
      } else {
        const next = text.indexOf(delimiter, at)
        end = next < 0 ? text.length : next
        cells.push(text.slice(at, end))
      }
      if (end >= text.length) return cells
      at = end + 1
    }
  }
}
