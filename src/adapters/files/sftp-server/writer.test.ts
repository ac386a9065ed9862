import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { someBytes } from '../../../../test/doors/door-contract.ts'
import { EARLY_BYTES_MAX, startWriter, type Writer } from './writer.ts'

let directory: string
let file: FileHandle
const onDisk = () => readFile(path.join(directory, 'file'))
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-writer-'))
  file = await open(path.join(directory, 'file'), 'w+')
})
afterEach(async () => {
  await file.close()
  await rm(directory, { recursive: true, force: true })
})

const BYTES = someBytes(2_000)
const put = (writer: Writer, from: number, to: number) => writer.write(from, BYTES.subarray(from, to), () => {})

test('pieces in any order, some of them twice, come to be the file; at every moment the disk has a beginning of it', async () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: BYTES.length - 1 }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(cuts, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), async (at, order) => {
      await file.truncate(0)
      const edges = [0, ...at.toSorted((a, b) => a - b), BYTES.length]
      const pieces = edges.slice(1).map((to, index) => [edges[index] ?? 0, to] as const)
      const sent = [...pieces, ...pieces.slice(0, 5)].map((piece, index) => ({ piece, key: order[index] ?? 0 }))
      const writer = startWriter(file, { keptBytes: 0, isAppend: false })
      for (const { piece } of sent.toSorted((a, b) => a.key - b.key)) {
        put(writer, piece[0], piece[1])
        const seen = await onDisk()
        expect(seen.equals(BYTES.subarray(0, seen.length))).toBe(true)
      }
      await writer.drained()
      expect([writer.gapAt(), writer.bytes(), writer.error()]).toEqual([null, BYTES.length, null])
      expect((await onDisk()).equals(BYTES)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('a gap is told where it is, and nothing behind it reaches the disk', async () => {
  const writer = startWriter(file, { keptBytes: 0, isAppend: false })
  put(writer, 0, 100)
  put(writer, 200, 300)
  await writer.drained()
  expect([writer.gapAt(), writer.bytes(), (await onDisk()).length]).toEqual([100, 100, 100])
  put(writer, 100, 200)
  await writer.drained()
  expect([writer.gapAt(), (await onDisk()).length]).toEqual([null, 300])
})

test('a size that is set first is a promise, not a file', async () => {
  const writer = startWriter(file, { keptBytes: 0, isAppend: false })
  await writer.setStat({ size: 500 })
  expect([writer.gapAt(), (await onDisk()).length]).toEqual([0, 0])
  put(writer, 0, 500)
  await writer.drained()
  expect(writer.gapAt()).toBeNull()
  await writer.setStat({ size: 200 })
  expect([writer.gapAt(), (await onDisk()).length]).toEqual([null, 200])
})

test('an upload that goes on begins where the file ends, and appending ignores the offset', async () => {
  await file.write(BYTES.subarray(0, 50))
  const writer = startWriter(file, { keptBytes: 50, isAppend: true })
  writer.write(0, BYTES.subarray(50, 80), () => {})
  await writer.drained()
  expect((await onDisk()).equals(BYTES.subarray(0, 80))).toBe(true)
})

test('who leaves gaps without end is refused', () => {
  const writer = startWriter(file, { keptBytes: 0, isAppend: false })
  const piece = Buffer.alloc(1_024 * 1_024)
  let refused: unknown = null
  for (let at = 0; at <= EARLY_BYTES_MAX / piece.length; at++)
    writer.write(1 + at * piece.length, piece, error => {
      refused = error
    })
  expect(String(refused)).toContain('too far apart')
})
