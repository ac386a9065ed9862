import { gzipSync } from 'node:zlib'
import ExcelJS from 'exceljs'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { Reading, RowBatch } from '../../import/format-port.ts'
import type { FormatName, ReadingSettings } from '../../import/reading-settings.ts'
import { anyFormatReader } from './any-format.ts'

const HEADER = ['facilityId', 'idType', 'idValue', 'availableQty']
const ROWS = [
  ['F1', 'SKU', 'A-1', '12.000'],
  ['F1', 'SKU', 'Größe "M"', '3'],
  ['F2', 'UPCA', '012345678905', '1.23E+12'],
]

/** The same three rows as each format writes them, and where each row says that it stands. */
const written: [
  format: FormatName,
  write: (rows?: string[][]) => Uint8Array | Promise<Uint8Array>,
  lines: number[],
  settings?: ReadingSettings,
][] = [
  ['delimited', (rows = ROWS) => text([HEADER, ...rows].map(cells => cells.map(quoted).join(',')).join('\n'), '\n'), [2, 3, 4]],
  [
    'fixed-width',
    (rows = ROWS) => text([HEADER, ...rows].map(cells => cells.map(cell => cell.padEnd(15)).join('')).join('\r\n'), '\r\n'),
    [2, 3, 4],
  ],
  ['ndjson', (rows = ROWS) => text(rows.map(row => jsonOf(row)).join('\n'), '\n'), [1, 2, 3]],
  ['json', (rows = ROWS) => text(`{"stock": {"at": "2026-11-23", "rows": [${rows.map(row => jsonOf(row)).join(',\n')}]}}`), [1, 2, 3]],
  ['json', (rows = ROWS) => text(`[${rows.map(row => jsonOf(row)).join()}]`), [1, 2, 3]],
  ['xml', (rows = ROWS) => text(`<?xml version="1.0"?><stock at="now">${rows.map(row => xmlOf(row)).join('\n')}</stock>`), [1, 2, 3]],
  ['xlsx', workbook, [2, 3, 4]],
]

const packed: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['as it is', bytes => bytes],
  ['in gzip', bytes => gzipSync(bytes)],
  ['in zip', bytes => zipSync({ 'stock.csv': bytes, '__MACOSX/._stock.csv': strToU8('x') })],
]

describe.each(written)('%s', (format, write, lines, settings = {}) => {
  const inside = packed.filter(([how]) => format !== 'xlsx' || how !== 'in zip')
  test.each(inside)('%s: header, cells and lines are read as they stand, however the bytes come', async (how, pack) => {
    const bytes = pack(await write())
    for (const chunkBytes of [1, 7, 4096, 1_000_000]) {
      const read = await readAll(bytes, chunkBytes, settings)
      expect(read.reading.dialect.format).toBe(format)
      expect(read.reading.container).toBe(how === 'as it is' ? null : how.slice(3))
      expect(read.reading.header).toEqual(HEADER)
      expect(read.rows.map(row => row.cells)).toEqual(ROWS)
      expect(read.rows.map(row => row.line)).toEqual(lines)
      expect(read.unreadable).toEqual([])
      expect(read.reading.end()).toMatchObject({ broken: null })
    }
  })

  test.each(packed.slice(1))('%s: cut at any place, it is broken or short, and never looks whole', async (_, pack) => {
    const whole = pack(await write())
    // A file of three bytes is a short text yet.
    for (let at = 4; at < whole.length; at += Math.max(1, Math.floor(whole.length / 40))) {
      const { reading } = await readAll(whole.subarray(0, at), 4096, settings)
      expect([at, reading.refusal?.code ?? reading.end()?.broken]).not.toEqual([at, null])
    }
  })

  test('the source is closed when nobody wants the rest, long before it is read', async () => {
    // A workbook has its table of contents at its end, so it is taken whole before it is opened.
    if (format === 'xlsx') return
    const bytes = await write(Array.from({ length: 30_000 }, () => ROWS).flat())
    let isClosed = false
    let taken = 0
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (; taken < bytes.length; taken += 4096) yield bytes.subarray(taken, taken + 4096)
      } finally {
        isClosed = true
      }
    }
    const reading = await anyFormatReader.open(source(), settings)
    for await (const batch of reading.batches) if (batch.rows.length > 0) break
    await reading.close()
    expect([isClosed, taken < bytes.length / 2]).toEqual([true, true])
  })

  test('the disk that fails is an error, and nothing that the file did', async () => {
    const bytes = await write()
    async function* source(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, bytes.length >> 1)
      throw Object.assign(new Error('EIO: the disk'), { code: 'EIO', syscall: 'read' })
    }
    const all = async () => {
      const reading = await anyFormatReader.open(source(), settings)
      for await (const _ of reading.batches);
    }
    await expect(all()).rejects.toThrow('EIO')
  })
})

