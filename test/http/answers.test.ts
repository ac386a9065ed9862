import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JOBS } from '../../src/jobs/job.ts'
import { openTestGate, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

let house: TestGate
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
})
afterAll(() => house.close())

const get = async (url: string) => house.gate.app.inject({ url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } })
const post = async (url: string, payload?: string | object, headers: Record<string, string> = {}) =>
  house.gate.app.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${house.cliToken}`, ...headers },
    ...(payload ? { payload } : {}),
  })

test('the street has nine rooms in their order, and says that stock is in sync', async () => {
  const street = (await get('/street')).json()
  expect(street.rooms.map((room: { room: string }) => room.room)).toEqual([
    ...['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'reconcile', 'catalog'],
  ])
  expect(street.sync).toMatchObject({
    levels: 4,
    levelsEqual: 4,
    sentence: 'In sync: all 4 levels are equal, last read back 7 min ago.',
  })
  expect(street.rooms[0]).toMatchObject({ state: 'stuck', word: 'Needs you', stuck: 1, lastStep: { outcome: 'finished', code: null } })
  expect(street.observedAt).toBe(new Date(NOW).toISOString())
})

test('with reconcile silent, nothing anywhere says in sync', async () => {
  house.clock.at = NOW + 25_000
  const street = (await get('/street')).json()
  house.clock.at = NOW
  expect(street.sync.state).toBe('unknown')
  expect(street.sync.sentence).toMatch(/^Unknown: nobody reads the shop back: no step for 27 s\./)
  expect(JSON.stringify(street).toLowerCase()).not.toContain('in sync')
})

test.each([
  ['', ['Bestand % ü.csv', 'stock-3.csv', 'stock-2.csv', 'stock-1.csv']],
  ['?sort=oldest', ['stock-1.csv', 'stock-2.csv', 'stock-3.csv', 'Bestand % ü.csv']],
  ['?state=failed', ['stock-2.csv']],
  ['?search=STOCK-3', ['stock-3.csv']],
  ['?search=%25', ['Bestand % ü.csv']],
  ['?search=_', []],
  ['?feed=other', []],
  ['?rejected=true', ['stock-1.csv']],
  [`?from=${new Date(NOW - 16 * 60_000).toISOString()}&to=${new Date(NOW - 10 * 60_000).toISOString()}`, ['stock-2.csv']],
  ['?page=2&pageSize=3', ['stock-1.csv']],
])('files%s', async (query, names) => {
  const page = (await get(`/files${query}`)).json()
  expect(page.rows.map((row: { name: string }) => row.name)).toEqual(names)
  if (query === '?page=2&pageSize=3') expect(page).toMatchObject({ page: 2, pageSize: 3, total: 4, isTotalAtLeast: false })
})

test('a file tells its counts and its story', async () => {
  const file = (await get('/files/1')).json()
  expect(file.counts).toEqual({ rowsRead: 6, rowsAccepted: 3, rowsUnchanged: 1, rowsRejected: 2, rowsOutdated: 0, unitsRead: 442 })
  expect(file.timeline.map((event: { event: string }) => event.event)).toEqual(['opened', 'received', 'judged', 'booked', 'put_away'])
  expect(file.rejectedByCode).toEqual([
    { code: 'ROW_PRODUCT_UNKNOWN', rows: 1, waiting: 1 },
    { code: 'ROW_UNITS_NOT_WHOLE', rows: 1, waiting: 1 },
  ])
  const torn = (await get('/files/3')).json()
  expect(torn).toMatchObject({ state: 'interrupted', counts: null, receivedAt: null, reason: 'The connection was lost.' })
})

test('rejected rows come with line, code, reason and raw text, by code and by page', async () => {
  const all = (await get('/files/1/rows?outcome=rejected')).json()
  expect(all).toMatchObject({ total: 2, rows: [{ line: 4, raw: '<b>BE-2349</b>,TOOL,12.5' }, { line: 6 }] })
  const one = (await get('/files/1/rows?code=ROW_PRODUCT_UNKNOWN')).json()
  expect(one).toMatchObject({ total: 1, rows: [{ line: 6, code: 'ROW_PRODUCT_UNKNOWN' }] })
})

test('the original goes out under its own name, whatever is in it', async () => {
  const rested = await get('/files/1/original')
  expect([rested.body, rested.headers['content-type']]).toEqual(['archive 20261123T094000Z_1_stock-1.csv', 'application/octet-stream'])
  const held = await get('/files/4/original')
  expect(held.headers['content-disposition']).toBe(`attachment; filename="Bestand _ _.csv"; filename*=UTF-8''Bestand%20%25%20%C3%BC.csv`)
  expect(held.body).toBe('spooled s4')
})

test('an upload is taken as it comes, whatever it claims to be', async () => {
  const text = 'sku,facility,quantity\nAR-5381,TOOL,1\n'
  for (const type of ['application/octet-stream', 'text/csv', 'application/json']) {
    const answer = await post('/feeds/inventory-reset/files?name=stock.csv', text, { 'content-type': type })
    expect([answer.statusCode, answer.json()]).toEqual([201, { fileId: 42 }])
  }
  expect(house.done.uploads).toEqual(Array(3).fill({ name: 'stock.csv', bytes: text }))
})

test.each(['../x.csv', '..%2Fx.csv', '%2e%2e%2fx.csv', 'a%5Cb.csv', '.hidden', 'a%00b', ''])(
  'an upload named %j is refused',
  async name => {
    const before = house.done.uploads.length
    const answer = await post(`/feeds/inventory-reset/files?name=${name}`, 'x', { 'content-type': 'text/csv' })
    expect([answer.statusCode, answer.json().code, house.done.uploads.length]).toEqual([400, 'HTTP_REQUEST_INVALID', before])
  },
)

test('a held file counts when somebody says so, once', async () => {
  expect((await post('/files/4/release', { reason: 'It is a new count.' })).json()).toEqual({
    fileId: 4,
    state: 'received',
    waitsForSecond: false,
  })
  expect((await get('/files/4')).json()).toMatchObject({ state: 'received', code: null })
  expect((await post('/files/4/release', { reason: 'Once more.' })).json()).toMatchObject({ status: 409, code: 'FILE_NOT_HELD' })
})

test('stock is found by part of a SKU or of a name, and adds up', async () => {
  const all = (await get('/stock')).json()
  expect(all.rows).toEqual([
    {
      sku: 'AR-5381',
      name: 'Adjustable Race',
      onHandUnits: 42,
      reservedUnits: 4,
      facilities: 2,
      sellableByFacilityUnits: 24,
      sellableByGroupUnits: 31,
      targets: 2,
    },
    {
      sku: 'BA/8327',
      name: 'Bearing Ball',
      onHandUnits: 408,
      reservedUnits: 0,
      facilities: 1,
      sellableByFacilityUnits: 408,
      sellableByGroupUnits: 408,
      targets: 2,
    },
    {
      sku: 'BE-2349',
      name: 'BB Ball Bearing',
      onHandUnits: null,
      reservedUnits: 0,
      facilities: 0,
      sellableByFacilityUnits: null,
      sellableByGroupUnits: null,
      targets: 0,
    },
  ])
  expect((await get('/stock?search=ball&sort=name')).json().rows.map((row: { sku: string }) => row.sku)).toEqual(['BE-2349', 'BA/8327'])
})

test('a SKU is explained term by term, and the explanation equals the number that the rooms work with', async () => {
  const stock = (await get('/stock/AR-5381')).json()
  expect(
    stock.targets.map((one: { target: { location: string }; sentence: string; sellableUnits: number; storedUnits: number }) => [
      one.target.location,
      one.sentence,
      one.sellableUnits,
      one.storedUnits,
    ]),
  ).toEqual([
    ['Online', '36 to spare at 2 facilities − 5 threshold = 31', 31, 31],
    ['Tool Crib', '30 on hand − 4 reserved − 2 safety stock = 24', 24, 24],
  ])
  expect(stock.facilities[0]).toMatchObject({ facility: 'Tool Crib', onHandUnits: 30, reservedUnits: 4, safetyStockUnits: 2 })
})

test('a SKU with a slash has its page, and one that nobody has is not found', async () => {
  expect((await get('/stock/BA%2F8327')).json()).toMatchObject({ sku: 'BA/8327', name: 'Bearing Ball' })
  expect((await get('/stock/nothing')).json()).toMatchObject({ status: 404, code: 'CATALOG_SKU_NOT_FOUND' })
})

test('the movements of a SKU name file and line, newest first', async () => {
  const { rows, isMore } = (await get('/stock/AR-5381/movements?limit=2')).json()
  expect(rows.map((row: { seq: number; file: unknown }) => [row.seq, row.file])).toEqual([
    [4, null],
    [2, { id: 1, name: 'stock-1.csv', line: 3 }],
  ])
  expect(isMore).toBe(true)
})

test('each promise tells how far it came', async () => {
  const { rows } = (await get('/stock/AR-5381/levels')).json()
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatchObject({
    intent: { state: 'confirmed', units: 24 },
    shown: { availableUnits: 24 },
    observed: { verdict: 'equal', isOfNewest: true },
  })
})

test.each([
  ['/jobs', JOBS.length],
  ['/jobs/runs', 1],
  ['/jobs/runs?room=feed', 1],
  ['/jobs/runs?room=channel', 0],
  ['/shops', 1],
  ['/orders', 1],
  ['/feeds', 1],
  ['/catalog/findings', 2],
  ['/catalog/findings?code=CATALOG_SKU_NEAR', 1],
  ['/outbox/intents', 0],
  ['/reconcile/differences', 0],
  ['/reconcile/runs', 4],
  // The job that was run, and the three files that were brought.
  ['/audit', 4],
])('%s lists %d', async (url, rows) => {
  const answer = await get(url)
  expect([answer.statusCode, answer.json().rows?.length]).toEqual([200, rows])
})

test.each([
  ['GET', '/files/0', 400, 'HTTP_REQUEST_INVALID'],
  ['GET', '/files/x', 400, 'HTTP_REQUEST_INVALID'],
  ['GET', '/files/99', 404, 'FILE_NOT_FOUND'],
  ['GET', '/files?pageSize=100000', 400, 'HTTP_REQUEST_INVALID'],
  ['GET', '/files?state=lost', 400, 'HTTP_REQUEST_INVALID'],
  ['GET', '/files/../../../etc/passwd', 404, 'HTTP_NOT_FOUND'],
  ['GET', '/files/..%2f..%2fetc%2fpasswd', 400, 'HTTP_REQUEST_INVALID'],
  ['GET', '/help/..%2f..%2fpackage', 400, 'HTTP_REQUEST_INVALID'],
  ['GET', '/nothing', 404, 'HTTP_NOT_FOUND'],
  ['POST', '/feeds/nobody/files?name=x.csv', 404, 'FEED_NOT_FOUND'],
] as const)('%s %s is a problem document with status %d', async (method, url, status, code) => {
  const answer = method === 'GET' ? await get(url) : await post(url, 'x', { 'content-type': 'text/csv' })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answer.json()).toMatchObject({ status, code, docs: `/help/${code}`, title: expect.any(String), hint: expect.any(String) })
})

test('what is our own mistake is said without its inside', async () => {
  await house.database.db.query('alter table jobs.run rename to run_away')
  const answer = await get('/jobs')
  await house.database.db.query('alter table jobs.run_away rename to run')
  expect(answer.json()).toMatchObject({ status: 500, code: 'HTTP_BROKE' })
  expect(answer.body).not.toContain('jobs.run')
})

test.each(['/search?q=a%00b', '/stock?search=a%00b', '/stock/a%00b'])(
  '%s is the mistake of whoever asks, and no cry for help',
  async url => {
    expect((await get(url)).json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' })
  },
)

test('a sign-in with a character that no name holds is refused as such', async () => {
  const answer = await post('/session', { name: 'a\u0000b', password: 'x' }, { 'x-trueup-console': '1' })
  expect(answer.json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' })
})

test('the OpenAPI document lists every route, and says instants as they travel', async () => {
  const document = (await get('/openapi.json')).json()
  const listed = Object.entries(document.paths as Record<string, object>).flatMap(([url, methods]) =>
    Object.keys(methods).map(method => `${method} ${url}`),
  )
  const mounted = house.routes.map(({ method, path }) => `${method.toLowerCase()} /api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const signOn = ['get /session/ways', 'get /session/sign-on', 'get /session/sign-on/back']
  const atTheGate = ['get /events', 'get /help', 'get /help/{code}', 'delete /session', 'get /session', 'post /session', ...signOn].map(
    one => one.replace('/', '/api/v1/'),
  )
  expect(mounted.length).toBeGreaterThan(20)
  expect(listed.toSorted()).toEqual([...mounted, ...atTheGate].toSorted())
  expect(document.components.schemas.FileInList.properties.openedAt).toEqual({ type: 'string', format: 'date-time' })
})

test('the page of a code is there to read without signing in', async () => {
  const page = await house.gate.app.inject('/api/v1/help/HTTP_NOT_FOUND')
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/markdown; charset=utf-8'])
  expect(page.body).toMatch(/^# HTTP_NOT_FOUND\n/)
})

test('whoever keeps the program running gets health and figures', async () => {
  for (const url of ['/health/live', '/health/ready']) expect((await house.gate.app.inject(url)).statusCode).toBe(200)
  const metrics = await house.gate.app.inject('/metrics')
  const figures = metrics.body.split('\n').filter(line => /^trueup_(room_backlog|levels)\{/.test(line))
  expect(figures).toContain('trueup_room_backlog{room="channel"} 0')
  expect(figures).toContain('trueup_levels{verdict="equal"} 4')
})

test('every answer forbids what no page of ours needs', async () => {
  const { headers } = await get('/street')
  expect(headers).toMatchObject({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
})
