import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FeedRoom, openFeedRoom } from '../../test/doors/feed-room.ts'
import { putAwayStep } from './put-away-step.ts'
import { adoptOrphans, createReception, RECEIVER_SILENT_MS, type Receiver } from './step.ts'

let room: FeedRoom
beforeEach(async () => {
  room = await openFeedRoom()
})
afterEach(() => room.database.drop())

test('after a restart, what was coming in is interrupted, at once where nobody else can be at work', async () => {
  const receipt = await room.reception.opened({ feedId: room.feedId, door: 'sftp', name: 'stock.csv' })
  room.disk.spool.set(receipt.spoolName, 'half')
  const next = createReception({ db: room.database.db, clock: room.clock, ids: room.ids })
  await adoptOrphans({ ...room.deps, receiver: next, isAlone: true })
  expect(await room.states()).toEqual(['interrupted FILE_INTERRUPTED_RESTART'])
  const rows = await room.database.db.query('select received_bytes as bytes from feed.file')
  expect(rows).toEqual([{ bytes: 4 }])
})

test('of several processes, one that lives keeps its uploads, and a silent one loses them', async () => {
  const [mine, others] = [room.reception, createReception({ db: room.database.db, clock: room.clock, ids: room.ids })]
  await others.opened({ feedId: room.feedId, door: 'sftp', name: 'stock.csv' })
  const sweep = (receiver: Receiver) => adoptOrphans({ ...room.deps, receiver, isAlone: false })
  room.clock.ms += RECEIVER_SILENT_MS - 1
  await sweep(others)
  room.clock.ms += RECEIVER_SILENT_MS - 1
  await sweep(mine)
  expect(await room.states()).toEqual(['receiving'])
  room.clock.ms += 2
  await sweep(mine)
  expect(await room.states()).toEqual(['interrupted FILE_INTERRUPTED_RESTART'])
})

test('an upload that was only thought to be dead is received after all, unless it was put to rest', async () => {
  const [first, second] = [await room.open(), await room.open()]
  await adoptOrphans({ ...room.deps, receiver: createReception({ db: room.database.db, clock: room.clock, ids: room.ids }), isAlone: true })
  await room.reception.received(first, { bytes: 4, modifiedAt: null, by: 'close' })
  room.clock.ms += 15 * 60_000
  await putAwayStep(room.deps)
  await expect(room.reception.received(second, { bytes: 4, modifiedAt: null, by: 'close' })).rejects.toMatchObject({
    code: 'FILE_GIVEN_UP',
  })
  expect(await room.states()).toEqual(['received', 'interrupted FILE_INTERRUPTED_RESTART'])
})

test('a long upload of a living process is no orphan; one that an error left behind is', async () => {
  await room.open()
  room.clock.ms += 24 * 60 * 60_000
  await adoptOrphans({ ...room.deps, receiver: room.reception, isAlone: true })
  expect(await room.states()).toEqual(['receiving'])
  const forgetful: Receiver = { ...room.reception, liveFileIds: () => [] }
  await adoptOrphans({ ...room.deps, receiver: forgetful, isAlone: true })
  expect(await room.states()).toEqual(['interrupted FILE_INTERRUPTED_RESTART'])
})
