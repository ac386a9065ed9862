import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FeedRoom, openFeedRoom } from '../../test/doors/feed-room.ts'
import { memoryFolder } from '../../test/doors/memory-disk.ts'
import { type Looks, pollFolder } from './folder-step.ts'

let room: FeedRoom
beforeEach(async () => {
  room = await openFeedRoom()
})
afterEach(() => room.database.drop())

test('a file in a watched folder is taken when it has stood still, and removed after it was received', async () => {
  const folder = memoryFolder(room.disk)
  const looks: Looks = new Map()
  const look = () => pollFolder({ clock: room.clock, reception: room.reception, folder, looks }, { feedId: room.feedId, quietMs: 5_000 })
  folder.files.set('stock.csv', 'ha')
  folder.files.set('stock.csv.part', 'temporary')
  await look()
  room.clock.ms += 4_000
  folder.files.set('stock.csv', 'half and half')
  await look()
  room.clock.ms += 4_999
  await look()
  expect(await room.states()).toEqual([])
  room.clock.ms += 1
  await look()
  expect(await room.states()).toEqual(['received'])
  expect([...folder.files.keys()]).toEqual(['stock.csv.part'])
  expect([...room.disk.spool.values()]).toEqual(['half and half'])
})

test('a file that cannot be removed from its folder is not taken again at every look', async () => {
  const folder = memoryFolder(room.disk)
  const looks: Looks = new Map()
  const look = () => pollFolder({ clock: room.clock, reception: room.reception, folder, looks }, { feedId: room.feedId, quietMs: 0 })
  folder.files.set('stock.csv', 'a')
  folder.isReadOnly = true
  await look()
  await expect(look()).rejects.toThrow('read-only')
  await expect(look()).rejects.toThrow('read-only')
  expect(await room.states()).toEqual(['received'])
  folder.isReadOnly = false
  await look()
  expect(folder.files.size).toBe(0)
})
