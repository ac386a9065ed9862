import fc from 'fast-check'
import { expect, test } from 'vitest'
import { detectDialect } from './dialect.ts'
import type { Encoding } from './encoding.ts'
import { splitQuoted } from './quoted.ts'
import type { LineEnd } from './reading-settings.ts'

const HEADER = 'facilityId,idType,idValue,availableQty'

const table: [title: string, file: string, is: ReturnType<typeof shown>][] = [
  ['commas, LF, a header', `${HEADER}\nF1,SKU,A,1\n`, ', LF header'],
  ['CR LF', `${HEADER}\r\nF1,SKU,A,1\r\n`, ', CRLF header'],
  ['an old Mac', `${HEADER}\rF1,SKU,A,1\r`, ', CR header'],
  ['CR LF with LF inside the cells, as Excel writes it', 'a,b\r\n"x\ny\nz\nw",2\r\n', ', CRLF header'],
  ['semicolons with decimal commas', 'sku;qty;price\nA;1;2,50\nB;2;3,75\n', '; LF header'],
  ['semicolons with thousands', 'sku;qty\nA;1,234,567\nB;7,654,321\nC;1,000,000\n', '; LF header'],
  ['tabs with commas in the text', 'sku\tname\nA\tred, big, new\nB\tblue, small, old\n', 'TAB LF header'],
  ['bars', 'sku|qty\nA|1\nB|2\n', '| LF header'],
  ['no header: numbers in the first row', 'A-1,5\nB-2,6\n', ', LF no header'],
  ['no header: a date and a GUID', '1\tA\t47A24246-6C43-48EB-968F-025738A8A410\t2025-08-07 00:00:00.000\n', 'TAB LF no header'],
  ['no header: all text, and every row alike', 'red,big\nblue,small\n', ', LF no header'],
  ['a header of unknown words over SKUs', 'item,place\nA-1,W-2\nB-1,W-3\n', ', LF header'],
  ['a header alone', `${HEADER}\n`, ', LF header'],
  ['a single column', 'sku\nA-1\nA-2\n', ', LF header'],
  ['nothing', '', ', LF no header'],
  ['a title and a blank line above the header', `Stock of all shops\n\n${HEADER}\nF1,SKU,A,1\n`, ', LF header after 2'],
  ['settings above the header', `Report,Stock\nPrinted,2026-11-23\n${HEADER}\nF1,SKU,A,1\n`, ', LF header after 2'],
  ['a title above an unknown header', 'All shops\nitem;place;pieces\nA-1;W-2;5\nB-1;W-3;6\n', '; LF header after 1'],
  ['a ragged row is no preamble', `${HEADER}\nF1,SKU,A\nF1,SKU,A,1\nF1,SKU,B,1\n`, ', LF header'],
  ['rows with one delimiter too many', `${HEADER}\nF1,SKU,A,1,\nF1,SKU,B,1,\n`, ', LF header'],
  ['inches are no quotes', 'sku\tname\tqty\n1\t"3 pipe\t4\n2\t"5 pipe\t6\n3\t"7 pipe\t8\n4\t"8 pipe\t8\n', 'TAB LF header unquoted'],
  ['one quote that never closes is a damaged row', 'sku,name,qty\n1,"3 pipe,4\n2,5,6\n', ', LF header'],
]
test.each(table)('%s', (_, file, is) => {
  expect(shown(detectDialect(Buffer.from(file)))).toBe(is)
})

