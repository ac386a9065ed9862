import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { anyFormatReader } from '../../src/adapters/formats/any-format.ts'
import { intakeSettings } from '../../src/import/intake-settings.ts'
import { isStockLayout, matchLayout } from '../../src/import/layout.ts'
import { LAYOUTS, layoutByName } from '../../src/import/layouts.ts'
import { readRow } from '../../src/import/row.ts'
import { planRows } from '../../src/import/row-plan.ts'
import { safeCsvLine } from '../../src/kernel/csv-line.ts'
import { type BrokenFile, brokenFile, NAUGHTY } from '../formats/broken-file.ts'
import { readAll } from '../formats/read-all.ts'
import { rounds } from '../rounds.ts'
import { SEED, seededChance } from './chance.ts'

/** All of them in `npm run soak`, a twentieth in CI. */
const FILES = rounds() >= 30 ? 20_000 : 1_000
const HANG_MS = 5_000
const TRIES_MAX = 3
/** What a reader may hold of one file: several of ten megabytes in one piece would not fit. */
const MEMORY_BYTES_MAX = 700 * 1024 * 1024

test(
  `${FILES} broken files: no crash, no hang, bounded memory, and every line read as it stands or reported`,
  async () => {
    const chance = seededChance(SEED)
    const seen = { whole: 0, refused: 0, broken: 0, rows: 0, unreadable: 0 }
    let slowestMs = 0
    let peakBytes = 0
    for (let n = 0; n < FILES; n++) {
      const file = brokenFile(chance)
      const chunkBytes = 1 + Math.floor(chance() * 70_000)
      // By the clock on the wall. A file that hangs does so whenever it is read; one whose reader only waited for its turn on a busy machine does not.
      let tookMs = Number.POSITIVE_INFINITY
      let outcome: Outcome | null = null
      for (let tries = 0; tries < TRIES_MAX && tookMs >= HANG_MS; tries++) {
        const startedAt = performance.now()
        outcome = await outcomeOf(file, chunkBytes).catch((error: unknown) => {
          throw new Error(`file ${n} of seed ${SEED} (${file.format}; ${file.done.join(', ')}) broke the reader`, { cause: error })
        })
        tookMs = Math.min(tookMs, performance.now() - startedAt)
      }
      if (outcome === null) throw new Error('a file is read at least once')
      slowestMs = Math.max(slowestMs, tookMs)
      peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
      seen[outcome.kind] += 1
      seen.rows += outcome.rows
      seen.unreadable += outcome.unreadable
      expect([n, file.done, outcome.lost, outcome.changed]).toEqual([n, file.done, [], []])
      expect([n, file.done, tookMs < HANG_MS]).toEqual([n, file.done, true])
    }
    console.log(
      `${FILES} files: ${JSON.stringify(seen)}, slowest ${Math.round(slowestMs)} ms, peak ${Math.round(peakBytes / 1024 ** 2)} MB`,
    )
    expect(peakBytes).toBeLessThan(MEMORY_BYTES_MAX)
    // A mutator that breaks everything, or nothing, would prove nothing.
    for (const kind of ['whole', 'refused', 'broken'] as const) expect([kind, seen[kind] > FILES / 100]).toEqual([kind, true])
    expect(seen.rows).toBeGreaterThan(FILES)
  },
  60_000 + FILES * 60,
)

type Outcome = { kind: 'whole' | 'refused' | 'broken'; rows: number; unreadable: number; lost: number[]; changed: number[] }

async function outcomeOf(file: BrokenFile, chunkBytes: number): Promise<Outcome> {
  const { reading, rows, unreadable, passedOver } = await readAll(file.bytes, chunkBytes)
  const found = { rows: rows.length, unreadable: unreadable.length, lost: [] as number[], changed: [] as number[] }
  if (reading.refusal !== null) return { kind: 'refused', ...found }
  judgeRows(reading.header, rows)
  const end = reading.end()
  if (end === null) throw new Error('a file that was read to its end has none')
  if (end.broken !== null) return { kind: 'broken', ...found }
  const { format, encoding, lineEnd, preambleLines } = reading.dialect
  if (reading.container === null && (format === 'delimited' || format === 'ndjson' || format === 'fixed-width')) {
    const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(file.bytes)
    const lines = text.replace(/^\ufeff/, '').split(lineEnd === '\r' ? '\r' : '\n')
    const told = new Set<number>()
    for (const { line, raw } of [...rows, ...unreadable, ...passedOver])
      for (let i = 0; i < raw.split(lineEnd === '\r' ? '\r' : '\n').length; i++) told.add(line + i)
    const first = preambleLines + 1
    // The header tells of itself by its cells, which may stand on several lines.
    const headerEnds = Math.min(...[...rows, ...unreadable, ...passedOver].map(row => row.line), lines.length + 1)
    for (let at = first; at <= lines.length; at++) {
      const isBlank = (lines[at - 1] ?? '').trim() === ''
      if (!told.has(at) && !isBlank && !(reading.dialect.hasHeader && at < headerEnds)) found.lost.push(at)
    }
    // What was read stands there so, byte for byte, at the place that it names.
    for (const row of rows) {
      const stands = new TextDecoder(encoding, { ignoreBOM: true }).decode(
        file.bytes.subarray(row.byteOffset, row.byteOffset + row.raw.length * 4 + 8),
      )
      if (!stands.startsWith(row.raw)) found.changed.push(row.line)
    }
  }
  if (format === 'json' && reading.container === null) {
    const parsed = JSON.parse(new TextDecoder(encoding).decode(file.bytes)) as unknown
    const records = Array.isArray(parsed) ? parsed.length : null
    if (records !== null && records !== rows.length + unreadable.length) found.lost.push(records)
  }
  const numbers = [...rows, ...unreadable].map(row => row.line).sort((a, b) => a - b)
  for (const [i, line] of numbers.entries()) if (line === numbers[i - 1]) found.lost.push(line)
  return { kind: 'whole', ...found }
}

