import { expect, test } from 'vitest'
import { csvLine, erpCsvLine } from './csv.ts'

const table: [string, (string | number | null)[], string][] = [
  ['a number keeps its sign', [-5, 0, null], '-5,0,\n'],
  ['a comment that a spreadsheet would calculate', ['=HYPERLINK("http://x")'], '"\'=HYPERLINK(""http://x"")"\n'],
  ['a name with a plus, a minus or an at in front', ['+1', '-ABC', '@sum'], "'+1,'-ABC,'@sum\n"],
  ['a tab in front', ['\t=1'], "'\t=1\n"],
  ['an apostrophe that was there', ["'=1"], "''=1\n"],
  ['anything else stays', ['A-1', "d'Or", 'a,b'], 'A-1,d\'Or,"a,b"\n'],
]
test.each(table)('an export: %s', (_, cells, wanted) => expect(csvLine(cells)).toBe(wanted))

test('what an ERP called by a strange name goes back to it to the letter', () => {
  expect(erpCsvLine(['-ABC', -5, 'a"b'])).toBe('-ABC,-5,"a""b"\n')
})
