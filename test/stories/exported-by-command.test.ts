import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Hands } from '../../src/cli/hands.ts'
import { runProgram } from '../../src/cli/program.ts'
import { EXPORTED_LAYOUTS } from '../../src/http/contract/export.ts'
import { layoutByName } from '../../src/import/layouts.ts'
import { openTestGate, type TestGate } from '../http/gate.ts'

/* `trueup export` against a running program: a file that is whole, or none. */

let house: TestGate
let dataDir: string
let folder: string
beforeAll(async () => {
  house = await openTestGate()
  const { url } = await house.gate.listen({ host: '127.0.0.1', port: 0 })
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-export-'))
  await writeFile(path.join(dataDir, 'server.json'), JSON.stringify({ url, pid: process.pid }))
  await writeFile(path.join(dataDir, 'cli-token'), house.cliToken)
})
afterAll(async () => {
  await house.close()
  await rm(dataDir, { recursive: true })
})
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trueup-exported-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function trueup(line: string[], ask: typeof fetch = fetch) {
  const said: string[] = []
  const nothing = async () => 0
  const tell = { write: (text: string) => void said.push(text), isTTY: false }
  const hands: Hands = {
    ...{
      version: '0.0.0',
      out: tell,
      err: tell,
      fetch: ask,
      sleep: async () => {},
      now: () => Date.now(),
      dataDirs: async () => [dataDir],
    },
    ...{ shopToken: async () => '', sourceSecret: async () => '', secretReferred: async () => null },
    ...{ start: nothing, demo: nothing, restore: nothing, simulateShopify: nothing, inspect: nothing },
  }
  return { status: await runProgram(line, hands), said: said.join('') }
}

test.each(EXPORTED_LAYOUTS)('everything of %s lies there, in the columns in which it comes in', async layout => {
  const file = path.join(folder, `${layout}.csv`)
  const { status, said } = await trueup(['export', layout, file])
  const text = await readFile(file, 'utf8')
  expect({ status, said }).toEqual({ status: 0, said: `${file}: ${text.length.toLocaleString('en-US')} bytes of ${layout}.\n` })
  expect(text.split('\r\n')[0]).toBe(
    layoutByName(layout)
      ?.columns.map(column => column.name)
      .join(','),
  )
  expect(text.endsWith('\r\n')).toBe(true)
  expect(await readdir(folder)).toEqual([`${layout}.csv`])
})

test('what is on hand is in it, row by row', async () => {
  const file = path.join(folder, 'stock.csv')
  await trueup(['export', 'RESET_INVENTORY', file])
  const { db } = house.database
  const [counted] = await db.query<{ positions: number; units: number }>(
    'select count(*) as positions, sum(on_hand_units) as units from inventory.position where counted_at is not null',
  )
  const [header = '', ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\r\n')
  const at = header.split(',').indexOf('availableQty')
  expect(rows).toHaveLength(counted?.positions ?? -1)
  expect(rows.reduce((sum, row) => sum + Number(row.split(',')[at]), 0)).toBe(counted?.units)
})

test('a line that breaks leaves the former file as it was, and nothing beside it', async () => {
  const file = path.join(folder, 'stock.csv')
  await writeFile(file, 'of yesterday')
  const broken: typeof fetch = async () => {
    const body = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('itemProductId,'))
        stream.error(new TypeError('terminated'))
      },
    })
    return new Response(body)
  }
  expect((await trueup(['export', 'RESET_INVENTORY', file], broken)).status).toBe(2)
  expect(await readFile(file, 'utf8')).toBe('of yesterday')
  expect(await readdir(folder)).toEqual(['stock.csv'])
})

test.each([
  ['a layout that does not go out', ['export', 'POS_SALES', 'x.csv'], 'CLI_USAGE'],
  ['no file', ['export', 'PRODUCTS'], 'CLI_USAGE'],
])('%s is wrong usage', async (_title, line, code) => {
  const { status, said } = await trueup(line)
  expect({ status, code: said.split(':')[0] }).toEqual({ status: 2, code })
})
