import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type List, listsOf } from '../../src/http/contract/list.ts'
import type { JsonRoute } from '../../src/http/contract/route.ts'
import { EXPORT_ROWS_PER_PAGE, openExports } from '../../src/http/list-csv.ts'
import { inSoak } from '../rounds.ts'
import { openTestGate, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

/*
 * Whatever a page lists, a person may have as a file. The lists are read off the routes, so that one that is added tomorrow is in it.
 */

const delimitedRows = (text: string): string[][] => parse(text)

let house: TestGate
let lists: { route: JsonRoute; list: List }[]
beforeAll(async () => {
  house = await openTestGate()
  lists = house.routes.flatMap(route => (route.kind === 'json' ? listsOf(route).map(list => ({ route, list })) : []))
})
afterAll(() => house.close())

const KNOWN: Readonly<Record<string, string>> = {
  ...{ code: 'demo', sku: 'AR-5381', id: '1', runId: '1', uploadId: '1', exchangeId: '1', name: 'adventureworks', order: '1001' },
}
const urlOf = (path: string) => `/api/v1${path.replace(/:(\w+)/g, (_all, name: string) => KNOWN[name] ?? name)}`
const ask = (url: string, headers: Record<string, string> = { authorization: `Bearer ${house.cliToken}` }) =>
  house.gate.app.inject({ url, headers })

test('every list goes out as a file: the columns of its rows, and a line for each row that its pages have', async () => {
  const answered: string[] = []
  for (const { route, list } of lists) {
    const url = `${urlOf(route.path)}?format=csv${listsOf(route).length > 1 ? `&of=${list.name}` : ''}`
    const [file, page] = [await ask(url), await ask(urlOf(route.path))]
    expect(file.statusCode, `${url}: ${file.body.slice(0, 300)}`).toBe(page.statusCode)
    if (page.statusCode !== 200) {
      expect(file.headers['content-type'], url).toContain('application/problem+json')
      continue
    }
    expect(file.headers['content-type'], url).toBe('text/csv; charset=utf-8')
    expect(file.headers['content-disposition'], url).toMatch(/^attachment; filename="[a-z0-9-]+\.csv"/i)
    const rows = delimitedRows(file.body)
    expect(rows[0], url).toEqual(list.columns.map(column => column.name))
    const answer = page.json() as { total?: number } & Record<string, unknown[]>
    expect(rows.length - 1, url).toBe(list.way === 'pages' ? answer.total : answer[list.name]?.length)
    answered.push(`${route.path} ${list.name}`)
  }
  expect(lists.length).toBeGreaterThan(40)
  expect(answered.length).toBeGreaterThan(30)
})

test('the lists that people see are all among them', () => {
  const paths = new Set(lists.map(({ route }) => route.path as string))
  const wanted = [
    ...[
      '/files',
      '/files/:id/rows',
      '/stock',
      '/positions',
      '/promises',
      '/facilities',
      '/groups',
      '/orders/queue',
      '/kits',
      '/rules',
      '/diff',
    ],
    ...['/jobs', '/jobs/runs', '/uploads', '/uploads/:uploadId/rows', '/reports', '/proofs', '/proofs/:runId/rows', '/catalog/findings'],
    ...['/health/findings', '/alerts', '/alerts/sent', '/people', '/audit', '/shops/:code/job-log', '/controls', '/shops/:code/locations'],
    ...[
      '/import/unknown',
      '/feeds',
      '/sources',
      '/shops',
      '/outbox/intents',
      '/reconcile/differences',
      '/ledger/documents',
      '/ledger/scheduled',
    ],
  ]
  expect(wanted.filter(path => !paths.has(path))).toEqual([])
})

test.each([
  ['/files?state=failed&format=csv', ['stock-2.csv']],
  ['/files?search=stock-3&page=7&pageSize=1&format=csv', ['stock-3.csv']],
  ['/files?sort=oldest&format=csv', ['stock-1.csv', 'stock-2.csv', 'stock-3.csv', 'Bestand % ü.csv']],
])('%s has what the list shows, whatever the page', async (url, names) => {
  const [head = [], ...rows] = delimitedRows((await ask(`/api/v1${url}`)).body)
  expect(rows.map(row => row[head.indexOf('name')])).toEqual(names)
})

test('whoever may not see a list may not have it as a file', async () => {
  const cookie = await house.signIn('viewer', 'a good long password')
  for (const url of ['/api/v1/people?format=csv', '/api/v1/people?format=csv&of=tokens']) {
    expect((await ask(url, { cookie })).statusCode, url).toBe(403)
    expect((await ask(url, {})).statusCode, url).toBe(401)
  }
  expect((await ask('/api/v1/files?format=csv', { cookie })).statusCode).toBe(200)
  expect((await ask('/api/v1/files?format=csv', {})).statusCode).toBe(401)
})

test.each(['/files?format=pdf', '/people?format=csv&of=passwords', '/files?format=csv&state=torn'])('%s is refused', async url => {
  expect((await ask(`/api/v1${url}`)).json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' })
})

test('what stands in a cell stays text: no formula, no second column, no second line', async () => {
  const names = ['=1+1', '+491', '-2', '@SUM(A1)', '\tx', 'a,"b"\nc', "'=1"]
  for (const name of names)
    await house.database.db.query(`insert into audit.entry (at, who, action, subject, name) values ($1, 'ada', 'test', 'cell', $2)`, [
      new Date(NOW),
      name,
    ])
  const [head = [], ...rows] = delimitedRows((await ask('/api/v1/audit?subject=cell&format=csv')).body)
  const shown = rows.map(row => row[head.indexOf('name')])
  expect(shown).toEqual(["''=1", 'a,"b"\nc', "'\tx", "'@SUM(A1)", "'-2", "'+491", "'=1+1"])
})

let opened: Promise<{ url: string }> | null = null
function listening(): Promise<{ url: string }> {
  opened ??= house.gate.listen({ host: '127.0.0.1', port: 0 })
  return opened
}

const ROWS = inSoak({ full: 1_000_000, sample: 12_000 })
const GROWTH_BYTES_MAX = 200 * 1_024 * 1_024

test('a list of very many rows goes out whole, a page of it in memory at a time', {
  timeout: inSoak({ full: 900_000, sample: 30_000 }),
}, async () => {
  await house.database.db.query(
    `insert into audit.entry (at, who, action, subject, name, reason)
     select $1, 'ada', 'test.many', 'many', 'row ' || n, repeat('x', 60) from generate_series(1, $2::int) n`,
    [new Date(NOW), ROWS],
  )
  const { url } = await listening()
  const before = process.memoryUsage().rss
  let most = 0
  const answer = await fetch(`${url}/api/v1/audit?subject=many&format=csv`, { headers: { authorization: `Bearer ${house.cliToken}` } })
  let lines = 0
  for await (const chunk of answer.body ?? []) {
    for (const byte of chunk) if (byte === 10) lines += 1
    most = Math.max(most, process.memoryUsage().rss)
  }
  expect(lines).toBe(ROWS + 1)
  expect(ROWS).toBeGreaterThan(2 * EXPORT_ROWS_PER_PAGE)
  expect(most - before).toBeLessThan(GROWTH_BYTES_MAX)
})

test('who leaves in the middle lets go: others have their file', { timeout: 30_000 }, async () => {
  const { url } = await listening()
  const headers = { authorization: `Bearer ${house.cliToken}` }
  for (let left = 0; left < 6; left++) {
    const leaving = new AbortController()
    const answer = await fetch(`${url}/api/v1/audit?subject=many&format=csv`, { headers, signal: leaving.signal })
    if (left % 2 === 0) await answer.body?.getReader().read()
    leaving.abort()
  }
  const answer = await fetch(`${url}/api/v1/audit?subject=cell&format=csv`, { headers })
  expect((await answer.text()).split('\r\n').length).toBeGreaterThan(5)
})

test('two go out at a time; a third waits until one has ended, or was left', async () => {
  const route = lists.find(one => one.route.path === '/audit')
  if (route === undefined) throw new Error('there is an audit log')
  let open = 0
  let most = 0
  const exported = openExports({
    sleep: () => new Promise(() => {}),
    async snapshot(work) {
      open += 1
      most = Math.max(most, open)
      return work(one => one).finally(() => {
        open -= 1
      })
    },
  })
  const who = { name: 'ada', role: 'viewer' as const }
  const asked = { params: {}, query: { subject: 'many', page: 1, pageSize: 50 }, body: undefined, who, idempotencyKey: null }
  const begin = () => exported({ ...route, asked: { ...asked, signal: new AbortController().signal } })
  const [first, second, third] = [begin(), begin(), begin()]
  await Promise.all([first.next(), second.next()])
  const waits = third.next()
  expect(await Promise.race([waits.then(() => 'began'), new Promise(resolve => setTimeout(resolve, 100, 'waits'))])).toBe('waits')
  await first.return(undefined)
  expect((await waits).done).toBe(false)
  expect(most).toBe(2)
  await Promise.all([second.return(undefined), third.return(undefined)])
  expect(open).toBe(0)
})
