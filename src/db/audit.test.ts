import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { recordAudit } from './audit.ts'

let home: TestDatabase
beforeAll(async () => {
  home = await openTestDatabase()
})
afterAll(() => home.drop())

const deed = {
  at: Date.UTC(2026, 10, 24),
  who: 'ada',
  action: 'file.release',
  subject: 'file',
  name: 'stock.csv',
  reason: 'counted twice',
  before: null,
  after: null,
}

test('a deed is kept with who, when, what, before, after and why', async () => {
  await recordAudit(home.db, { ...deed, before: { state: 'held' }, after: { state: 'received' } })
  const [kept] = await home.db.query('select who, action, subject, name, before, after, reason from audit.entry')
  expect(kept).toEqual({
    ...{ who: 'ada', action: 'file.release', subject: 'file', name: 'stock.csv', reason: 'counted twice' },
    before: { state: 'held' },
    after: { state: 'received' },
  })
})

test.each([`update audit.entry set who = 'eve'`, 'delete from audit.entry', 'truncate audit.entry'])('%s is refused', async statement => {
  await recordAudit(home.db, deed)
  await expect(home.db.query(statement)).rejects.toThrow('append-only')
})

test('a deed that is taken back leaves no trace of having been done', async () => {
  const counted = async () => (await home.db.query<{ n: number }>('select count(*) as n from audit.entry'))[0]?.n
  const before = await counted()
  const undone = home.db.transaction(async tx => {
    await recordAudit(tx, deed)
    throw new Error('the deed failed')
  })
  await expect(undone).rejects.toThrow('the deed failed')
  expect(await counted()).toBe(before)
})
