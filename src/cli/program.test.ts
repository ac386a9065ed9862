import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runLine } from '../../test/hands.ts'
import type { Hands } from './hands.ts'

/* The commands as a shell sees them: what is typed, what is printed, and the exit status. The server is a list of answers. */

let dataDir: string
let asked: { method: string; path: string; token: string | null; body: string | null }[]
let answers: Record<string, (body: string | null) => Response>

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-cli-'))
  await writeFile(path.join(dataDir, 'server.json'), JSON.stringify({ url: 'http://127.0.0.1:7310', pid: 42 }))
  await writeFile(path.join(dataDir, 'cli-token'), 'a-token\n')
  asked = []
  answers = {}
})
afterEach(() => rm(dataDir, { recursive: true }))

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })

const run = (line: string[], hands: Partial<Hands> = {}) =>
  runLine(line, {
    fetch: async (target, init) => {
      const { pathname, search } = new URL(String(target))
      const request = new Request(target as URL, init as RequestInit)
      const body = request.body === null ? null : await request.text()
      asked.push({ method: request.method, path: pathname + search, token: request.headers.get('authorization'), body })
      const answer = answers[`${request.method} ${pathname}`]
      if (answer === undefined) throw new TypeError('fetch failed')
      return answer(body)
    },
    dataDirs: async flags => [flags.dataDir ?? path.join(dataDir, 'nowhere'), dataDir],
    ...hands,
  })

const street = (state: string) => ({
  observedAt: '2026-11-24T10:00:00.000Z',
  sync: {
    state,
    sentence: 'Is it?',
    levels: 0,
    levelsEqual: 0,
    levelsDifferent: 0,
    levelsWaiting: 0,
    unitsAtRisk: 0,
    differentSince: null,
    comparedAt: null,
  },
  rooms: [
    {
      room: 'feed',
      state: 'ok',
      word: 'ok',
      reason: '',
      backlog: 0,
      oldestAt: null,
      stuck: 0,
      lastStep: { at: '2026-11-24T09:59:58.000Z', outcome: 'finished', code: null },
    },
    {
      room: 'import',
      state: 'stopped',
      word: 'stopped',
      reason: 'No step for 3 h.',
      backlog: 1234,
      oldestAt: '2026-11-24T07:00:00.000Z',
      stuck: 2,
      lastStep: null,
    },
  ],
})

test.each([
  ['in_sync', 0],
  ['catching_up', 1],
  ['not_in_sync', 1],
  ['unknown', 1],
])('status: %s ends with %i', async (state, status) => {
  answers['GET /api/v1/street'] = () => json(street(state))
  expect(await run(['status'])).toMatchObject({ status, err: '' })
})

test('status shows each room, what waits and since when', async () => {
  answers['GET /api/v1/street'] = () => json(street('not_in_sync'))
  const { out } = await run(['status'])
  expect(out.split('\n')).toEqual([
    'Is it?',
    '',
    'Room    State    Waiting  Oldest  Stuck  Last step  Why',
    'feed    ok             0                   2 s ago',
    'import  stopped    1,234     3 h      2      never  No step for 3 h.',
    '',
  ])
  expect(asked[0]?.token).toBe('Bearer a-token')
})