/** Whatever was read can be judged: every row has an outcome, and none of them throws. */
function judgeRows(header: string[] | null, rows: Awaited<ReturnType<typeof readAll>>['rows']): void {
  const layout =
    matchLayout(
      header,
      LAYOUTS,
      rows.slice(0, 20).map(row => row.cells),
    ) ?? layoutByName('RESET_INVENTORY')
  if (layout === null || !isStockLayout(layout)) return
  const plan = planRows(layout, intakeSettings({}), { header, name: 'x', folder: 'x' })
  if (plan.kind === 'mismatch') return
  for (const row of rows) readRow(plan.plan, row, { negative: 'floor', fraction: 'round_down' })
}

test('the texts that broke other programs come back from every format as they went in', async () => {
  const texts = NAUGHTY.filter(text => text.isWellFormed() && !text.includes('\0'))
  const csv = ['name,units', ...texts.map(text => `"${text.replaceAll('"', '""')}",1`)].join('\r\n')
  const files = [
    csv,
    JSON.stringify(texts.map(name => ({ name, units: 1 }))),
    texts.map(name => JSON.stringify({ name, units: 1 })).join('\n'),
  ]
  for (const file of files) {
    const { rows, unreadable } = await readAll(Buffer.from(`${file}\n`), 777, { hasHeader: true })
    expect(unreadable).toEqual([])
    expect(rows.map(row => row.cells[0])).toEqual(texts)
  }
})

test('csv-spectrum is read as its authors say', async () => {
  type Item = { name: string; csv: Buffer; json: Buffer }
  const items = await new Promise<Item[]>((resolve, reject) => {
    const spectrum = createRequire(import.meta.url)('csv-spectrum') as (done: (error: unknown, items: Item[]) => void) => void
    spectrum((error, found) => (error ? reject(error) : resolve(found)))
  })
  expect(items.length).toBeGreaterThan(10)
  for (const { name, csv, json } of items) {
    const { reading, rows } = await readAll(csv, 5, { hasHeader: true, delimiter: ',' })
    const objects = rows.map(row => Object.fromEntries((reading.header ?? []).map((column, i) => [column, row.cells[i] ?? ''])))
    // Their line ends inside cells are one sign; ours stay as they stand.
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('\\r\\n', '\\n'))
    const said: unknown = JSON.parse(json.toString())
    // One answer of the corpus is no list, and tells another telephone number than its own file.
    const wanted = name === 'location_coordinates' ? [{ ...(said as object), 'Contact Phone Number': '2095257564' }] : said
    expect([name, plain(objects)]).toEqual([name, plain(wanted)])
  }
})

test('no cell of an export begins as a formula does, and our own reader takes the apostrophe off again', async () => {
  const cells = [...NAUGHTY, '=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '-5']
  for (const cell of cells) {
    const line = safeCsvLine([cell, 'x'])
    const { rows } = await readAll(Buffer.from(`${line}\n`), 64, {
      hasHeader: false,
      delimiter: ',',
      quote: '"',
      encoding: 'utf-8',
      lineEnd: '\n',
      preambleLines: 0,
    })
    expect([cell, /^[=+\-@\t\r]/.test(rows[0]?.cells[0] ?? '')]).toEqual([cell, false])
  }
})

test('a field of a hundred megabytes is named and skipped, in the memory of a small one', async () => {
  const before = process.memoryUsage().rss
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('sku,units\nA,1\n"')
    for (let i = 0; i < 1_600; i++) yield Buffer.alloc(65_536, 'x')
    yield Buffer.from('",2\nB,3\n')
  }
  const reading = await anyFormatReader.open(endless(), { hasHeader: true })
  const lines: string[] = []
  for await (const batch of reading.batches)
    lines.push(...batch.rows.map(row => row.cells.join()), ...batch.unreadable.map(row => `${row.line} ${row.code}`))
  expect(lines.sort()).toEqual(['3 ROW_TOO_LONG', 'A,1', 'B,3'])
  expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024)
})
