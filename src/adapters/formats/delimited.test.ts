import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Encoding } from '../../import/encoding.ts'
import type { FileEnd, RawRow } from '../../import/format-port.ts'
import type { LineEnd, ReadingSettings } from '../../import/reading-settings.ts'
import type { RowRejected } from '../../import/row-code.ts'
import { delimitedReader } from './delimited.ts'
import { LINE_BYTES_MAX } from './lines.ts'

const PLAIN: ReadingSettings = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  lineEnd: '\n',
  preambleLines: 0,
  hasHeader: false,
}

describe('a stray quote, byte or line costs the row it stands in and no other', () => {
  const table: [title: string, file: string | Uint8Array, rows: [line: number, ...cells: string[]][], unreadable: [number, string][]][] = [
    [
      'all is well',
      'a,1\nb,2\n',
      [
        [1, 'a', '1'],
        [2, 'b', '2'],
      ],
      [],
    ],
    [
      'no line end at the end',
      'a,1\nb,2',
      [
        [1, 'a', '1'],
        [2, 'b', '2'],
      ],
      [],
    ],
    [
      'blank lines',
      'a,1\n\n\nb,2\n\n',
      [
        [1, 'a', '1'],
        [4, 'b', '2'],
      ],
      [],
    ],
    [
      'line ends of two kinds',
      'a,1\r\nb,2\nc,3\r\n',
      [
        [1, 'a', '1'],
        [2, 'b', '2'],
        [3, 'c', '3'],
      ],
      [],
    ],
    [
      'a line end inside a cell',
      '"a\nb",1\nc,2\n',
      [
        [1, 'a\nb', '1'],
        [3, 'c', '2'],
      ],
      [],
    ],
    ['a doubled quote', '"12"" pipe",1\n', [[1, '12" pipe', '1']], []],
    ['inches in a bare cell', '12" pipe,1\n', [[1, '12" pipe', '1']], []],
    [
      'rows of other widths are read as they are',
      'a\nb,1,2\n',
      [
        [1, 'a'],
        [2, 'b', '1', '2'],
      ],
      [],
    ],
    [
      'a quote that never closes',
      'a,1\nb,"2\nc,3\nd,4\n',
      [
        [1, 'a', '1'],
        [3, 'c', '3'],
        [4, 'd', '4'],
      ],
      [[2, 'ROW_QUOTE_UNCLOSED']],
    ],
    [
      'a quote that the next quoted cell closes by mistake',
      'a,"1\nb,2\nc,"3"\nd,4\n',
      [
        [2, 'b', '2'],
        [3, 'c', '3'],
        [4, 'd', '4'],
      ],
      [[1, 'ROW_QUOTE_UNCLOSED']],
    ],
    ['text behind a closing quote', 'a,"1"x\nb,2\n', [[2, 'b', '2']], [[1, 'ROW_QUOTE_MISPLACED']]],
    ['a quote that never closes on the last line', 'a,1\nb,"2', [[1, 'a', '1']], [[2, 'ROW_QUOTE_UNCLOSED']]],
    [
      'a NUL',
      'a,1\nb\0,2\nc,3\n',
      [
        [1, 'a', '1'],
        [3, 'c', '3'],
      ],
      [[2, 'ROW_NUL_BYTE']],
    ],
    ['a NUL inside a quoted cell of two lines', '"a\n\0",1\nc,3\n', [[3, 'c', '3']], [[1, 'ROW_NUL_BYTE']]],
    [
      'a byte that is no UTF-8',
      Buffer.from('é,1\nb\xff,2\nc,3\n', 'latin1').fill(0x65, 0, 1),
      [
        [1, 'e', '1'],
        [3, 'c', '3'],
      ],
      [[2, 'ROW_ENCODING']],
    ],
    [
      'a line of two megabytes',
      `a,1\n${'x'.repeat(2 * LINE_BYTES_MAX)},2\nc,3\n`,
      [
        [1, 'a', '1'],
        [3, 'c', '3'],
      ],
      [[2, 'ROW_TOO_LONG']],
    ],
    [
      'a quoted cell of two megabytes',
      `a,1\n"${'x'.repeat(2 * LINE_BYTES_MAX)}",2\nc,3`,
      [
        [1, 'a', '1'],
        [3, 'c', '3'],
      ],
      [[2, 'ROW_TOO_LONG']],
    ],
    ['nothing at all', '', [], []],
  ]
  test.each(table)('%s', async (_, file, rows, unreadable) => {
    const read = await readAll(bytesOf(file), PLAIN)
    expect(read.rows.map(row => [row.line, ...row.cells])).toEqual(rows)
    expect(read.unreadable.map(row => [row.line, row.code])).toEqual(unreadable)
  })
})

