import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FeedRoom, openFeedRoom } from '../../test/doors/feed-room.ts'
import * as store from './store.ts'

/* In which order files are read: feeds do not wait for each other, unless one follows another. */

let room: FeedRoom
let other: number
beforeEach(async () => {
  room = await openFeedRoom()
  const { db } = room.database
  other = await store.addFeed(db, {
    name: 'variance',
    home: 'erp',
    folder: 'variance',
    layout: 'MDM_INV_VARIANCE',
    fileKind: 'delta',
    now: room.clock.now(),
  })
})
afterEach(() => room.database.drop())

const hold = (fileId: number, code: string) =>
  room.database.db.transaction(tx => store.markHeld(tx, { fileId, code, reason: 'for the test', now: room.clock.now() }))

test('the feed with the lower number is read first, whatever came first', async () => {
  const { db } = room.database
  await store.changeFeed(db, 'variance', { priority: 1 })
  const [late, urgent] = [await room.receive('a'), await room.receive('b', { feed: other })]
  await room.untilIdle()
  expect([await room.importNext(), await room.importNext()]).toEqual([urgent, late])
})

test('a variance waits while a reset that it follows is on its way', async () => {
  const { db } = room.database
  await store.changeFeed(db, 'variance', { followsFeedId: room.feedId })
  const variance = await room.receive('+1', { feed: other })
  const opening = await room.open()
  await room.untilIdle()
  expect(await room.importNext()).toBeNull()
  await room.reception.interrupted(opening, { bytes: 0, code: 'FILE_INTERRUPTED', reason: 'cut' })
  const reset = await room.receive('10')
  await room.untilIdle()
  expect([await room.importNext(), await room.importNext()]).toEqual([reset, variance])
})

test('a feed waits for what the feed that it follows waits for', async () => {
  const { db } = room.database
  const third = await store.addFeed(db, { name: 'orders', home: 'erp', folder: 'orders', layout: 'ORDERS', now: room.clock.now() })
  await store.changeFeed(db, 'variance', { followsFeedId: room.feedId })
  await store.changeFeed(db, 'orders', { followsFeedId: other })
  const [orders, reset] = [await room.receive('o', { feed: third }), await room.receive('10')]
  await room.untilIdle()
  expect([await room.importNext(), await room.importNext()]).toEqual([reset, orders])
})

test('a feed cannot wait for itself, by however many others', async () => {
  const { db } = room.database
  const [stock] = await store.listFeeds(db)
  await store.changeFeed(db, 'variance', { followsFeedId: room.feedId })
  await expect(store.changeFeed(db, stock?.name ?? '', { followsFeedId: other })).rejects.toMatchObject({ code: 'FEED_FOLLOWS_ITSELF' })
})

test('a newer snapshot that is believed takes the place of a held one', async () => {
  const held = await room.receive('monday')
  await room.untilIdle()
  await hold(held, 'FILE_HELD')
  await room.receive('tuesday')
  await room.untilIdle()
  await room.importNext()
  expect(await room.states()).toEqual(['stale FILE_SUPERSEDED', 'applied'])
})

test('changes wait behind a held file of theirs, and not behind one that was only seen before', async () => {
  const first = await room.receive('+1', { feed: other })
  await room.untilIdle()
  await hold(first, 'FILE_HELD')
  await room.receive('+2', { feed: other })
  await room.untilIdle()
  expect(await room.importNext()).toBeNull()
  await room.database.db.query(`update feed.file set code = 'FEED_DELTA_SEEN_BEFORE' where file_id = $1`, [first])
  expect(await room.importNext()).toBe(2)
})
