import { afterAll, beforeAll, expect, test } from 'vitest'
import { feedRoutes } from '../../src/feed/routes.ts'
import type { Route } from '../../src/http/contract/route.ts'
import { beliefRoutes } from '../../src/import/belief-routes.ts'
import { fileRoutes } from '../../src/inventory/file-routes.ts'
import { askRoute, openStockRoom, resetFile, type StockRoom, varianceFile } from './stock-room.ts'

let room: StockRoom
let routes: Route[]
beforeAll(async () => {
  room = await openStockRoom()
  const { db, files } = room.house
  const upload = async () => ({ fileId: 0 })
  routes = [...feedRoutes({ db, clock: room.clock, files, upload, arrived() {} }), ...beliefRoutes({ db })]
})
afterAll(() => room.close())

const decide = (fileId: number, what: 'release' | 'reject', who: string) =>
  askRoute(routes, 'POST', `/files/:id/${what}`, { params: { id: fileId }, body: { reason: `${who} has looked at it` }, who })

const full = (units: number) => resetFile(...['A', 'B', 'C', 'D'].flatMap(sku => [`${sku} ${units}`, `${sku}@DEPOT ${units}`]))

test('with every guard off a file of zeroes is believed', async () => {
  await room.addFeed('trusted', { layout: 'RESET_INVENTORY' })
  await room.bring('trusted', 'one.csv', full(10))
  const zeroes = await room.bring('trusted', 'two.csv', full(0))
  expect(await room.file(zeroes)).toMatchObject({ state: 'applied', accepted: 8 })
})

test('a file unlike the ones before it is held with a diff, and nothing of it has moved', async () => {
  const guards = { rowsPercent: 20, zeroPercent: 50, facilitiesMissing: 0, largestChangeUnits: 100 }
  await room.addFeed('guarded', { layout: 'RESET_INVENTORY', settings: { belief: { guards } } })
  for (const units of [10, 11, 12])
    expect(await room.file(await room.bring('guarded', `${units}.csv`, full(units)))).toMatchObject({ state: 'applied' })
  const held = await room.bring('guarded', 'half.csv', resetFile('A 0', 'B 0', 'C 5000'))
  expect(await room.file(held)).toMatchObject({ state: 'held', code: 'FILE_HELD_BY_GUARD' })
  expect(await room.onHand('A')).toBe(12)
  const { hold } = (await askRoute(routes, 'GET', '/files/:id/hold', { params: { id: held } })) as { hold: Record<string, unknown[]> }
  expect(hold.breaches?.map(breach => (breach as { guard: string }).guard)).toEqual([
    'rowsPercent',
    'zeroPercent',
    'facilitiesMissing',
    'largestChangeUnits',
  ])
  expect(hold.facilities).toEqual([
    { code: 'DEPOT', name: 'DEPOT', before: { rows: 4, units: 48, zeroes: 0 }, after: null },
    { code: 'STORE', name: 'STORE', before: { rows: 4, units: 48, zeroes: 0 }, after: { rows: 3, units: 5000, zeroes: 2 } },
  ])
  expect(hold.largest?.[0]).toEqual({ facility: 'STORE', sku: 'C', name: 'Product C', line: 4, beforeUnits: 12, afterUnits: 5000 })

  await decide(held, 'release', 'anna')
  await room.walk()
  expect(await room.file(held)).toMatchObject({ state: 'applied', accepted: 3 })
  expect([await room.onHand('A'), await room.onHand('C'), await room.onHand('A', 'DEPOT')]).toEqual([0, 5000, 12])
})

test('what is rejected stays unapplied, and everybody may read who did it and why', async () => {
  const held = await room.bring('guarded', 'zeroes.csv', full(0))
  await decide(held, 'reject', 'anna')
  await room.walk()
  expect(await room.file(held)).toMatchObject({ state: 'failed', code: 'FILE_REJECTED' })
  const [entry] = await room.house.db.query<{ who: string; action: string; reason: string }>(
    `select who, action, reason from audit.entry where subject = 'file' order by seq desc limit 1`,
  )
  expect(entry).toEqual({ who: 'anna', action: 'file.reject', reason: 'anna has looked at it' })
})

test('where it takes two, one person is not enough', async () => {
  await room.addFeed('four-eyes', { layout: 'RESET_INVENTORY', settings: { belief: { guards: { zeroPercent: 1 }, releasedBy: 'two' } } })
  const held = await room.bring('four-eyes', 'zeroes.csv', resetFile('E 0'))
  expect(await decide(held, 'release', 'anna')).toMatchObject({ state: 'held', waitsForSecond: true })
  await expect(decide(held, 'release', 'anna')).rejects.toMatchObject({ code: 'FILE_RELEASE_NEEDS_ANOTHER' })
  expect(await decide(held, 'release', 'bert')).toMatchObject({ state: 'received', waitsForSecond: false })
  await room.walk()
  expect([(await room.file(held)).state, await room.onHand('E')]).toEqual(['applied', 0])
})

