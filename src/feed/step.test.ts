import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FeedRoom, openFeedRoom } from '../../test/doors/feed-room.ts'
import { putAwayStep } from './put-away-step.ts'
import * as store from './store.ts'

let room: FeedRoom
beforeEach(async () => {
  room = await openFeedRoom()
})
afterEach(() => room.database.drop())

test('a new file is imported, the same bytes again are a replay, other bytes are a correction', async () => {
  await room.receive('a')
  await room.untilIdle()
  expect(await room.importNext()).toBe(1)
  await room.receive('a', { name: 'other name.csv' })
  await room.receive('b')
  await room.untilIdle()
  expect(await room.states()).toEqual(['applied', 'duplicate FEED_ALREADY_APPLIED', 'received'])
  expect(await room.importNext()).toBe(3)
})

test('no file is imported before it is known to be new', async () => {
  await room.receive('a')
  expect(await room.importNext()).toBeNull()
})

test('two files with the same bytes one right after the other are applied once', async () => {
  await room.receive('a')
  await room.receive('a')
  await room.untilIdle()
  expect(await room.states()).toEqual(['received', 'received'])
  expect(await room.importNext()).toBe(1)
  expect(await room.importNext()).toBeNull()
  await room.untilIdle()
  expect(await room.states()).toEqual(['applied', 'duplicate FEED_ALREADY_APPLIED'])
})

test('a file that failed may come again with the same bytes', async () => {
  const fileId = await room.receive('a')
  await room.untilIdle()
  await room.database.db.transaction(tx =>
    store.markFailed(tx, { fileId, code: 'FILE_EMPTY', reason: 'for the test', now: room.clock.now() }),
  )
  await room.receive('a')
  await room.untilIdle()
  expect(await room.importNext()).toBe(2)
})

test('a delta that was seen before waits for a person, and counts once it is released', async () => {
  const delta = {
    name: 'variance',
    home: 'erp',
    folder: 'variance',
    layout: 'MDM_INV_VARIANCE',
    fileKind: 'delta',
    now: room.clock.now(),
  } as const
  const feed = await store.addFeed(room.database.db, delta)
  await room.receive('a', { feed })
  await room.untilIdle()
  await room.importNext()
  const second = await room.receive('a', { feed })
  await room.untilIdle()
  expect(await room.states()).toEqual(['applied', 'held FEED_DELTA_SEEN_BEFORE'])
  expect(await room.importNext()).toBeNull()
  await room.database.db.transaction(tx => store.releaseHeld(tx, { fileId: second, who: 'somebody', now: room.clock.now() }))
  await room.untilIdle()
  expect(await room.importNext()).toBe(second)
})

test('the same bytes in another feed are another file', async () => {
  const other = await store.addFeed(room.database.db, {
    name: 'other',
    home: 'erp',
    folder: 'other',
    layout: 'RESET_INVENTORY',
    now: room.clock.now(),
  })
  await room.receive('a')
  await room.receive('a', { feed: other })
  await room.untilIdle()
  expect([await room.importNext(), await room.importNext()]).toEqual([1, 2])
})

test('an empty file moves nothing', async () => {
  await room.receive('')
  await room.untilIdle()
  expect(await room.states()).toEqual(['empty FILE_EMPTY'])
})

test('a file whose bytes are gone or changed on disk fails, and does not block its feed', async () => {
  await room.receive('gone')
  await room.receive('longer')
  await room.receive('fine')
  const [first, second] = [...room.disk.spool.keys()]
  room.disk.spool.delete(first ?? '')
  room.disk.spool.set(second ?? '', 'shorter than that')
  await room.untilIdle()
  expect(await room.states()).toEqual(['failed FILE_BYTES_MISSING', 'failed FILE_BYTES_MISSING', 'received'])
  expect(await room.importNext()).toBe(3)
})

test('the files of a feed are imported in their order; while one is being read its feed waits and another does not', async () => {
  const other = await store.addFeed(room.database.db, {
    name: 'other',
    home: 'erp',
    folder: 'other',
    layout: 'RESET_INVENTORY',
    now: room.clock.now(),
  })
  await room.receive('1')
  await room.receive('2')
  await room.receive('3', { feed: other })
  await room.untilIdle()
  await room.database.db.transaction(async tx => {
    expect((await store.nextToImport(tx, { isLarge: false }))?.fileId).toBe(1)
    await room.database.db.transaction(async second => {
      expect((await store.nextToImport(second, { isLarge: false }))?.fileId).toBe(3)
    })
    await store.markStaged(tx, 1, room.clock.now())
  })
  expect(await room.importNext()).toBe(2)
})