test.each<[string, string[], object]>([
  ['no server there', ['status', '--data-dir', '/nowhere/at/all'], { code: 'CLI_SERVER_UNREACHABLE' }],
  ['an unknown command', ['stauts', '--json'], { code: 'CLI_USAGE' }],
  ['no command', ['--json'], { code: 'CLI_USAGE' }],
  ['an unknown option', ['status', '--colour'], { code: 'CLI_USAGE' }],
  ['a feed that is not named', ['import', 'a.csv'], { code: 'CLI_USAGE' }],
  ['a shop without an address', ['shop', 'add', '--code', 'a'], { code: 'CLI_USAGE' }],
  ['a token on the command line', ['shop', 'add', '--code', 'a', '--url', 'https://a.example', '--token', 'b'], { code: 'CLI_USAGE' }],
  ['an access that there is not', ['shop', 'add', '--code', 'a', '--url', 'https://a.example', '--access', 'all'], { code: 'CLI_USAGE' }],
  ['a mapping to nothing', ['shop', 'map', 'a', 'Main'], { code: 'CLI_USAGE' }],
  ['a mapping to two', ['shop', 'map', 'a', 'Main', '--facility', '1', '--group', 'B'], { code: 'CLI_USAGE' }],
  ['a mapping of no location', ['shop', 'map', 'a', '--facility', '1'], { code: 'CLI_USAGE' }],
  ['a group of nothing', ['group', 'add', 'A'], { code: 'CLI_USAGE' }],
  ['a wait that is no number', ['import', 'a.csv', '--feed', 'a', '--wait', 'long'], { code: 'CLI_USAGE' }],
  ['a service that cannot be simulated', ['simulate', 'sap'], { code: 'CLI_USAGE' }],
  ['a file that is not there', ['import', '/nowhere/a.csv', '--feed', 'a'], { code: 'CLI_FILE_UNREADABLE' }],
  ['a folder for a file', ['import', '/', '--feed', 'a'], { code: 'CLI_FILE_UNREADABLE' }],
])('%s ends with 2, and says what to do', async (_, line, error) => {
  const { status, out } = await run(line.includes('--json') ? line : [...line, '--json'])
  expect(JSON.parse(out)).toMatchObject({ error: { ...error, hint: expect.any(String) } })
  expect(status).toBe(2)
})

test('no server: the sentence names the data directory, and the cure', async () => {
  await rm(path.join(dataDir, 'server.json'))
  const { status, out, err } = await run(['status'])
  expect({ status, out }).toEqual({ status: 2, out: '' })
  expect(err).toMatch(/^CLI_SERVER_NOT_FOUND: No Trueup runs .*nowhere\.\n {2}Start it with `trueup start`/)
})

test('what the server refuses keeps its code, and a thing that does not exist is the answer no', async () => {
  const problem = { code: 'AVAILABILITY_SKU_UNKNOWN', detail: 'No product is called X-1.', hint: 'Check it.', retry: 'never', status: 404 }
  answers['GET /api/v1/stock/X-1/explain'] = () => json(problem, 404)
  expect(await run(['explain', 'X-1'])).toEqual({
    status: 1,
    out: '',
    err: 'AVAILABILITY_SKU_UNKNOWN: No product is called X-1.\n  Check it.\n',
  })
})

test('something else listens there: it is not taken for an answer', async () => {
  answers['GET /api/v1/street'] = () => new Response('<html>hello</html>')
  expect((await run(['status'])).err).toContain('CLI_ANSWER_NOT_UNDERSTOOD')
})

test('a fault in the program itself is told without its stack, unless one asks for it', async () => {
  const start = async () => {
    throw new TypeError('undefined is not a function')
  }
  const quiet = await run(['start'], { start })
  expect(quiet).toMatchObject({ status: 2, err: expect.stringContaining('CLI_BROKE: undefined is not a function') })
  expect(quiet.err).not.toContain('program.test.ts')
  expect((await run(['start', '--debug'], { start })).err).toContain('program.test.ts')
})

const file = (more: object) => ({
  id: 7,
  name: 'stock.csv',
  state: 'applied',
  code: null,
  reason: null,
  duplicateOf: null,
  rejectedByCode: [],
  treated: {},
  counts: { rowsRead: 1069, rowsAccepted: 1000, rowsUnchanged: 60, rowsRejected: 9, rowsOutdated: 0, unitsRead: 335974 },
  ...more,
})

test.each<[string, object, number]>([
  ['applied', {}, 0],
  ['failed', { code: 'FILE_EMPTY', reason: 'No rows.' }, 1],
  ['duplicate', { duplicateOf: 3 }, 1],
  ['held', {}, 1],
  ['stale', {}, 1],
])('a file that ends %s ends the command with %s → %i', async (state, more, status) => {
  await writeFile(path.join(dataDir, 'stock.csv'), 'a,b\n1,2\n')
  const states = ['receiving', 'received', 'staged', state]
  answers['POST /api/v1/feeds/inventory%20reset/files'] = () => json({ fileId: 7 }, 201)
  answers['GET /api/v1/files/7'] = () => json(file({ ...more, state: states.shift() ?? state }))
  const done = await run(['import', path.join(dataDir, 'stock.csv'), '--feed', 'inventory reset'])
  expect(done).toMatchObject({ status, err: '' })
  expect(done.out).toContain(`stock.csv (file 7) is ${state}.`)
  expect(done.out).toContain('1,069 rows read (335,974 units): 1,000 accepted, 60 unchanged, 9 rejected.')
  expect(asked[0]).toMatchObject({ method: 'POST', path: '/api/v1/feeds/inventory%20reset/files?name=stock.csv', body: 'a,b\n1,2\n' })
  expect(asked).toHaveLength(5)
})

