import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { anyFormatReader } from '../../src/adapters/formats/any-format.ts'
import { inspect } from '../../src/cli/inspect.ts'
import { readFacilityRow, readProductRow } from '../../src/import/catalog-row.ts'
import { declaredReading } from '../../src/import/declared.ts'
import { isStockLayout, planLayout } from '../../src/import/layout.ts'
import { layoutByName } from '../../src/import/layouts.ts'
import { readRow } from '../../src/import/row.ts'
import { judgeFile } from '../../src/import/verdict.ts'

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures')
const ADVENTUREWORKS = path.resolve(import.meta.dirname, '../../data/adventureworks')

type Seen = {
  encoding: string
  delimiter: string
  quote: string | null
  lineEnd: string
  preambleLines: number
  header: string[] | null
  layout: string | null
  rows: string[][]
  unreadable: { line: number; code: string; reason: string }[]
}

/** How a file looks to `inspect`: encoding, dialect, layout, rows, unreadable lines. */
const shown: Record<string, [dialect: string, layout: string | null, rows: number, unreadable: string[]]> = {
  'reset-inventory-sample-1.csv': ['utf-8 , LF', 'RESET_INVENTORY', 3, []],
  'reset-inventory-sample-2-of-an-erp.csv': ['utf-8 , LF', 'RESET_INVENTORY', 3, []],
  'import-app-reset.csv': ['utf-8 , LF', 'RESET_INVENTORY', 2, []],
  'import-app-cycle-count.csv': ['utf-8 , LF', 'REC_INV_COUNT', 1, []],
  'netsuite-adjustment.csv': ['utf-8 , LF', 'MDM_INV_VARIANCE', 2, []],
  'from-excel-with-bom-and-crlf.csv': ['utf-8 , CRLF', 'RESET_INVENTORY', 2, []],
  'semicolons-and-decimal-commas.csv': ['utf-8 ; CRLF', 'RESET_INVENTORY', 3, []],
  'unicode-text-from-excel.txt': ['utf-16le TAB CRLF', 'RESET_INVENTORY', 2, []],
  'windows-1252.csv': ['windows-1252 , CRLF', 'RESET_INVENTORY', 2, []],
  'utf-8-with-a-broken-byte.csv': ['utf-8 , LF', 'RESET_INVENTORY', 2, ['3 ROW_ENCODING']],
  'old-mac-line-ends.csv': ['utf-8 , CR', 'RESET_INVENTORY', 2, []],
  'title-and-blank-line-above-the-header.csv': ['utf-8 , LF after 3', 'RESET_INVENTORY', 2, []],
  'line-ends-inside-a-cell.csv': ['utf-8 , LF', 'RESET_INVENTORY', 2, []],
  'quote-never-closed.csv': ['utf-8 , LF', 'RESET_INVENTORY', 3, ['3 ROW_QUOTE_UNCLOSED']],
  'text-behind-a-closing-quote.csv': ['utf-8 , LF', 'RESET_INVENTORY', 1, ['2 ROW_QUOTE_MISPLACED']],
  'inches-that-look-like-quotes.tsv': ['utf-8 TAB LF unquoted', null, 4, []],
  'ragged-rows.csv': ['utf-8 , LF', 'RESET_INVENTORY', 5, []],
  'nul-byte-in-a-sku.csv': ['utf-8 , LF', 'RESET_INVENTORY', 1, ['2 ROW_NUL_BYTE']],
  'numbers-damaged-by-a-spreadsheet.csv': ['utf-8 , LF', 'RESET_INVENTORY', 7, []],
  'last-line-cut-off.csv': ['utf-8 , LF', 'RESET_INVENTORY', 3, []],
  'header-alone.csv': ['utf-8 , LF', 'RESET_INVENTORY', 0, []],
  'empty.csv': ['utf-8 , LF', null, 0, []],
  'columns-nobody-knows.csv': ['utf-8 , LF', null, 2, []],
}

test.each(Object.entries(shown))('inspect shows %s as it is', async (name, [dialect, layout, rows, unreadable]) => {
  const { status, seen } = await inspectJson(path.join(FIXTURES, name))
  expect(dialectOf(seen)).toBe(dialect)
  expect(seen.layout).toBe(layout)
  expect(seen.rows).toHaveLength(rows)
  expect(seen.unreadable.map(({ line, code }) => `${line} ${code}`)).toEqual(unreadable)
  expect(status).toBe(unreadable.length === 0 ? 0 : 1)
})