const documents: [title: string, file: string, broken: string | null, rows: number, unreadable: string[]][] = [
  ['JSON that stops in a record', '[{"sku":"A","qty":1},{"sku":"B","q', 'behind record 1', 1, []],
  ['JSON with a stray comma', '[{"sku":"A","qty":1},,{"sku":"B","qty":1}]', 'breaks', 1, []],
  ['JSON with two arrays of records', '{"a":[{"x":1}],"b":[{"x":2}]}', 'two arrays', 1, []],
  ['JSON whose array holds more than records', '[{"sku":"A"},5,{"sku":"B"}]', null, 2, ['2 ROW_NOT_A_RECORD']],
  ['JSON with a NUL in a value', '[{"sku":"A\\u0000"},{"sku":"B"}]', null, 1, ['1 ROW_NUL_BYTE']],
  ['JSON with half of a pair', '[{"sku":"A\\ud800"},{"sku":"B"}]', null, 1, ['1 ROW_ENCODING']],
  ['JSON with a name twice', '[{"sku":"A","sku":"B"},{"sku":"C"}]', null, 1, ['1 ROW_COLUMN_TWICE']],
  ['a line that is no JSON costs itself', '{"sku":"A"}\n{"sku":\n{"sku":"C"}\n', null, 2, ['2 ROW_NOT_JSON']],
  ['a line that is no record', '{"sku":"A"}\n{"sku":"B"}\n[1]\n', null, 2, ['3 ROW_NOT_A_RECORD']],
  ['XML that stops', '<s><i><q>1</q></i><i><q>2', 'behind record 1', 1, []],
  ['XML with a stray &', '<s><i><q>1</q></i><i><q>A & B</q></i></s>', 'behind record 1', 1, []],
  ['XML with an entity of its own', '<!DOCTYPE s [<!ENTITY a "b">]><s><i><q>1</q></i><i><q>&a;</q></i></s>', 'behind record 1', 1, []],
  ['XML with an element twice in a record', '<s><i><q>1</q><q>2</q></i><i><q>3</q></i></s>', null, 1, ['1 ROW_COLUMN_TWICE']],
]
test.each(documents)('%s', async (_, file, broken, rows, unreadable) => {
  const read = await readAll(Buffer.from(file), 5)
  expect(read.reading.end()?.broken ?? null).toEqual(broken === null ? null : expect.stringContaining(broken))
  if (broken === null) expect(read.rows).toHaveLength(rows)
  expect(read.unreadable.map(({ line, code }) => `${line} ${code}`)).toEqual(unreadable)
})

test('values inside values have the path of their names, and numbers stand as they were written', async () => {
  const json = await readAll(
    Buffer.from('[{"item":{"sku":"A","tags":["x",{"y":1}]},"qty":12.50,"id":12345678901234567890,"ok":true,"n":null}]'),
  )
  expect(json.reading.header).toEqual(['item.sku', 'item.tags', 'qty', 'id', 'ok', 'n'])
  expect(json.rows[0]?.cells).toEqual(['A', '["x",{"y":1}]', '12.50', '12345678901234567890', 'true', ''])
  const lines = await readAll(
    Buffer.from('{"item":{"sku":"A","tags":["x",{"y":1}]},"qty":12.50}\n{"id":12345678901234567890,"ok":true,"n":null}\n'),
  )
  expect(lines.rows.map(row => row.cells)).toEqual([
    ['A', '["x",{"y":1}]', '12.50', '', '', ''],
    ['', '', '', '12345678901234567890', 'true', ''],
  ])
  const xml = await readAll(
    Buffer.from('<a:s xmlns:a="x"><a:i id="7"><a:q u="EA"> 5 </a:q></a:i><a:i id="8"><a:q u="CS">6</a:q></a:i></a:s>'),
  )
  expect(xml.reading.header).toEqual(['@id', 'q/@u', 'q'])
  expect(xml.rows.map(row => row.cells)).toEqual([
    ['7', 'EA', '5'],
    ['8', 'CS', '6'],
  ])
})

test('a record with a name that none of the first thousand has is told apart from a blank', async () => {
  const many = Array.from({ length: 12_000 }, (_, i) => (i === 11_000 ? '{"sku":"X","extra":"1"}' : `{"sku":"S${i}"}`)).join('\n')
  const read = await readAll(Buffer.from(`${many}\n`))
  expect(read.rows).toHaveLength(11_999)
  expect(read.unreadable).toMatchObject([{ line: 11_001, code: 'ROW_COLUMN_UNKNOWN' }])
})