test.each([
  ['0', 0],
  ['2', 1],
])('a file that is still on its way after --wait %s ends with %i', async (wait, status) => {
  await writeFile(path.join(dataDir, 'stock.csv'), 'a')
  answers['POST /api/v1/feeds/a/files'] = () => json({ fileId: 7 }, 201)
  answers['GET /api/v1/files/7'] = () => json(file({ state: 'staged', counts: null }))
  const done = await run(['import', path.join(dataDir, 'stock.csv'), '--feed', 'a', '--wait', wait])
  expect(done).toMatchObject({ status, out: 'stock.csv (file 7) is staged and still on its way.\n' })
})

test('the program itself is started with what was said', async () => {
  const said: unknown[] = []
  const note = async (...words: unknown[]) => said.push(words)
  await run(['start', '--http-port', '0', '--data-dir', 'd', '--roles', 'work'], { start: note })
  await run(['demo', '--exit-when-synced', '--json'], { demo: note })
  await run(['simulate', 'shopify', '--port', '7350', '--seed', '1'], { simulateShopify: note })
  await run(['simulate', 'shopify', '--shop', 'a.json', '--shop', 'b.json'], { simulateShopify: note })
  expect(said).toEqual([
    [{ httpPort: '0', dataDir: 'd', roles: 'work' }],
    [
      { exitWhenSynced: true, json: true },
      { exitWhenSynced: true, json: true },
    ],
    [['--port=7350', '--seed=1']],
    [['--port=0', '--shop=a.json', '--shop=b.json']],
  ])
})

test('shop add sends the token that was handed in, and prints nothing of it', async () => {
  answers['POST /api/v1/shops'] = () =>
    json({ code: 'corner', name: 'Corner', apiUrl: 'https://corner.example', accessScope: 'read_and_write' }, 201)
  const line = ['shop', 'add', '--code', 'corner', '--name', 'Corner', '--url', 'https://corner.example', '--access', 'read-and-write']
  const { status, out, err } = await run(line)
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    ...{ code: 'corner', name: 'Corner', url: 'https://corner.example' },
    ...{ token: 'shpat_secret', accessScope: 'read_and_write' },
  })
  expect([status, out.split('\n')[0], err]).toEqual([0, 'Corner is connected (read and write).', ''])
  expect(out).not.toContain('shpat')
  expect(await run(line, { shopToken: async () => '\n' })).toMatchObject({ status: 2, err: expect.stringContaining('CLI_TOKEN_MISSING') })
})

test('a shop that is given another token keeps its access, unless another is said', async () => {
  answers['POST /api/v1/shops'] = () =>
    json({ code: 'corner', name: 'corner', apiUrl: 'https://corner.example', accessScope: 'read_and_write' }, 201)
  const { status, out } = await run(['shop', 'add', '--code', 'corner', '--url', 'https://corner.example'])
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ code: 'corner', url: 'https://corner.example', token: 'shpat_secret' })
  expect([status, out.split('\n')[0]]).toEqual([0, 'corner is connected (read and write).'])
})

const location = (locationId: number, name: string, more = {}) => ({
  ...{ locationId, name, locationGid: `gid://shopify/Location/${locationId}`, isActive: true, isFulfillmentService: false },
  ...{ facility: null, group: null, proposedFacility: null },
  ...more,
})
const threeLocations = () =>
  json({
    shop: 'corner',
    catalogReadAt: '2026-11-24T10:00:00.000Z',
    rows: [
      location(1, 'High Street', { proposedFacility: 'S1' }),
      location(2, 'Twin'),
      location(3, 'Twin', { isActive: false, group: 'WEB' }),
    ],
  })

test('shop locations shows what each stands for and what it might; 1 while one stands for nothing', async () => {
  answers['GET /api/v1/shops/corner/locations'] = threeLocations
  const { status, out } = await run(['shop', 'locations', 'corner'])
  expect(out.split('\n')).toEqual([
    'Number  Location     State     Stands for  Proposed',
    '     1  High Street  active                S1',
    '     2  Twin         active',
    '     3  Twin         inactive  WEB',
    '',
  ])
  expect(status).toBe(1)
})

