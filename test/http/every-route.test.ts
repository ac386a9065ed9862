import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/app/config.ts'
import { allRoutes, streetNow } from '../../src/app/routes.ts'
import { openHouse, type World } from '../../src/app/wire.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { CHAPTERS, type Chapter, ROLES, type Role, SCOPES } from '../../src/http/contract/route.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { ensureAdmin } from '../../src/http/people.ts'
import { createGate, type Gate } from '../../src/http/server.ts'
import { openTestDatabase } from '../database.ts'

/*
 * Every route that the program mounts, asked by everybody. The list is read off the running gate, so a route that is added tomorrow is
 * in it; who may do what is said here once more, so a route that asks for too little is found.
 */

/** Read by whoever keeps the program running, or by a person who is about to sign in. Nothing of the merchant's is in them. */
const OPEN_TO_ALL = [
  'GET /',
  'GET /api/v1/help',
  'GET /api/v1/help/:code',
  'GET /api/v1/openapi.json',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /api/v1/session/ways',
]
/** They show who they are in the request itself: by a password, by a signature over the bytes, or by the word of another system. */
const BY_ITSELF = [
  'GET /api/v1/session/sign-on',
  'GET /api/v1/session/sign-on/back',
  'DELETE /api/v1/session',
  'POST /api/v1/session',
  'POST /api/v1/hooks/shopify/:code',
]

/** Whoever may look may also try out: these change nothing, or only what is the person's own. */
const VIEWER_MAY_SEND = [
  'POST /jobs/:name/schedule/preview',
  'POST /samples/:id/preview',
  'PUT /session/password',
  'POST /session/everywhere',
]
const ADMIN_MAY_READ = ['GET /backup', 'GET /people', 'GET /configuration']
/** It asks another's server, or takes months of the ledger with it. */
const OPERATOR_MAY_READ = ['GET /sources/:name/folder', 'GET /ledger/months/:month/export']
/** Who may come in, how the outside is reached, and what the program believes and promises: not for every day. */
const ADMIN_MAY_SEND = [
  /^\S+ \/people/,
  /^POST \/configuration$/,
  /^\S+ \/(alerts\/recipients|report-targets)(?!.*\/test$)/,
  /^\S+ \/drop-server/,
  /^(POST|PUT) \/feeds(\/:name(\/settings)?)?$/,
  /^\S+ \/sources(?!.*\/(test|look)$)/,
  /^POST \/(groups|simulated-shop)$/,
  /^PUT \/jobs\/:name\/people$/,
  /^POST \/ledger\/repair$/,
  /^PUT \/(ledger\/|objective)/,
  /^POST \/shops(\/[^/]+\/(conform|live|switch-o(n|ff)|locations\/:locationId\/(leave|move)))?$/,
  /^POST \/facilities\/:code\/(close|open)$/,
  /^PUT \/shops\/(?!.*\/orders\/)/,
]

function neededFor(route: string): Role {
  if (route.startsWith('GET ')) return ADMIN_MAY_READ.includes(route) ? 'admin' : OPERATOR_MAY_READ.includes(route) ? 'operator' : 'viewer'
  if (VIEWER_MAY_SEND.includes(route)) return 'viewer'
  return ADMIN_MAY_SEND.some(pattern => pattern.test(route)) ? 'admin' : 'operator'
}

let gate: Gate
let mounted: { method: string; url: string }[] = []
const cookieOf = new Map<Role, string>()
const tokenOf = new Map<Role, string>()
/** For each chapter the token of an admin that is held to it, and the one that is held to all others. */
const heldTo = new Map<Chapter, { it: string | null; others: string }>()
let close: () => Promise<void>