test('a declared place of the records counts over what is found', async () => {
  const json = '{"errors":[{"sku":"no"}],"data":{"items":[{"sku":"A"},{"sku":"B"}]}}'
  expect((await readAll(Buffer.from(json), 9, { records: 'data.items' })).rows.map(row => row.cells)).toEqual([['A'], ['B']])
  expect((await readAll(Buffer.from(json), 9, { records: 'items' })).reading.end()?.broken).toContain('no array at items')
  const xml = '<s><head><n>1</n><n>2</n></head><body><i><q>5</q></i></body></s>'
  expect((await readAll(Buffer.from(xml), 9, { records: 's/body/i' })).rows.map(row => row.cells)).toEqual([['5']])
})

const X12 = [
  'ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261123*0200*U*00401*000000001*0*P*>',
  'GS*IB*SENDER*RECEIVER*20261123*0200*1*X*004010',
  'ST*846*0001',
  'BIA*00*DD*0001*20261123',
  'N1*WH*Main*92*W1',
  'LIN*1*SK*A-1*UP*012345678905',
  'QTY*17*100*EA',
  'QTY*33*90*EA',
  'LIN*2*VN*V-7',
  'QTY*33*10*EA',
  'SDQ*EA*92*S1*4*S2*6',
  'CTT*2',
  'SE*11*0001',
  'GE*1*1',
  'IEA*1*000000001',
]

test('an 846 brings quantities by product and place, and says which of several counts', async () => {
  const read = await readAll(Buffer.from(`${X12.join('~\n')}~\n`), 11)
  expect(read.reading.header).toEqual(['warehouse', 'idType', 'idValue', 'quantity', 'unit', 'qualifier', 'resetByAtp', 'counts', 'date'])
  expect(read.rows.map(row => row.cells.slice(0, 8).join())).toEqual([
    'W1,SKU,A-1,100,EA,17,false,Y',
    'W1,SKU,A-1,90,EA,33,true,N',
    'S1,VENDOR_PRODUCT_ID,V-7,4,EA,33,true,Y',
    'S2,VENDOR_PRODUCT_ID,V-7,6,EA,33,true,Y',
  ])
  expect(new Set(read.rows.map(row => row.line)).size).toBe(4)
  expect(read.reading.end()?.broken).toBeNull()
})

test('an interchange that was cut, or counts other segments than it has, is broken', async () => {
  expect((await readAll(Buffer.from(`${X12.slice(0, 9).join('~')}~`))).reading.end()?.broken).toContain('no IEA')
  expect((await readAll(Buffer.from(`${X12.toSpliced(7, 1).join('~')}~`))).reading.end()?.broken).toContain('SE announces 11')
})

test('a sheet shows dates, zeroes before a number and results of formulas as a person sees them', async () => {
  const book = new ExcelJS.Workbook()
  book.addWorksheet('hidden', { state: 'hidden' }).addRow(['no'])
  const sheet = book.addWorksheet('Stock')
  sheet.addRow(['Stock of all shops'])
  sheet.addRow([])
  sheet.addRow(['sku', 'at', 'units', 'twice'])
  sheet.addRow([123, new Date(Date.UTC(2026, 2, 12)), 5, { formula: 'C4*2', result: 10 }])
  sheet.getCell('A4').numFmt = '00000'
  sheet.addRow(['Größe', null, 1230000000000])
  const read = await readAll(Buffer.from(await book.xlsx.writeBuffer()))
  expect(read.reading.dialect.preambleLines).toBe(2)
  expect(read.reading.header).toEqual(['sku', 'at', 'units', 'twice'])
  expect(read.rows.map(row => [row.line, ...row.cells])).toEqual([
    [4, '00123', '2026-03-12', '5', '10'],
    [5, 'Größe', '', '1230000000000', ''],
  ])
})

const refusals: [title: string, bytes: () => Uint8Array, code: string, says: string][] = [
  ['an archive of several files', () => zipSync({ 'a.csv': strToU8('a'), 'b.csv': strToU8('b') }), 'FILE_ARCHIVE_REFUSED', 'a.csv, b.csv'],
  ['an archive without a file', () => zipSync({ 'a/': new Uint8Array() }), 'FILE_ARCHIVE_REFUSED', 'no file'],
  ['packed twice', () => gzipSync(gzipSync(Buffer.from('a,b\n'))), 'FILE_ARCHIVE_REFUSED', 'once more'],
  ['half of an archive', () => zipSync({ 'a.csv': Buffer.alloc(9_000, 'ab') }).subarray(0, 60), 'FILE_BROKEN', 'zip'],
  [
    'a document of Word',
    () => zipSync({ '[Content_Types].xml': strToU8('<a/>'), 'word/document.xml': strToU8('<a/>') }),
    'FILE_NOT_TEXT',
    'no workbook',
  ],
  ['a PDF', () => Buffer.from('%PDF-1.7 …'), 'FILE_NOT_TEXT', 'PDF'],
]
test.each(refusals)('%s is refused by name', async (_, bytes, code, says) => {
  const { reading } = await readAll(bytes())
  expect(reading.refusal).toEqual({ code, reason: expect.stringContaining(says) })
})