test.each<[says: string, words: string[], status: number, put: [path: string, body: object] | null]>([
  ['by name', ['high street', '--facility', 'S2'], 0, ['/api/v1/shops/corner/locations/1/mapping', { facility: 'S2' }]],
  ['by number', ['2', '--group', 'WEB'], 0, ['/api/v1/shops/corner/locations/2/mapping', { group: 'WEB' }]],
  ['as proposed', ['--proposed'], 0, ['/api/v1/shops/corner/locations/1/mapping', { facility: 'S1' }]],
  ['by a name that two have', ['Twin', '--facility', 'S2'], 1, null],
  ['by a name that none has', ['Nowhere', '--facility', 'S2'], 1, null],
])('shop map %s', async (_, words, status, put) => {
  answers['GET /api/v1/shops/corner/locations'] = threeLocations
  for (const id of [1, 2, 3])
    answers[`PUT /api/v1/shops/corner/locations/${id}/mapping`] = body =>
      json({ shop: 'corner', locationId: id, facility: null, group: null, ...JSON.parse(body ?? '{}') })
  expect(await run(['shop', 'map', 'corner', ...words])).toMatchObject({ status })
  const sent = asked.filter(one => one.method === 'PUT').map(one => [one.path, JSON.parse(one.body ?? '')])
  expect(sent).toEqual(put === null ? [] : [put])
})

test.each<[says: string, words: string[], status: number]>([
  ['with both', ['--becomes', 'zero', '--reason', 'the store moves'], 0],
  ['without a reason', ['--becomes', 'zero'], 2],
  ['with a word that means nothing', ['--becomes', 'nothing', '--reason', 'the store moves'], 2],
])('shop map moves a location %s', async (_, words, status) => {
  answers['GET /api/v1/shops/corner/locations'] = threeLocations
  const row = { locationId: 3, kind: 'location', levelsLeft: 4 }
  answers['POST /api/v1/shops/corner/locations/3/move'] = () => json({ shop: 'corner', isEnabled: true, rows: [row] })
  const { out, ...done } = await run(['shop', 'map', 'corner', '3', '--facility', 'S2', ...words])
  expect(done.status).toBe(status)
  const sent = asked.filter(one => one.method === 'POST').map(one => JSON.parse(one.body ?? ''))
  expect(sent).toEqual(status === 0 ? [{ facility: 'S2', becomes: 'zero', reason: 'the store moves' }] : [])
  expect(out).toBe(status === 0 ? 'Twin is S2 when it shows 0; 4 levels do not yet.\n' : '')
})

test('facility close says what becomes of the numbers that shops show of it, and open takes it back', async () => {
  for (const verb of ['close', 'open']) answers[`POST /api/v1/facilities/S1/${verb}`] = () => json({ facility: 'S1' })
  const closed = await run(['facility', 'close', 'S1', '--becomes', 'keep', '--reason', 'for good'])
  expect(closed).toMatchObject({ status: 0, out: 'S1 is closed: nothing that lies there is sold.\n' })
  expect(await run(['facility', 'open', 'S1', '--reason', 'rebuilt'])).toMatchObject({ status: 0 })
  expect(asked.map(one => JSON.parse(one.body ?? ''))).toEqual([{ becomes: 'keep', reason: 'for good' }, { reason: 'rebuilt' }])
  expect(await run(['facility', 'close', 'S1'])).toMatchObject({ status: 2 })
})

test('group add takes its facilities with commas between', async () => {
  answers['POST /api/v1/groups'] = body => json({ name: 'WEB', ...JSON.parse(body ?? '') }, 201)
  expect(await run(['group', 'add', 'WEB', '--facilities', 'W1, S1,'])).toMatchObject({ status: 0, out: 'WEB is W1, S1.\n' })
})

