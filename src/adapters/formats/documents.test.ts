import { gzipSync } from 'node:zlib'
import ExcelJS from 'exceljs'
import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { readAll } from '../../../test/formats/read-all.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'

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