test('a bomb ends where it begins to be one', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
  const { reading } = await readAll(bomb, 65_536, { format: 'delimited' })
  expect(reading.end()?.broken).toContain('times its size')
})

const furniture: [title: string, file: string, settings: ReadingSettings, rows: number, over: string[]][] = [
  ['files put together to one', 'sku,qty\nA,1\nsku,qty\nB,2\n', { hasHeader: true }, 2, ['3 repeated_header']],
  ['a trailer with a count', 'sku,qty,at\nA,1,x\nB,2,x\nTRAILER,2\n', {}, 2, ['4 trailer']],
  ['a trailer without its line end', 'sku,qty,at\nA,1,x\nB,2,x\nEOF', {}, 2, ['4 trailer']],
  ['what a database says below', 'sku|qty\nA|1\nB|2\n\n(2 rows affected)\n', {}, 2, ['5 trailer']],
  ['a total as wide as the table is a row', 'sku,qty\nA,1\nB,2\nTotal,3\n', {}, 3, []],
  ['declared lines below the table', 'sku,qty\nA,1\nB,2\nC,3\n', { trailerLines: 1 }, 2, ['4 trailer']],
  ['none is declared', 'sku,qty,at\nA,1,x\nTRAILER,1\n', { trailerLines: 0 }, 2, []],
  ['columns that the file does not name', 'A,1\nB,2\n', { columns: [{ name: 'sku' }, { name: 'qty' }], hasHeader: false }, 2, []],
]
test.each(furniture)('%s', async (_, file, settings, rows, over) => {
  const read = await readAll(Buffer.from(file), 6, settings)
  expect(read.rows).toHaveLength(rows)
  expect(read.passedOver.map(({ line, what }) => `${line} ${what}`)).toEqual(over)
  expect(read.reading.end()?.lastLineEnded || over.length > 0).toBe(true)
})

test('fixed width: what stands between two columns belongs to none, and widths may be declared', async () => {
  const seen = await readAll(Buffer.from('sku      qty  at\nA-1        5  W1\nB-22      12  W2\nC-3333     7  W3\n'), 8)
  expect(seen.reading.dialect.format).toBe('fixed-width')
  const columns = [
    { name: 'sku', width: 4 },
    { name: 'qty', width: 4 },
    { name: 'at', width: 3 },
  ]
  const read = await readAll(Buffer.from('A-1    5W1 \nB-22  12W2\nB-23  12W2 and more\n'), 8, { format: 'fixed-width', columns })
  expect(read.reading.header).toEqual(['sku', 'qty', 'at'])
  expect(read.rows.map(row => row.cells)).toEqual([
    ['A-1', '5', 'W1'],
    ['B-22', '12', 'W2'],
  ])
  expect(read.unreadable).toMatchObject([{ line: 3, code: 'ROW_COLUMN_PLACE' }])
})

async function readAll(bytes: Uint8Array, chunkBytes = 4096, settings: ReadingSettings = {}) {
  const reading: Reading = await anyFormatReader.open(chunked(bytes, chunkBytes), settings)
  const read = { reading, rows: [] as RowBatch['rows'], unreadable: [] as RowBatch['unreadable'], passedOver: [] as RowBatch['passedOver'] }
  for await (const batch of reading.batches) {
    read.rows.push(...batch.rows)
    read.unreadable.push(...batch.unreadable)
    read.passedOver.push(...batch.passedOver)
  }
  return read
}

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}

function text(...parts: string[]): Uint8Array {
  return Buffer.from(parts.join(''))
}

function quoted(cell: string): string {
  return cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell
}

function jsonOf(row: readonly string[]): string {
  const values = HEADER.map((name, i) => `${JSON.stringify(name)}:${i === 3 ? row[i] : JSON.stringify(row[i])}`)
  return `{${values.join()}}`
}

function xmlOf(row: readonly string[]): string {
  return `<item>${HEADER.map((name, i) => `<${name}>${row[i]?.replaceAll('"', '&quot;')}</${name}>`).join('')}</item>`
}

async function workbook(rows = ROWS): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('Stock')
  for (const row of [HEADER, ...rows]) sheet.addRow(row)
  return Buffer.from(await book.xlsx.writeBuffer())
}
