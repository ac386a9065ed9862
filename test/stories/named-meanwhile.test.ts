import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiveUpload } from '../../src/adapters/files/http-upload.ts'
import { anyFormatReader } from '../../src/adapters/formats/any-format.ts'
import { identifierRoutes } from '../../src/catalog/identifier-routes.ts'
import { feedCalled } from '../../src/feed/store.ts'
import * as imports from '../../src/import/step.ts'
import { bringWaitingHome } from '../../src/import/waiting-step.ts'
import { amid } from '../amid.ts'
import { askRoute, openStockRoom, resetFile, type StockRoom } from './stock-room.ts'

/* A name is declared in the moment in which rows are refused for it, or while others of their file come home. */

let room: StockRoom
beforeAll(async () => {
  room = await openStockRoom()
  await room.addFeed('reset', { layout: 'RESET_INVENTORY' })
})
afterAll(() => room.close())

async function declare(value: string, same: string): Promise<void> {
  const { db } = room.house
  const routes = identifierRoutes({ db, clock: room.clock, declared() {} })
  await askRoute(routes, 'POST', '/catalog/identifiers', { body: { type: 'SKU', value, same: { type: 'SKU', value: same } } })
}

const waiting = async () =>
  (
    await room.house.db.query<{ name: string }>(
      'select unknown_value as name from import.rejected_row where unknown_value is not null and resolved_at is null order by 1',
    )
  ).map(row => row.name)

/** A whole file lies there, and no room but feed has looked at it. */
async function drop(name: string, text: string): Promise<void> {
  const { db, spoolDir, receiver, steps } = room.house
  const feed = await feedCalled(db, 'reset')
  const chunks = (async function* () {
    yield Buffer.from(text)
  })()
  await receiveUpload({ spoolDir, reception: receiver }, { feedId: feed?.feedId ?? 0, name, chunks, declaredBytes: null })
  await steps.feed()
}

test('a name that is declared at whatever statement of the reading brings its row home', async () => {
  const { db, files, bring } = room.house
  let didHappen = true
  for (let at = 1; didHappen; at++) {
    room.clock.at += 60_000
    await drop(`late-${at}.csv`, resetFile('A 1', `LATE-${at} ${at}`))
    const reading = amid(db, at, async () => {
      await declare(`LATE-${at}`, 'B')
      // Another process looks for rows that wait for it, and sees none.
      await bringWaitingHome({ db, bring })
    })
    await imports.step({ db: reading.db, clock: room.clock, files, format: anyFormatReader, isLarge: false })
    didHappen = await reading.settled()
    await room.walk()
    if (!didHappen) break
    expect(await waiting(), `declared at statement ${at}`).toEqual([])
    expect(await room.onHand('B'), `declared at statement ${at}`).toBe(at)
  }
  await declare(`LATE-${(await waiting())[0]?.slice(5)}`, 'B')
  await room.walk()
})

test('a second name of a file that is declared while the rows of the first come home brings its rows home too', async () => {
  room.clock.at += 60_000
  await room.bring('reset', 'two-names.csv', resetFile('A 1', 'FIRST 11', 'SECOND 12'))
  await declare('FIRST', 'C')
  await room.house.steps.import()
  await declare('SECOND', 'D')
  await room.house.steps.import()
  expect(await waiting()).toEqual(['FIRST', 'SECOND'])
  await room.walk()
  expect(await waiting()).toEqual([])
  expect([await room.onHand('C'), await room.onHand('D')]).toEqual([11, 12])
})

test('rows of a feed that was switched off when their name came are brought home when it is on again', async () => {
  room.clock.at += 60_000
  await room.bring('reset', 'resting.csv', resetFile('A 1', 'RESTING 13'))
  const isEnabled = (is: boolean) => room.house.db.query('update feed.feed set is_enabled = $1', [is])
  await isEnabled(false)
  await declare('RESTING', 'E')
  await room.walk()
  expect(await waiting()).toEqual(['RESTING'])
  await isEnabled(true)
  await room.walk()
  expect([await waiting(), await room.onHand('E')]).toEqual([[], 13])
})

test('one name brings the rows of more files home than are listed at once', async () => {
  const { db, bring } = room.house
  for (let n = 1; n <= 5; n++) {
    room.clock.at += 60_000
    await room.bring('reset', `many-${n}.csv`, resetFile('A 1', `MANY ${20 + n}`))
  }
  expect((await waiting()).length).toBe(5)
  await declare('MANY', 'F')
  expect(await bringWaitingHome({ db, bring, filesPerPage: 2 })).toMatchObject({ wrote: 5 })
  await room.walk()
  expect([await waiting(), await room.onHand('F')]).toEqual([[], 25])
  expect(await db.query('select * from import.look_again')).toEqual([])
})
