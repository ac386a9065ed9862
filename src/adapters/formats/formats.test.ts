import { gzipSync } from 'node:zlib'
import ExcelJS from 'exceljs'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { readAll } from '../../../test/formats/read-all.ts'
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
