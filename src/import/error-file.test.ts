import { expect, test } from 'vitest'
import { errorFileLine } from './error-file.ts'

const row = (raw: string) => ({ line: 7, byteOffset: 212, code: 'ROW_PRODUCT_UNKNOWN', reason: 'No product: X', raw })

test.each([
  ['a plain row', 'X;5', '7,212,ROW_PRODUCT_UNKNOWN,"No product: X","X;5"\r\n'],
  ['quotes are doubled', 'X,"5"', '7,212,ROW_PRODUCT_UNKNOWN,"No product: X","X,""5"""\r\n'],
  ['what a spreadsheet would run is defused', '=HYPERLINK("x")', '7,212,ROW_PRODUCT_UNKNOWN,"No product: X","\'=HYPERLINK(""x"")"\r\n'],
])('%s', (_title, raw, line) => {
  expect(errorFileLine(row(raw))).toBe(line)
})