test('a row knows its line and its first byte, whatever the encoding and the cells before it', async () => {
  const text = 'ä,1\n"€\n𝄞",2\nz,3\n'
  const offsets: [Encoding, number, number[]][] = [
    ['utf-8', 0, [0, 5, 18]],
    ['utf-8', 3, [3, 8, 21]],
    ['utf-16le', 2, [2, 10, 28]],
    ['utf-16be', 2, [2, 10, 28]],
  ]
  for (const [encoding, bomBytes, expected] of offsets) {
    const { rows } = await readAll(encode(text, encoding, bomBytes), { ...PLAIN, encoding })
    expect(rows.map(row => row.line)).toEqual([1, 2, 4])
    expect(rows.map(row => row.byteOffset)).toEqual(expected)
    expect(rows.map(row => row.cells[0])).toEqual(['ä', '€\n𝄞', 'z'])
  }
})

test('any cells in any dialect are read back as they were written, with the bytes where they stand', async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, async ({ table, encoding, bomBytes, delimiter, lineEnd, isTerminated, chunkBytes }) => {
      const text = table.map(row => row.map(cell => quotedCell(cell)).join(delimiter)).join(lineEnd) + (isTerminated ? lineEnd : '')
      const bytes = encode(text, encoding, bomBytes)
      const { rows, unreadable, end } = await readAll(bytes, { ...PLAIN, encoding, delimiter, lineEnd }, chunkBytes)
      expect(unreadable).toEqual([])
      expect(rows.map(row => row.cells)).toEqual(table)
      expect(end?.lastLineEnded).toBe(isTerminated)
      expect(end?.bytes).toBe(bytes.length)
      for (const row of rows) expect(decode(bytes.subarray(row.byteOffset), encoding).startsWith(row.raw)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('where csv-parse can read a text, the cells are the same', async () => {
  const text = fc
    .array(fc.constantFrom('a', '1', ' ', ',', '"', '""', '\n', '\r\n', '\r', 'ü'), { maxLength: 60 })
    .map(pieces => pieces.join(''))
  let compared = 0
  await fc.assert(
    fc.asyncProperty(text, async written => {
      const expected = withCsvParse(written)
      if (expected === null) return
      const { rows, unreadable } = await readAll(Buffer.from(written), PLAIN, 7)
      expect(unreadable).toEqual([])
      expect(rows.map(row => row.cells)).toEqual(expected)
      compared += 1
    }),
    { numRuns: 3_000 },
  )
  expect(compared).toBeGreaterThan(1_000)
})

test('whatever the bytes are, every line is in a row or reported', async () => {
  const nasty = fc.array(fc.constantFrom('a,', '"', '""', '","', '\n', '\r\n', '\r', '\0', '\xff', '\xc3', 'é', ';', '\t', '1', ' '), {
    maxLength: 80,
  })
  await fc.assert(
    fc.asyncProperty(nasty, fc.integer({ min: 1, max: 9 }), async (pieces, chunkBytes) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1')
      const { rows, unreadable, end } = await readAll(bytes, { ...PLAIN, encoding: 'utf-8' }, chunkBytes)
      const seen = new Set<number>()
      for (const { line, raw } of [...rows, ...unreadable]) for (let i = 0; i < raw.split('\n').length; i++) seen.add(line + i)
      const lines = bytes.toString('latin1').split('\n')
      if (lines.at(-1) === '') lines.pop()
      const blank = lines.flatMap((line, i) => (line === '' || line === '\r' ? [i + 1] : []))
      expect([...new Set([...seen, ...blank])].sort((a, b) => a - b)).toEqual(lines.map((_, i) => i + 1))
      expect(end?.lines).toBe(lines.length)
    }),
    { numRuns: 2_000 },
  )
})

test('a file that was made to be slow is not: quotes that open on every line and never close', async () => {
  const line = 'a",b,"c\n'
  const bytes = Buffer.from(line.repeat(200_000))
  const startedAt = performance.now()
  const { rows, unreadable } = await readAll(bytes, PLAIN, 64 * 1024)
  expect(rows.length + unreadable.length).toBeGreaterThan(0)
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

test('where the head is plain ASCII, the first other byte settles the encoding', async () => {
  const ascii = 'facilityId,idValue,availableQty\n'.padEnd(32) + 'F1,SKU-1,5\n'.repeat(10_000)
  const tables: [Buffer, Encoding, string][] = [
    [Buffer.from('F1,Größe,1\n', 'latin1'), 'windows-1252', 'Größe'],
    [Buffer.from('F1,Größe,1\n'), 'utf-8', 'Größe'],
    [Buffer.from('F1,SKU-2,1\n'), 'utf-8', 'SKU-2'],
  ]
  for (const [tail, encoding, cell] of tables) {
    const read = await readAll(Buffer.concat([Buffer.from(ascii), tail]), {}, 64 * 1024)
    expect(read.dialect.encoding).toBe(encoding)
    expect(read.rows.at(-1)?.cells[1]).toBe(cell)
  }
})

test('a workbook is refused as a whole, and says what it is', async () => {
  const reading = await delimitedReader.open(chunked(Buffer.from('PK\x03\x04 and so on'), 4))
  expect(reading.refusal).toMatchObject({ code: 'FILE_NOT_TEXT', reason: expect.stringContaining('.xlsx') })
})

test('the source is closed when the reader stops in the middle', async () => {
  let isClosed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from('sku,qty\n')
      for (;;) yield Buffer.from('a,1\n'.repeat(1_000))
    } finally {
      isClosed = true
    }
  }
  const reading = await delimitedReader.open(endless(), { hasHeader: true })
  for await (const batch of reading.batches) if (batch.rows.length > 0) break
  expect(isClosed).toBe(true)
})

type Read = { dialect: { encoding: Encoding }; rows: RawRow[]; unreadable: RowRejected[]; end: FileEnd | null }

async function readAll(bytes: Uint8Array, overrides: ReadingSettings, chunkBytes = 65_536): Promise<Read> {
  const reading = await delimitedReader.open(chunked(bytes, chunkBytes), overrides)
  const read: Read = { dialect: reading.dialect, rows: [], unreadable: [], end: null }
  for await (const batch of reading.batches) {
    read.rows.push(...batch.rows)
    read.unreadable.push(...batch.unreadable)
  }
  return { ...read, end: reading.end() }
}

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}

/** What csv-parse makes of it; null where it refuses, or drops what we keep. */
function withCsvParse(text: string): string[][] | null {
  // A last `\r` without its `\n` is half a line end to us, and a character to csv-parse.
  if (text.endsWith('\r')) return null
  try {
    return parse(text, {
      delimiter: ',',
      quote: '"',
      relax_quotes: false,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n'],
      skip_empty_lines: true,
    })
  } catch {
    return null
  }
}

const anyFile = fc.record({
  table: fc.integer({ min: 2, max: 5 }).chain(width =>
    fc.array(fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), nastyCell()), { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 6,
    }),
  ),
  encoding: fc.constantFrom<Encoding>('utf-8', 'utf-16le', 'utf-16be'),
  bomBytes: fc.constant(0),
  delimiter: fc.constantFrom(',', '\t', ';', '|'),
  lineEnd: fc.constantFrom<LineEnd>('\n', '\r\n', '\r'),
  isTerminated: fc.boolean(),
  chunkBytes: fc.constantFrom(1, 2, 3, 7, 64, 65_536),
})

function nastyCell() {
  return fc
    .array(fc.constantFrom('"', '""', ',', ';', '\n', '\r', '\r\n', '|', '\t', ' ', 'é', '€', '𝄞', 'a'), { maxLength: 6 })
    .map(pieces => pieces.join(''))
}

function quotedCell(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`
}

function bytesOf(file: string | Uint8Array): Uint8Array {
  return typeof file === 'string' ? Buffer.from(file) : file
}

function encode(text: string, encoding: Encoding, bomBytes: number): Buffer {
  const marked = bomBytes > 0 ? `\ufeff${text}` : text
  if (encoding === 'utf-8') return Buffer.from(marked)
  const wide = Buffer.from(marked, 'utf16le')
  return encoding === 'utf-16be' ? wide.swap16() : wide
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes)
}
