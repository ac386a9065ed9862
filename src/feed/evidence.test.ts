import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FeedRoom, openFeedRoom } from '../../test/doors/feed-room.ts'
import { memoryFolder } from '../../test/doors/memory-disk.ts'
import type { ArrivalSettings } from './arrival.ts'
import { type Looks, pollFolder } from './folder-step.ts'
import { putAwayStep } from './put-away-step.ts'
import { changeSettings } from './settings-store.ts'

let room: FeedRoom
beforeEach(async () => {
  room = await openFeedRoom()
})
afterEach(() => room.database.drop())

const declare = (arrival: ArrivalSettings) => room.database.db.transaction(tx => changeSettings(tx, room.feedId, { arrival }))
const lay = (name: string, text = '') => room.reception.companion({ feedId: room.feedId, name, text })

test('a file that was closed waits for its marker, says so, and lets others of its feed pass', async () => {
  await declare({ evidence: 'marker' })
  await room.receive('first', { name: 'first.csv' })
  await room.receive('second', { name: 'second.csv' })
  await room.untilIdle()
  expect(await room.states()).toEqual(['received FILE_WAITS_FOR_EVIDENCE', 'received FILE_WAITS_FOR_EVIDENCE'])
  expect(await room.importNext()).toBeNull()
  await lay('second.csv.done')
  await room.untilIdle()
  expect(await room.importNext()).toBe(2)
  await lay('first.done')
  await room.untilIdle()
  expect(await room.importNext()).toBe(1)
})

test('a marker counts once', async () => {
  await declare({ evidence: 'marker' })
  await room.receive('monday', { name: 'stock.csv' })
  await lay('stock.csv.done')
  await room.untilIdle()
  await room.importNext()
  room.clock.ms += 1_000
  await room.receive('tuesday', { name: 'stock.csv' })
  await room.untilIdle()
  expect(await room.states()).toEqual(['applied', 'received FILE_WAITS_FOR_EVIDENCE'])
})

test('a manifest says whether it is the file that was meant', async () => {
  await declare({ evidence: 'manifest' })
  await room.receive('the whole', { name: 'a.csv' })
  await room.receive('a half', { name: 'b.csv' })
  await lay('a.csv.md5', createHash('md5').update('the whole').digest('hex'))
  await lay('b.csv.manifest', `b.csv ${'a half of it'.length}`)
  await room.untilIdle()
  expect(await room.states()).toEqual(['received', 'failed FILE_MANIFEST_MISMATCH'])
  expect(await room.importNext()).toBe(1)
})

test('a file whose evidence never comes is failed, with a note beside it that says what came', async () => {
  await declare({ evidence: 'rename', patienceMinutes: 5 })
  await room.receive('sku,units\na,1\nb', { name: 'stock.csv' })
  await room.untilIdle()
  room.clock.ms += 5 * 60_000
  await room.untilIdle()
  expect(await room.states()).toEqual(['failed FILE_EVIDENCE_MISSING'])
  await putAwayStep(room.deps)
  const note = [...room.disk.rest].find(([name]) => name.endsWith('.reason.txt'))?.[1]
  expect(note).toContain('Bytes:    15')
  expect(note).toContain('Reached:  line 3, which is broken off: b')
})

test('an interrupted file waits for its client as long as its feed says', async () => {
  await declare({ patienceMinutes: 60 })
  const receipt = await room.open()
  await room.reception.interrupted(receipt, { bytes: 1, code: 'FILE_INTERRUPTED', reason: 'cut' })
  room.clock.ms += 59 * 60_000
  await putAwayStep(room.deps)
  expect(await room.restNames()).toEqual([null])
  expect(await room.reception.resumed(receipt.fileId)).not.toBeNull()
  await room.reception.interrupted(receipt, { bytes: 2, code: 'FILE_INTERRUPTED', reason: 'cut' })
  room.clock.ms += 60 * 60_000
  room.disk.spool.set(receipt.spoolName, 'ab')
  await putAwayStep(room.deps)
  expect(await room.restNames()).toEqual([expect.stringMatching(/_stock\.csv$/)])
})

test('in a watched folder a file is taken when its marker lies beside it, and the marker goes with it', async () => {
  await declare({ evidence: 'marker' })
  const folder = memoryFolder(room.disk)
  const looks: Looks = new Map()
  const arrival = { evidence: 'marker' } as const
  const look = () =>
    pollFolder({ clock: room.clock, reception: room.reception, folder, looks }, { feedId: room.feedId, arrival, quietMs: 0 })
  folder.files.set('stock.csv', 'rows')
  await look()
  await look()
  expect(await room.states()).toEqual([])
  folder.files.set('stock.csv.ok', '')
  await look()
  await look()
  await room.untilIdle()
  expect([...folder.files.keys()]).toEqual([])
  expect(await room.importNext()).toBe(1)
})