beforeAll(async () => {
  const database = await openTestDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-routes-'))
  const world: World = { clock: realClock, sleep: realSleep, ids: realIds, fetch: nowhere, log: { debug() {}, info() {}, warn() {} } }
  const house = await openHouse({ dataDir, databaseUrl: database.url, secretKey: null }, world)
  const { db } = house
  const admin = await ensureAdmin({ db, ids: world.ids, clock: world.clock })
  if (admin === null) throw new Error('a new house has nobody')
  const done = async () => {}
  const clockwork = {
    nudge() {},
    runNow: async (job: string) => ({ job, isQueued: true }),
    ...{ waiting: async () => [], drop: async () => false },
    ...{ scheduleChanged: done, drained: done, stop: done },
  }
  gate = await createGate({
    ...{ db, clock: world.clock, ids: world.ids, sleep: world.sleep, log: world.log },
    routes: allRoutes({
      house,
      world,
      clockwork,
      reception: house.receiver,
      sftp: null,
      simulatedShop: { connect: async () => ({ apiUrl: 'http://127.0.0.1:1' }) },
      started: () => ({ config: readConfig({}, {}, '/srv'), version: '0.0.0', nodeVersion: 'v24', httpUrl: null, sftp: null }),
    }),
    streetNow: () => streetNow(db, world.clock),
    ...{ cliToken: null, consoleDir: null, errorsDir: path.resolve(import.meta.dirname, '../../docs/errors'), version: '0.0.0' },
    // One person asks for everything within a minute here.
    requestsPerMinute: 100_000,
  })
  mounted = routesOf(gate.app.printRoutes({ commonPrefix: false }))
  await signInAsEveryRole(admin)
  close = async () => {
    await gate.close()
    await house.close()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
afterAll(() => close?.())

test('the gate mounts every route that the program has, and nothing else', () => {
  expect(mounted.length).toBeGreaterThan(150)
  const own = mounted.map(({ method, url }) => `${method} ${url}`)
  for (const known of [...OPEN_TO_ALL.filter(one => one !== 'GET /'), ...BY_ITSELF]) expect(own).toContain(known)
  for (const named of [...VIEWER_MAY_SEND, ...ADMIN_MAY_READ, ...OPERATOR_MAY_READ]) expect(own).toContain(named.replace(' /', ' /api/v1/'))
  const paths = guarded().map(({ name }) => name)
  for (const pattern of ADMIN_MAY_SEND)
    expect(
      paths.some(name => pattern.test(name)),
      String(pattern),
    ).toBe(true)
})

test('nobody comes in who has not signed in', async () => {
  const open: string[] = []
  for (const { method, url, name } of guarded()) {
    for (const headers of [{}, { cookie: 'trueup_session=made-up' }, { authorization: 'Bearer made-up' }]) {
      const answer = await ask(method, url, { ...headers, [CONSOLE_HEADER]: '1' })
      if (answer.statusCode !== 401 || answer.json().code !== 'HTTP_NOT_SIGNED_IN') open.push(`${name} ${answer.statusCode}`)
    }
  }
  expect(open).toEqual([])
})

describe.each(ROLES)('with the role %s', role => {
  const mayDo = (name: string) => ROLES.indexOf(role) >= ROLES.indexOf(neededFor(name))

  test.each([['a session', cookieOf] as const, ['a token', tokenOf] as const])(
    'by %s, everything above it is refused and nothing of its own',
    async (way, shown) => {
      const wrong: string[] = []
      for (const { method, url, name } of guarded()) {
        const shows = shown.get(role) ?? ''
        const headers = way === 'a token' ? { authorization: `Bearer ${shows}` } : { cookie: shows, [CONSOLE_HEADER]: '1' }
        const answer = await ask(method, url, headers)
        const code = String(answer.headers['content-type']).includes('json') ? answer.json().code : undefined
        const isRefused = answer.statusCode === 403 && code === 'HTTP_ROLE_MISSING'
        if (isRefused === mayDo(name)) wrong.push(`${name} answers ${answer.statusCode} ${code}`)
        if (!isRefused && (answer.statusCode >= 500 || answer.statusCode === 401))
          wrong.push(`${name} answers ${answer.statusCode} ${code}`)
      }
      expect(wrong).toEqual([])
    },
  )
})

test('a token that is held to a chapter of the API gets nothing of the others, and all of its own', async () => {
  const wrong: string[] = []
  const seen = new Set<Chapter>()
  for (const { method, url, name, mountedAs } of guarded()) {
    const tag = chapterOf(method, mountedAs)
    seen.add(tag)
    const { it, others } = heldTo.get(tag) ?? { it: null, others: '' }
    for (const [token, isAdmitted] of [[it, true] as const, [others, false] as const]) {
      // Who is signed in may be asked by whoever comes in.
      if (token === null || name === 'GET /session') continue
      const answer = await ask(method, url, { authorization: `Bearer ${token}` })
      const code = String(answer.headers['content-type']).includes('json') ? answer.json().code : undefined
      const isRefused = answer.statusCode === 403 && code === 'HTTP_SCOPE_MISSING'
      if (isRefused === isAdmitted || answer.statusCode >= 500 || answer.statusCode === 401)
        wrong.push(`${name} of ${tag} answers ${answer.statusCode} ${code}`)
    }
  }
  expect(wrong).toEqual([])
  expect([...seen].sort()).toEqual([...CHAPTERS].sort())
})

test('a page of somebody else makes a browser change nothing, whoever is signed in', async () => {
  const cookie = cookieOf.get('admin') ?? ''
  const changing = [...guarded().filter(one => one.method !== 'GET'), ...['POST', 'DELETE'].map(method => sessionRoute(method))]
  const went: string[] = []
  for (const { method, url, name } of changing) {
    for (const headers of [
      {},
      { origin: 'https://evil.example', [CONSOLE_HEADER]: '1' },
      { origin: 'null', [CONSOLE_HEADER]: '1' },
      { 'sec-fetch-site': 'cross-site', [CONSOLE_HEADER]: '1' },
      { 'sec-fetch-site': 'same-site', [CONSOLE_HEADER]: '1' },
      // What a form of another page can send without being asked about first.
      { origin: 'https://evil.example', 'content-type': 'text/plain' },
    ]) {
      const answer = await ask(method, url, { cookie, host: 'trueup.example', ...headers })
      if (answer.statusCode !== 403 || answer.json().code !== 'HTTP_CROSS_SITE') went.push(`${name} ${answer.statusCode}`)
    }
  }
  expect(changing.length).toBeGreaterThan(70)
  expect(went).toEqual([])
})

test('a webhook that nobody signed is refused', async () => {
  const answer = await ask('POST', '/api/v1/hooks/shopify/anything', { 'content-type': 'application/json' })
  expect([401, 404]).toContain(answer.statusCode)
})

type Guarded = { method: string; url: string; name: string; mountedAs: string }

/** Everything that stands behind the sign-in. */
function guarded(): Guarded[] {
  return (
    mounted
      .filter(({ method, url }) => !OPEN_TO_ALL.includes(`${method} ${url}`) && !BY_ITSELF.includes(`${method} ${url}`))
      .map(({ method, url }) => ({
        method,
        url: url.replaceAll(/:\w+/g, '1'),
        name: `${method} ${url.replace('/api/v1', '')}`,
        mountedAs: url,
      }))
      // It answers for as long as somebody listens.
      .filter(({ name }) => name !== 'GET /events')
  )
}

function sessionRoute(method: string): Guarded {
  return { method, url: '/api/v1/session', name: `${method} /session`, mountedAs: '/api/v1/session' }
}

/** As the document that strangers read has it. Two routes may call the same place by two names. */
function chapterOf(method: string, mountedAs: string): Chapter {
  const wanted = mountedAs.replaceAll(/:[\w:|]+/g, '{}')
  const [, described = {}] = Object.entries(gate.app.swagger().paths ?? {}).find(
    ([path, described]) => path.replaceAll(/\{\w+\}/g, '{}') === wanted && method.toLowerCase() in (described ?? {}),
  ) ?? [undefined, {}]
  const tag = (described as Record<string, { tags?: Chapter[] }>)[method.toLowerCase()]?.tags?.[0]
  if (tag === undefined) throw new Error(`${method} ${mountedAs} stands in no chapter`)
  return tag
}

async function ask(method: string, url: string, headers: Record<string, string> = {}) {
  return gate.app.inject({ method: method as 'GET', url, headers })
}

async function signInAsEveryRole(admin: { name: string; password: string }) {
  const first = await signIn(admin.name, admin.password)
  const headers = { cookie: first, [CONSOLE_HEADER]: '1' }
  const post = async (url: string, payload: object) =>
    (await gate.app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload })).json() as { password: string; token: string }
  const token = async (name: string, role: Role, scopes: Chapter[] | null) =>
    (await post('/people/tokens', { name, role, scopes, days: 1 })).token
  for (const role of ROLES) {
    const { password } = await post('/people', { name: `the ${role}`, role })
    cookieOf.set(role, await signIn(`the ${role}`, password))
    tokenOf.set(role, await token(`token of the ${role}`, role, null))
  }
  for (const tag of CHAPTERS) {
    const it = SCOPES.some(one => one === tag) ? await token(`only ${tag}`, 'admin', [tag]) : null
    const others = SCOPES.filter(one => one !== tag)
    heldTo.set(tag, { it, others: await token(`all but ${tag}`, 'admin', others) })
  }
}

async function signIn(name: string, password: string): Promise<string> {
  const answer = await gate.app.inject({
    ...{ method: 'POST', url: '/api/v1/session', headers: { [CONSOLE_HEADER]: '1' }, payload: { name, password } },
  })
  const cookie = answer.cookies.find(one => one.name === 'trueup_session')
  return `${cookie?.name}=${cookie?.value}`
}

/** The tree of what is mounted, as the router prints it: a line a node, four characters a level, methods in brackets. */
function routesOf(printed: string): { method: string; url: string }[] {
  const above: string[] = []
  return printed.split('\n').flatMap(line => {
    const found = /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line)
    if (found === null) return []
    const [, indent = '', part = '', methods = ''] = found
    const depth = indent.length / 4
    above[depth] = part
    const url = above.slice(0, depth + 1).join('')
    return methods
      .split(', ')
      .filter(method => method !== '' && method !== 'HEAD' && method !== 'OPTIONS')
      .map(method => ({ method, url }))
  })
}

async function nowhere(): Promise<Response> {
  throw new Error('no request of this test leaves the machine')
}