test('whoever lost their password gets a new one at the server, printed once', async () => {
  answers['POST /api/v1/people/admin/password'] = () => json({ name: 'admin', password: 'twelve-letters' })
  expect(await run(['user', 'password', 'admin'])).toMatchObject({
    status: 0,
    out: expect.stringContaining('with twelve-letters from now on'),
  })
  expect(asked).toMatchObject([{ method: 'POST', path: '/api/v1/people/admin/password', token: 'Bearer a-token' }])
  const unknown = { type: '/help/HTTP_NOBODY', title: 'Nobody', status: 409, detail: 'Nobody is called "nobody".' }
  answers['POST /api/v1/people/nobody/password'] = () =>
    json({ ...unknown, instance: '/', code: 'HTTP_NOBODY', hint: 'See the list.', docs: '/help/HTTP_NOBODY', retry: 'never' }, 409)
  expect(await run(['user', 'password', 'nobody'])).toMatchObject({ status: 2, err: expect.stringContaining('HTTP_NOBODY') })
  answers['GET /api/v1/people'] = () =>
    json({ people: [{ name: 'admin', role: 'admin', signedInAt: null, createdAt: null, isBySignOn: false }], tokens: [] })
  expect((await run(['user', 'list'])).out).toBe('Name   Role   Signed in\nadmin  admin      never\n')
})

test('the doctor says what the Health page says, and what to do', async () => {
  answers['GET /health/ready'] = () => json({ status: 'ready' })
  answers['GET /api/v1/street'] = () => json({ rooms: [], sync: { state: 'in_sync', sentence: 'In sync.' } })
  const finding = {
    code: 'CHANNEL_UNREACHABLE',
    subject: 'corner',
    severity: 'stop',
    evidence: 'Shopify has not answered.',
    unitsAtRisk: 312,
  }
  const page = { rows: [{ ...finding, action: { label: 'See the shop', to: '/shops/corner' } }], lookedAt: '2026-11-23T10:00:00.000Z' }
  answers['GET /api/v1/health/findings'] = () => json(page)
  const { status, out } = await run(['doctor'])
  expect(status).toBe(1)
  expect(out).toContain('BAD  CHANNEL_UNREACHABLE corner: Shopify has not answered. 312 units at risk.')
  // Of the program that runs, and not of the place where one would be: the demo keeps its things elsewhere.
  expect(out).toContain(`ok   data directory: ${dataDir}\n`)
  expect(out).toMatch(/See the shop: http:\S+\/shops\/corner; docs\/errors\/CHANNEL_UNREACHABLE.md says more/)
})

test('every command says in its help what its exit statuses mean', async () => {
  const one = ['start', 'demo', 'status', 'import', 'explain', 'inspect', 'simulate', 'doctor', 'conform', 'backup', 'restore']
  const two = [
    'user list',
    'user password',
    'shop add',
    'shop list',
    'shop locations',
    'shop map',
    'group add',
    'facility close',
    'facility open',
  ]
  const jobs = ['list', 'show', 'run', 'pause', 'resume', 'skip', 'schedule', 'runs', 'again', 'terminate', 'people'].map(
    verb => `job ${verb}`,
  )
  for (const command of [...one, ...two, ...jobs]) {
    const { status, out } = await run([...command.split(' '), '--help'])
    expect({ command, status, out }).toMatchObject({
      status: 0,
      out: expect.stringMatching(/--json[\s\S]*Exit status:\n {2}0 {2}[\s\S]*Example:\n {2}trueup/),
    })
  }
  expect(await run(['--version'])).toEqual({ status: 0, out: '1.2.3\n', err: '' })
})

test('a file that is named to move the cursor does not, whatever command tells of it', async () => {
  const name = 'sto\u001b[2Jck\n   ok  all: well\u202e\u200f\u009b31m'
  const finding = { severity: 'risk', evidence: `${name} is held.`, unitsAtRisk: 3, action: { label: name, to: '/files/1' } }
  answers['GET /health/ready'] = () => json({})
  answers['GET /api/v1/street'] = () => json(street('in_sync'))
  answers['GET /api/v1/health/findings'] = () => json({ rows: [{ ...finding, code: 'FILE_HELD', subject: name }], lookedAt: 1 })
  const { out } = await run(['doctor'])
  expect(out).toContain('FILE_HELD sto?[2Jck?   ok  all: well???31m')
  expect(out).not.toMatch(/[^\P{C}\n]/u)
  answers['GET /api/v1/street'] = () => json({ code: 'CLI_ODD', title: `${name} is gone`, detail: name, hint: name, retry: 'never' }, 409)
  const told = await run(['status'])
  expect(told.err).not.toMatch(/[^\P{C}\n]/u)
})