test('no fixture is without its expectation', async () => {
  const files = (await readdir(FIXTURES)).filter(name => !name.startsWith('.') && name !== 'workbook-with-the-wrong-name.csv')
  expect(files.sort()).toEqual(expect.arrayContaining(Object.keys(shown).sort()))
})

test('cells stand as they stand in the file, header aside', async () => {
  const { seen } = await inspectJson(path.join(FIXTURES, 'from-excel-with-bom-and-crlf.csv'))
  expect(seen.header).toEqual(['externalFacilityId', 'idValue', 'availableQty'])
  expect(seen.rows).toEqual([
    ['101', 'Größe "M"\nrot', '12'],
    ['102', 'B-7', '3'],
  ])
})

test('half of a workbook is broken, and a missing file is missing', async () => {
  await expect(inspectJson(path.join(FIXTURES, 'workbook-with-the-wrong-name.csv'))).rejects.toMatchObject({ code: 'FILE_BROKEN' })
  await expect(inspectJson(path.join(FIXTURES, 'no-such-file.csv'))).rejects.toMatchObject({ code: 'CLI_FILE_UNREADABLE' })
})

test('without --json a person sees a table', async () => {
  const { hands, pieces } = terminal()
  expect(await inspect(hands, { path: path.join(FIXTURES, 'quote-never-closed.csv'), json: false })).toBe(1)
  const text = pieces.join('')
  expect(text).toContain('RESET_INVENTORY')
  expect(text).toMatch(/line +externalFacilityId +idValue/)
  expect(text).toMatch(/3 +ROW_QUOTE_UNCLOSED/)
})

test('more unreadable rows than are held are all listed', async () => {
  const file = Buffer.from(`sku,qty\n${'A\0,1\n'.repeat(12_000)}B,2\n`)
  const { hands, pieces } = terminal(() => ofBytes(file))
  expect(await inspect(hands, { path: 'many', json: true })).toBe(1)
  const seen = JSON.parse(pieces.join('')) as Seen
  expect(seen.unreadable.map(({ line }) => line)).toEqual(Array.from({ length: 12_000 }, (_, i) => i + 2))
  expect(seen.rows).toEqual([['B', '2']])
})

/** What the import makes of a file: its verdict, then line and code of each row that it refuses. */
const judged: [file: string, layout: string, verdict: string, rejected: string[]][] = [
  ['reset-inventory-sample-1.csv', 'RESET_INVENTORY', 'believe', []],
  ['reset-inventory-sample-2-of-an-erp.csv', 'RESET_INVENTORY', 'believe', []],
  ['import-app-reset.csv', 'RESET_INVENTORY', 'believe', []],
  ['import-app-cycle-count.csv', 'REC_INV_COUNT', 'believe', []],
  ['netsuite-adjustment.csv', 'MDM_INV_VARIANCE', 'believe', []],
  ['windows-1252.csv', 'RESET_INVENTORY', 'believe', []],
  ['utf-8-with-a-broken-byte.csv', 'RESET_INVENTORY', 'believe', ['3 ROW_ENCODING']],
  ['semicolons-and-decimal-commas.csv', 'RESET_INVENTORY', 'believe', ['2 ROW_UNITS_NOT_WHOLE', '3 ROW_UNITS_NOT_WHOLE']],
  ['ragged-rows.csv', 'RESET_INVENTORY', 'believe', ['3 ROW_COLUMN_COUNT', '4 ROW_COLUMN_COUNT', '5 ROW_COLUMN_COUNT']],
  [
    'numbers-damaged-by-a-spreadsheet.csv',
    'RESET_INVENTORY',
    'believe',
    [
      '2 ROW_UNITS_NOT_WHOLE',
      '3 ROW_UNITS_NOT_WHOLE',
      '4 ROW_UNITS_NOT_WHOLE',
      '5 ROW_FIELD_MISSING',
      '6 ROW_UNITS_NEGATIVE',
      '7 ROW_UNITS_NOT_WHOLE',
    ],
  ],
  ['last-line-cut-off.csv', 'RESET_INVENTORY', 'FILE_LAST_LINE_INCOMPLETE', ['4 ROW_COLUMN_COUNT']],
  ['header-alone.csv', 'RESET_INVENTORY', 'FILE_EMPTY', []],
  ['empty.csv', 'ADVENTUREWORKS_PRODUCT_INVENTORY', 'FILE_EMPTY', []],
  ['empty.csv', 'RESET_INVENTORY', 'FILE_NO_LAYOUT', []],
  ['columns-nobody-knows.csv', 'RESET_INVENTORY', 'FILE_NO_LAYOUT', []],
  ['netsuite-adjustment.csv', 'RESET_INVENTORY', 'FILE_NO_LAYOUT', []],
  ['ragged-rows.csv', 'ADVENTUREWORKS_LOCATION', 'FILE_ALL_REJECTED', [1, 2, 3, 4, 5, 6].map(line => `${line} ROW_COLUMN_COUNT`)],
]
test.each(judged)('%s as %s: %s', async (name, layout, verdict, rejected) => {
  const read = await readAs(path.join(FIXTURES, name), layout)
  expect(read.verdict).toBe(verdict)
  expect(read.rejected).toEqual(rejected)
})