const encodings: [title: string, bytes: Uint8Array, encoding: Encoding, isCertain: boolean, bomBytes: number][] = [
  ['plain ASCII may become either', Buffer.from('a,b\n1,2\n'), 'utf-8', false, 0],
  ['UTF-8', Buffer.from('a,b\nGröße,2\n'), 'utf-8', true, 0],
  ['UTF-8 with a mark', Buffer.from('\ufeffa,b\n1,2\n'), 'utf-8', true, 3],
  ['UTF-16 with a mark', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'utf-16le', true, 2],
  ['UTF-16, the other way round', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le').swap16(), 'utf-16be', true, 2],
  ['UTF-16 without a mark', Buffer.from('a,b\n1,2\n', 'utf16le'), 'utf-16le', true, 0],
  ['UTF-16 without a mark, the other way round', Buffer.from('a,b\n1,2\n', 'utf16le').swap16(), 'utf-16be', true, 0],
  ['Windows-1252: umlauts', latin('Größe,2\nMüller,3\n'), 'windows-1252', true, 0],
  ['Windows-1252: capitals', latin('GRÖSSE,2\nÉtagère,1\n'), 'windows-1252', true, 0],
  ['Windows-1252: a euro sign and curly quotes', Buffer.from('a,5 \x80\nb,\x93x\x94\n', 'latin1'), 'windows-1252', true, 0],
  [
    'UTF-8 with one broken byte stays UTF-8',
    Buffer.concat([Buffer.from('Größe,Ärger,für\n'), Buffer.from([0x61, 0xff, 0x0a])]),
    'utf-8',
    true,
    0,
  ],
  [
    'a line of Windows-1252 in a file of UTF-8 is damage',
    Buffer.concat([Buffer.from('Größe,für,weiß\n'), Buffer.from('Müller,2\n', 'latin1')]),
    'utf-8',
    true,
    0,
  ],
  ['a lone FF is damage, not Windows-1252', Buffer.from('a\xff,2\n', 'latin1'), 'utf-8', true, 0],
  ['half of an é is damage', Buffer.from('caf\xc3,2\n', 'latin1'), 'utf-8', true, 0],
]
test.each(encodings)('%s', (_, bytes, encoding, isCertain, bomBytes) => {
  expect(detectDialect(bytes)).toMatchObject({ encoding, encodingIsCertain: isCertain, bomBytes })
})

test('what is declared is not guessed', () => {
  const declared = { encoding: 'windows-1252', delimiter: '|', quote: null, lineEnd: '\r', preambleLines: 3, hasHeader: true } as const
  expect(detectDialect(Buffer.from(`${HEADER}\nF1,SKU,A,1\n`), declared)).toMatchObject(declared)
})

test('a table under a known header is recognised in every dialect, whatever its cells hold', () => {
  const words = fc.array(fc.constantFrom('"', ',', ';', '|', '\t', '\n', '\r\n', 'ü', '12', 'blue', ' ', '1.5'), { maxLength: 5 })
  const cell = words.map(pieces => pieces.join(''))
  const file = fc.record({
    rows: fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 2, maxLength: 8 }),
    delimiter: fc.constantFrom(',', '\t', ';', '|'),
    lineEnd: fc.constantFrom<LineEnd>('\n', '\r\n'),
    encoding: fc.constantFrom<Encoding>('utf-8', 'utf-16le'),
  })
  fc.assert(
    fc.property(file, ({ rows, delimiter, lineEnd, encoding }) => {
      const lines = [HEADER.split(','), ...rows].map(row => row.map(text => quotedIfNeeded(text, delimiter)).join(delimiter))
      const text = `\ufeff${lines.join(lineEnd)}${lineEnd}`
      const found = detectDialect(Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'utf16le'))
      expect(found).toMatchObject({ delimiter, lineEnd, encoding, quote: '"', hasHeader: true, preambleLines: 0 })
      for (const [i, row] of rows.entries()) expect(splitQuoted(lines[i + 1] ?? '', delimiter)).toEqual(row)
    }),
    { numRuns: 1_000 },
  )
})

function shown(dialect: ReturnType<typeof detectDialect>): string {
  const { delimiter, lineEnd, hasHeader, preambleLines, quote } = dialect
  const end = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' }[lineEnd]
  const header = `${hasHeader ? 'header' : 'no header'}${preambleLines > 0 ? ` after ${preambleLines}` : ''}`
  return `${delimiter === '\t' ? 'TAB' : delimiter} ${end} ${header}${quote === null ? ' unquoted' : ''}`
}

function latin(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function quotedIfNeeded(cell: string, delimiter: string): string {
  return /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell
}