test('a disabled feed takes files in and imports none', async () => {
  await room.database.db.query('update feed.feed set is_enabled = false')
  await room.receive('a')
  await room.untilIdle()
  expect(await room.importNext()).toBeNull()
  await room.database.db.query('update feed.feed set is_enabled = true')
  expect(await room.importNext()).toBe(1)
})

test('what cannot happen to a file is refused', async () => {
  const fileId = await room.receive('a')
  await room.untilIdle()
  await room.importNext()
  const failed = { fileId, code: 'FILE_EMPTY', reason: 'for the test', now: room.clock.now() }
  await expect(room.database.db.transaction(tx => store.markFailed(tx, failed))).rejects.toThrow(/cannot be refused/)
  expect(await room.states()).toEqual(['applied'])
})

test('an interrupted file is never imported, whatever follows', async () => {
  const receipt = await room.reception.opened({ feedId: room.feedId, door: 'sftp', name: 'stock.csv' })
  room.disk.spool.set(receipt.spoolName, 'ha')
  await room.reception.interrupted(receipt, { bytes: 2, code: 'FILE_INTERRUPTED', reason: 'The connection was lost after 2 bytes.' })
  await room.receive('half and half')
  await room.untilIdle()
  expect(await room.importNext()).toBe(2)
  expect(await room.importNext()).toBeNull()
})

test('a file with its verdict goes to its place once, whatever moment a crash chooses', async () => {
  await room.receive('a')
  await room.untilIdle()
  await room.importNext()
  room.disk.crashAfterMove = true
  await expect(putAwayStep(room.deps)).rejects.toThrow('crash')
  expect(await room.restNames()).toEqual([null])
  expect(await putAwayStep(room.deps)).toMatchObject({ read: 1, wrote: 1 })
  expect(await putAwayStep(room.deps)).toMatchObject({ read: 0 })
  expect(await room.restNames()).toEqual(['20261123T235035Z_1_stock.csv'])
  expect([...room.disk.rest]).toEqual([['erp/stock/archive/20261123T235035Z_1_stock.csv', 'a']])
})

test('an interrupted file waits a quarter of an hour, then lies in failed/ with a note beside it', async () => {
  const receipt = await room.reception.opened({ feedId: room.feedId, door: 'sftp', name: 'stock.csv' })
  room.disk.spool.set(receipt.spoolName, 'ha')
  await room.reception.interrupted(receipt, { bytes: 2, code: 'FILE_INTERRUPTED', reason: 'The connection was lost after 2 bytes.' })
  room.clock.ms += 15 * 60_000 - 1
  expect(await putAwayStep(room.deps)).toMatchObject({ read: 0 })
  room.clock.ms += 1
  await putAwayStep(room.deps)
  expect(room.disk.rest.get('erp/stock/failed/20261123T235035Z_1_stock.csv')).toBe('ha')
  expect(room.disk.rest.get('erp/stock/failed/20261123T235035Z_1_stock.csv.reason.txt')).toContain('lost after 2 bytes')
})

test('one file that cannot be moved does not keep the others from their rest, and is tried again', async () => {
  await room.receive('')
  await room.receive('')
  await room.untilIdle()
  room.disk.refuse = '_1_stock.csv'
  await expect(putAwayStep(room.deps)).rejects.toThrow('refused')
  expect(await room.restNames()).toEqual([null, '20261123T235035Z_2_stock.csv'])
  room.disk.refuse = null
  await putAwayStep(room.deps)
  expect(await room.restNames()).toEqual(['20261123T235035Z_1_stock.csv', '20261123T235035Z_2_stock.csv'])
})

test('the room says what waits and what is torn', async () => {
  expect(await store.feedStatus(room.database.db, room.clock.now())).toEqual({ backlog: 0, oldestAt: null, stuck: 0 })
  await room.receive('a')
  await room.reception.interrupted(await room.open(), { bytes: 0, code: 'FILE_INTERRUPTED', reason: 'for the test' })
  expect(await store.feedStatus(room.database.db, room.clock.now())).toEqual({ backlog: 1, oldestAt: room.clock.now(), stuck: 1 })
})

test('two feeds cannot share a name or a folder', async () => {
  const feed = { name: 'stock', home: 'erp', folder: 'elsewhere', layout: 'RESET_INVENTORY', now: room.clock.now() }
  await expect(store.addFeed(room.database.db, feed)).rejects.toMatchObject({ code: 'FEED_EXISTS' })
  await expect(store.addFeed(room.database.db, { ...feed, name: 'new', folder: 'stock' })).rejects.toMatchObject({ code: 'FEED_EXISTS' })
  await expect(store.addFeed(room.database.db, { ...feed, name: 'new', folder: '../x' })).rejects.toMatchObject({
    code: 'FEED_FOLDER_INVALID',
  })
})
