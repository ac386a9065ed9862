import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Door } from '../../src/feed/port.ts'
import type { MemoryReception } from './memory-reception.ts'

export type DoorUnderTest = {
  reception: MemoryReception
  spoolDir: string
  /** Sends a whole file as a client of this door would; resolves when the client was told that it arrived. */
  send(name: string, bytes: Buffer): Promise<void>
  /** Begins to send and breaks the connection after `at` bytes. Absent where there is no connection that could break. */
  cut?(name: string, bytes: Buffer, at: number): Promise<void>
  close(): Promise<void>
}

const NAMES = [
  'stock.csv',
  'name with spaces.csv',
  'Mon Nov 23 2026 23:50:35 GMT-0500 (EST)-InventoryItemExport.csv',
  'Bestände-在庫-😀.csv',
  'quote\'s & "double".csv',
  '-dash.csv',
  'no ending',
]

/** What every door owes to the feed room. A new door is one more line in the test that calls this. */
export function doorContract(door: Door, open: () => Promise<DoorUnderTest>, { canBeCut }: { canBeCut: boolean }): void {
  describe(`the door ${door}`, () => {
    let opened: DoorUnderTest | null = null
    afterEach(async () => {
      await opened?.close()
      opened = null
    })
    const enter = async () => {
      opened = await open()
      return opened
    }

    test.each(NAMES)('a whole file named %s is received with its bytes', async name => {
      const under = await enter()
      const bytes = someBytes(100_000)
      await under.send(name, bytes)
      expect(under.reception.files).toMatchObject([{ name, door, state: 'received', bytes: bytes.length }])
      expect(await spooled(under, 0)).toEqual(bytes)
    })

    test('an empty file is received, with no bytes', async () => {
      const under = await enter()
      await under.send('empty.csv', Buffer.alloc(0))
      expect(under.reception.files).toMatchObject([{ state: 'received', bytes: 0 }])
    })

    test('the same name twice makes two files, and the first keeps its bytes', async () => {
      const under = await enter()
      const [first, second] = [someBytes(50_000), someBytes(30_000, 7)]
      await under.send('stock.csv', first)
      await under.send('stock.csv', second)
      expect(under.reception.files).toMatchObject([{ state: 'received' }, { state: 'received' }])
      expect([await spooled(under, 0), await spooled(under, 1)]).toEqual([first, second])
    })

    // A folder has no connection that could break: what is half-written there does not stand still.
    if (!canBeCut) return
    test('a file that is cut is interrupted, never received, and the next whole one is', async () => {
      const under = await enter()
      const bytes = someBytes(400_000)
      await under.cut?.('stock.csv', bytes, 150_000)
      await under.reception.settled(1)
      expect(under.reception.files).toMatchObject([{ state: 'interrupted', code: 'FILE_INTERRUPTED' }])
      const torn = await spooled(under, 0)
      expect(torn.length).toBe(under.reception.files[0]?.bytes)
      expect(torn).toEqual(bytes.subarray(0, torn.length))
      await under.send('stock.csv', bytes)
      expect(under.reception.inState('received')).toMatchObject([{ bytes: bytes.length }])
    })
  })
}

/** Bytes that tell where they stand, so that a piece in the wrong place is seen. */
export function someBytes(count: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(count)
  for (let at = 0; at < count; at++) bytes[at] = (at * 31 + (at >> 8) * 17 + seed) & 0xff
  return bytes
}

function spooled({ reception, spoolDir }: DoorUnderTest, index: number): Promise<Buffer> {
  return readFile(path.join(spoolDir, reception.files[index]?.spoolName ?? 'none'))
}