test('missing rows are kept, listed, or set to nothing once a person has seen how many', async () => {
  const missing = async (missingRows: string, rows: string[]) => {
    await room.addFeed(missingRows, { layout: 'RESET_INVENTORY', settings: { belief: { missingRows } } })
    await room.bring(missingRows, 'first.csv', resetFile('A 7', 'B 7', 'C@DEPOT 7'))
    return room.bring(missingRows, 'second.csv', resetFile(...rows))
  }
  const kept = await missing('keep', ['A 7'])
  expect([(await room.file(kept)).state, await room.onHand('B')]).toEqual(['applied', 7])

  const listed = await missing('list', ['A 7'])
  expect([(await room.file(listed)).state, await room.onHand('B')]).toEqual(['applied', 7])
  expect(await room.house.db.query('select on_hand_units as units from inventory.missing_position where file_id = $1', [listed])).toEqual([
    { units: 7 },
  ])

  const zeroed = await missing('zero', ['A 7'])
  expect((await room.file(zeroed)).reason).toContain('1 positions that the last snapshot counted are not in this one (50 %)')
  expect(await room.onHand('B')).toBe(7)
  await decide(zeroed, 'release', 'anna')
  await room.walk()
  // DEPOT is not in the file at all: that is no row that is missing.
  expect([await room.onHand('A'), await room.onHand('B'), await room.onHand('C', 'DEPOT')]).toEqual([7, 0, 7])
  const [counts] = await room.house.db.query(
    'select rows_missing as missing, rows_zeroed as zeroed, rows_unchanged as agreed from import.verdict where file_id = $1',
    [zeroed],
  )
  expect(counts).toEqual({ missing: 1, zeroed: 1, agreed: 1 })
})

test('an empty file, or a header alone, is a state of its own: it moves nothing, whatever is switched on or off', async () => {
  for (const [name, text] of [
    ['empty.csv', ''],
    ['header.csv', resetFile()],
  ] as const) {
    expect(await room.file(await room.bring('zero', name, text))).toMatchObject({ state: 'empty', code: 'FILE_EMPTY' })
  }
  expect(await room.onHand('A')).toBe(7)
})

test('limits are proposed from the last good files', async () => {
  expect(await askRoute(routes, 'GET', '/feeds/:name/guards', { params: { name: 'four-eyes' } })).toMatchObject({ proposal: null })
  const { proposal, good } = (await askRoute(routes, 'GET', '/feeds/:name/guards', { params: { name: 'guarded' } })) as {
    proposal: Record<string, number>
    good: unknown[]
  }
  expect(good).toHaveLength(4)
  expect(proposal.rowsPercent).toBeGreaterThan(100)
})

test('a file that was believed by mistake is taken back: what was sold since stays sold, and a later count stands', async () => {
  const undoRoutes = fileRoutes({ db: room.house.db, clock: room.clock, moved() {} })
  await room.addFeed('undone', { layout: 'RESET_INVENTORY' })
  await room.addFeed('sales', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta' })
  const later = () => {
    room.clock.at += 60_000
  }
  await room.bring('undone', 'good.csv', resetFile('A 20', 'B 20', 'C 20'))
  later()
  const wrong = await room.bring('undone', 'wrong.csv', resetFile('A 90', 'B 91', 'C 92'))
  later()
  await room.bring('sales', 'sold.csv', varianceFile('A -5', 'B -5'))
  later()
  await room.bring('undone', 'recount.csv', resetFile('B 15'))
  const params = { params: { id: wrong } }
  expect(await askRoute(undoRoutes, 'GET', '/files/:id/undo', params)).toMatchObject({
    positions: 2,
    overruled: 1,
    units: -142,
    negative: 0,
  })
  expect(await room.onHand('A')).toBe(85)
  await askRoute(undoRoutes, 'POST', '/files/:id/undo', { ...params, body: { reason: 'It was the file of another shop.' }, who: 'anna' })
  expect([await room.onHand('A'), await room.onHand('B'), await room.onHand('C')]).toEqual([15, 15, 20])
  expect(await room.file(wrong)).toMatchObject({ state: 'undone', code: 'FILE_UNDONE' })
  expect((await room.file(wrong)).reason).toContain('anna took it back: It was the file of another shop.')
  // The same bytes are no replay: what is undone is not applied.
  const again = await room.bring('undone', 'again.csv', resetFile('A 90', 'B 91', 'C 92'))
  expect((await room.file(again)).state).toBe('applied')
})
