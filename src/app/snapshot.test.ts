import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { auditRoutes } from '../http/audit-routes.ts'
import { listsOf } from '../http/contract/list.ts'
import type { JsonRoute } from '../http/contract/route.ts'
import { EXPORT_ROWS_PER_PAGE, openExports } from '../http/list-csv.ts'
import { snapshotOf } from './snapshot.ts'

let home: TestDatabase
beforeAll(async () => {
  home = await openTestDatabase()
})
afterAll(() => home?.drop())

const ROWS = EXPORT_ROWS_PER_PAGE + 500
const deeds = (count: number, name: string) =>
  home.db.query(
    `insert into audit.entry (at, who, action, subject, name) select now(), 'ada', 'test', 'file', $1 || n from generate_series(1, $2::int) n`,
    [name, count],
  )

test('a list that grows at its beginning while it goes out has each row once, as it stood when the file was begun', async () => {
  await deeds(ROWS, 'before ')
  const [route] = auditRoutes({ db: home.db }) as JsonRoute[]
  const [list] = route ? listsOf(route) : []
  if (!route || !list) throw new Error('there is an audit log')
  const snapshot = snapshotOf(home.db, db => auditRoutes({ db }))
  let page = 0
  const exported = openExports({
    sleep: () => new Promise(() => {}),
    snapshot: work =>
      snapshot(routeOf =>
        work(asked => {
          const found = routeOf(asked)
          // Newest first: without a moment to hold on to, what comes between two pages would push rows from the first into the second.
          return {
            ...found,
            async handle(asked) {
              page += 1
              if (page > 1) await deeds(300, 'meanwhile ')
              return found.handle(asked)
            },
          }
        }),
      ),
  })
  const asked = {
    params: {},
    query: { page: 1, pageSize: 50 },
    body: undefined,
    idempotencyKey: null,
    signal: new AbortController().signal,
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of exported({ route, list, asked: { ...asked, who: { name: 'ada', role: 'viewer' } } })) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\r\n').slice(1)
  expect(lines.length).toBe(ROWS)
  expect(new Set(lines).size).toBe(ROWS)
  expect(lines.join()).not.toContain('meanwhile')
  expect(page).toBe(2)
})

test('what goes out can write nothing', async () => {
  const [route] = auditRoutes({ db: home.db }) as JsonRoute[]
  if (!route) throw new Error('there is an audit log')
  const refused = snapshotOf(home.db, db => [
    { ...route, handle: () => db.query(`insert into audit.entry (at, who, action, subject, name) values (now(), 'x', 'x', 'x', 'x')`) },
  ])(routeOf =>
    routeOf(route).handle({
      params: {},
      query: {},
      body: undefined,
      who: { name: 'x', role: 'viewer' },
      idempotencyKey: null,
      signal: new AbortController().signal,
    }),
  )
  await expect(refused).rejects.toThrow(/read-only/)
})
