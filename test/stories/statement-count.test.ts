import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeStockFile } from '../../bench/stock-file.ts'
import { openTestDatabase } from '../database.ts'

/*
 * Rows go through the rooms as sets: a file a hundred times as long takes as many statements, and not a byte of memory per row. One
 * product of the same catalogue or all of them, in the same fifty facilities.
 */
const PROGRAM = path.join(import.meta.dirname, 'load-program.ts')
const FACILITIES = 50
const MEMORY_BYTES_MAX = 20 * 1_000_000
/** The outbox takes so many targets at once. */
const BATCHES_MAX = 3

type Load = {
  calls: { room: string; statements: string[] }[]
  booked: { movements: number; intents: number }
  heldBytes: number
  /** What the system saw at the most. */
  peakBytes: number
}

let dataDir: string
let short: Load
let long: Load
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-load-'))
  short = await load(1_000)
  long = await load(100_000)
}, 120_000)
afterAll(() => rm(dataDir, { recursive: true, force: true }))

test('both files are booked to the last row and wait before the shop', () => {
  expect(short.booked).toEqual({ movements: 1_000, intents: 1_000 })
  expect(long.booked).toEqual({ movements: 100_000, intents: 100_000 })
})

test.for(['feed', 'import', 'inventory', 'availability', 'outbox'])(
  '%s makes no more statements for 100,000 rows than for 1,000, up to batches',
  room => {
    const [few, many] = [callsOf(short, room), callsOf(long, room)]
    expect(Math.max(...many.map(call => call.length))).toBeLessThanOrEqual(Math.max(...few.map(call => call.length)))
    expect(many.length).toBeLessThanOrEqual(few.length * BATCHES_MAX)
  },
)

test('100,000 rows hold less than 20 MB more of memory than 1,000', () => {
  expect(long.heldBytes - short.heldBytes).toBeLessThan(MEMORY_BYTES_MAX)
})

test('what the system sees at the most differs by less than 20 MB too, where V8 is told to clear up early', async () => {
  const flags = ['--optimize-for-size']
  const [few, many] = [await load(1_000, flags), await load(100_000, flags)]
  expect(many.peakBytes - few.peakBytes).toBeLessThan(MEMORY_BYTES_MAX)
}, 60_000)

function callsOf({ calls }: Load, room: string): string[][] {
  return calls.filter(call => call.room === room).map(call => call.statements)
}

// With so small a heap a process that kept the file's rows would die of it.
const HELD_FLAGS = ['--expose-gc', '--max-old-space-size=40']

async function load(rows: number, flags: readonly string[] = HELD_FLAGS): Promise<Load> {
  const database = await openTestDatabase()
  const file = path.join(dataDir, `${rows}.csv`)
  await writeStockFile(file, { skus: rows / FACILITIES, facilities: FACILITIES, seed: 1, changedShare: 0 })
  try {
    const words = [...flags, PROGRAM, database.url, await mkdtemp(path.join(dataDir, `${rows}-`)), file]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', chunk => {
      said += String(chunk)
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    return JSON.parse(said) as Load
  } finally {
    await database.drop()
  }
}