test('a short first row of a file by position is a bad row, not a title', async () => {
  const file = Buffer.from('1\n1\tTool Crib\t.0000\t.00\t2019-04-30\n')
  const layout = layoutByName('ADVENTUREWORKS_LOCATION')
  if (layout === null) throw new Error('no layout')
  const reading = await anyFormatReader.open(ofBytes(file), declaredReading(layout))
  const lines: number[] = []
  for await (const batch of reading.batches) lines.push(...batch.rows.map(row => row.line))
  expect(lines).toEqual([1, 2])
})

test('the files of AdventureWorks are recognised and read whole', async () => {
  const files: [string, string, number][] = [
    ['Product.tsv', 'ADVENTUREWORKS_PRODUCT', 504],
    ['Location.tsv', 'ADVENTUREWORKS_LOCATION', 14],
    ['ProductInventory.tsv', 'ADVENTUREWORKS_PRODUCT_INVENTORY', 1_069],
  ]
  for (const [name, layout, rows] of files) {
    const { seen } = await inspectJson(path.join(ADVENTUREWORKS, name))
    expect([seen.layout, seen.header, seen.rows.length]).toEqual([layout, null, rows])
    expect(await readAs(path.join(ADVENTUREWORKS, name), layout)).toMatchObject({ verdict: 'believe', read: rows, rejected: [] })
  }
  const { units } = await readAs(path.join(ADVENTUREWORKS, 'ProductInventory.tsv'), 'ADVENTUREWORKS_PRODUCT_INVENTORY')
  expect(units).toBe(335_974)
})

async function inspectJson(file: string): Promise<{ status: number; seen: Seen }> {
  const { hands, pieces } = terminal()
  const status = await inspect(hands, { path: file, json: true })
  return { status, seen: JSON.parse(pieces.join('')) as Seen }
}

/** What is written is kept instead of shown. */
function terminal(openFile: (file: string) => AsyncIterable<Uint8Array> = createReadStream) {
  const pieces: string[] = []
  return { pieces, hands: { openFile, reader: anyFormatReader, write: (piece: string) => void pieces.push(piece) } }
}

async function readAs(file: string, layoutName: string) {
  const layout = layoutByName(layoutName)
  if (layout === null) throw new Error(`no layout ${layoutName}`)
  const reading = await anyFormatReader.open(createReadStream(file), declaredReading(layout))
  const plan = planLayout(layout, reading.header)
  if (plan.kind === 'mismatch') return { verdict: plan.code, read: 0, units: 0, rejected: [] }
  const readOne = isStockLayout(layout) ? readRow : layout.kind === 'products' ? readProductRow : readFacilityRow
  const found = { read: 0, units: 0, rejected: [] as string[] }
  for await (const batch of reading.batches) {
    for (const outcome of [...batch.unreadable, ...batch.rows.map(row => readOne(plan, row))]) {
      if (outcome.kind === 'rejected') found.rejected.push(`${outcome.line} ${outcome.code}`)
      else found.read += 1
      if ('units' in outcome) found.units += outcome.units
    }
  }
  const { read, rejected } = found
  const verdict = judgeFile({
    columnCount: plan.columnCount,
    rowsRead: read + rejected.length,
    rowsAccepted: read,
    rowsRejected: rejected.length,
    end: reading.end(),
  })
  return { ...found, verdict: verdict.kind === 'believe' ? 'believe' : verdict.code }
}

async function* ofBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function dialectOf({ encoding, delimiter, lineEnd, preambleLines, quote }: Seen): string {
  const end = lineEnd.replaceAll('\r', 'CR').replaceAll('\n', 'LF')
  const after = preambleLines > 0 ? ` after ${preambleLines}` : ''
  return `${encoding} ${delimiter === '\t' ? 'TAB' : delimiter} ${end}${after}${quote === null ? ' unquoted' : ''}`
}
