import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FileRoom } from '../../feed/port.ts'
import { openFileRoom } from './file-room.ts'

let base: string
let room: FileRoom
const inBase = (...parts: string[]) => path.join(base, ...parts)

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'trueup-room-'))
  room = await openFileRoom({ homesDir: inBase('homes'), spoolDir: inBase('spool') })
})
afterEach(() => rm(base, { recursive: true, force: true }))

const file = {
  spoolName: 'spooled-1',
  home: 'erp',
  folder: 'a/b',
  inboxName: 'stock.csv',
  kind: 'archive',
  restName: '20261123T235035Z_1_stock.csv',
} as const
const rest = () => inBase('homes/erp/a/b/archive', file.restName)
const face = () => inBase('homes/erp/a/b/inbox/stock.csv')

async function arrive(): Promise<void> {
  await writeFile(inBase('spool', file.spoolName), 'rows')
  await mkdir(path.dirname(face()), { recursive: true })
  await link(inBase('spool', file.spoolName), face())
}

test('a file is put to rest: one name is left, and it is the one in archive/', async () => {
  await arrive()
  expect(await room.putAway(file)).toBe(true)
  expect((await readFile(rest())).toString()).toBe('rows')
  expect((await stat(rest())).nlink).toBe(1)
  expect([await readdir(inBase('spool')), await readdir(path.dirname(face()))]).toEqual([[], []])
})

const crashes: [string, () => Promise<void>][] = [
  ['before anything', async () => {}],
  ['after the new name was made', async () => link(inBase('spool', file.spoolName), rest())],
  ['after the face was taken away', async () => link(inBase('spool', file.spoolName), rest()).then(() => unlink(face()))],
  ['after all was done', async () => void (await room.putAway(file))],
]
test.each(crashes)('a crash %s changes nothing about the end', async (_when, crash) => {
  await arrive()
  await mkdir(path.dirname(rest()), { recursive: true })
  await crash()
  expect(await room.putAway(file)).toBe(true)
  expect((await readFile(rest())).toString()).toBe('rows')
  expect([await readdir(inBase('spool')), await readdir(path.dirname(face()))]).toEqual([[], []])
})

test('a newer upload of the same name keeps its face', async () => {
  await arrive()
  await unlink(face())
  await writeFile(face(), 'newer')
  await room.putAway(file)
  expect((await readFile(face())).toString()).toBe('newer')
})

test('a file that lies in the way is never overwritten', async () => {
  await arrive()
  await room.putAway(file)
  await arrive()
  await expect(room.putAway(file)).rejects.toMatchObject({ code: 'FILE_REST_TAKEN' })
  expect((await readFile(rest())).toString()).toBe('rows')
})

test('bytes that are nowhere are said to be nowhere', async () => {
  expect(await room.putAway(file)).toBe(false)
  expect(await room.spoolSize('spooled-1')).toBeNull()
  await expect(all(room.readSpool('spooled-1'))).rejects.toMatchObject({ code: 'FILE_BYTES_MISSING' })
  await expect(all(room.readRest(file))).rejects.toMatchObject({ code: 'FILE_BYTES_MISSING' })
})

test('a small file is written whole or not at all', async () => {
  const at = { home: 'erp', folder: 'a/b', kind: 'error', name: 'rows.errors.csv' } as const
  await room.writeWhole(at, one('first'))
  await expect(room.writeWhole(at, broken())).rejects.toThrow('broken off')
  expect(await readdir(inBase('homes/erp/a/b/error'))).toEqual(['rows.errors.csv'])
  expect((await readFile(inBase('homes/erp/a/b/error/rows.errors.csv'))).toString()).toBe('first')
})

test('what is read back is what was written, from the spool and from its rest', async () => {
  await arrive()
  expect(await all(room.readSpool('spooled-1'))).toBe('rows')
  await room.putAway(file)
  expect(await all(room.readRest(file))).toBe('rows')
})

async function* one(text: string): AsyncIterable<string> {
  yield text
}

async function* broken(): AsyncIterable<string> {
  yield 'second'
  throw new Error('broken off')
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
