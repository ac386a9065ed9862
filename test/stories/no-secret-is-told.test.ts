import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import { demoShopFile } from '../../src/app/demo-world.ts'
import { type Server, startServer } from '../../src/app/server.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'

/*
 * Everything that is secret is handed to the whole program, by every door, rightly and wrongly, and every room works with it for some
 * seconds. Then all that was logged, all that the API answers, and every column of every table is searched for it.
 */
const secrets = {
  shopToken: 'shpat_hush_of_the_shop_5f21',
  anotherShopToken: 'shpat_hush_that_is_refused_77',
  sourcePassword: 'hush of the source 8831',
  dropPassword: 'hush of the drop user 4410',
  webhookSecret: 'hush-that-signs-webhooks-2209',
  wrongPassword: 'hush, a wrong one of the admin 1',
  newPassword: 'hush, the admin has a new one 2',
  databasePassword: 'hushofthedatabase31',
}
const made: Record<string, string> = {}
const WORKS_MS = 3_000

let dataDir: string
let database: TestDatabase
let simulator: Awaited<ReturnType<typeof startShopifySimulator>>
let server: Server
const logged: string[] = []
let token: string

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-hush-'))
  database = await openTestDatabase()
  simulator = await startShopifySimulator({ shop: await demoShopFile(), accessTokens: [secrets.shopToken] })
  const write = (line: Record<string, unknown>) => void logged.push(JSON.stringify(line))
  const world = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: { debug: write, info: write, warn: write } }
  server = await startServer(
    {
      ...{ dataDir, databaseUrl: await withPassword(database), host: '127.0.0.1', httpPort: 0, sftpPort: 0, secretKey: null },
      ...{ roles: ['gate', 'work'] as const, logLevel: 'debug' as const },
    },
    world,
  )
  token = (await readFile(path.join(dataDir, 'cli-token'), 'utf8')).trim()
}, 60_000)
afterAll(async () => {
  await server?.stop()
  await simulator?.close()
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

test('every secret is taken', async () => {
  const admin = server.newAdmin
  Object.assign(made, { adminPassword: admin?.password ?? '', cliToken: token })
  expect((await signIn(secrets.wrongPassword)).status).toBe(401)
  const session = await signIn(admin?.password ?? '')
  made.session = /trueup_session=([^;]+)/.exec(session.headers.get('set-cookie') ?? '')?.[1] ?? ''

  for (const [shop, shopToken] of [
    ['right', secrets.shopToken],
    ['refused', secrets.anotherShopToken],
  ] as const)
    expect((await put('POST', '/shops', { code: shop, url: simulator.url, token: shopToken, accessScope: 'read_and_write' })).status).toBe(
      201,
    )
  // Taken wrongly, too: what is refused is not repeated to whoever reads the log.
  expect((await put('POST', '/shops', { code: 'odd', url: 'ftp://x', token: secrets.shopToken })).status).toBe(400)
  const source = { name: 'erp', host: '127.0.0.1', port: 9, user: 'erp', proof: 'password', secret: secrets.sourcePassword }
  expect((await put('POST', '/sources', source)).status).toBe(201)
  expect((await put('POST', '/sources', { ...source, port: secrets.sourcePassword })).status).toBe(400)
  expect((await put('POST', '/sources/erp/test')).status).toBe(200)
  expect((await put('POST', '/drop-server/users', { name: 'till', home: 'till', password: secrets.dropPassword })).status).toBe(201)
  const receiver = { name: 'desk', kind: 'webhook', address: 'http://127.0.0.1:9/', secret: secrets.webhookSecret, severityLeast: 'note' }
  expect((await put('PUT', '/alerts/recipients', receiver)).status).toBe(200)
  expect((await put('POST', '/alerts/recipients/desk/test')).status).toBe(202)

  made.personPassword = await told('/people', { name: 'eve', role: 'viewer' }, 'password')
  made.apiToken = await told('/people/tokens', { name: 'till', role: 'viewer', days: 1 }, 'token')
  expect((await put('GET', '/street', undefined, made.apiToken)).status).toBe(200)
  expect((await put('GET', `/street?token=${made.apiToken}x`, undefined, `${made.apiToken}x`)).status).toBe(401)
  const own = { before: made.adminPassword, after: secrets.newPassword }
  const changed = await fetch(`${server.http?.url}/api/v1/session/password`, {
    ...{ method: 'PUT', body: JSON.stringify(own) },
    headers: { 'content-type': 'application/json', cookie: `trueup_session=${made.session}`, [CONSOLE_HEADER]: '1' },
  })
  expect(changed.status).toBe(200)
  for (const [name, secret] of Object.entries(all())) expect(secret?.length, name).toBeGreaterThan(10)
  await wait(WORKS_MS)
})

test('no line of the log has one of them', async () => {
  await expect.poll(() => logged.length, { timeout: 15_000 }).toBeGreaterThan(20)
  expect(found(logged.join('\n'))).toEqual([])
})

test('no answer has one of them', async () => {
  const document = (await (await put('GET', '/openapi.json')).json()) as { paths: Record<string, Record<string, object>> }
  const paths = Object.keys(document.paths).filter(one => document.paths[one]?.get !== undefined && !one.includes('/events'))
  const names: Record<string, string> = { shop: 'refused', code: 'refused' }
  const told: string[] = []
  for (const listed of paths) {
    const name = listed.startsWith('/api/v1/sources') ? 'erp' : '1'
    const url = listed.replace('/api/v1', '').replaceAll(/\{(\w+)\}/g, (_all, variable: string) => names[variable] ?? name)
    const text = await (await put('GET', url)).text()
    // The backup is for whoever may have everything; what is in it, the next test looks at where it lies.
    for (const secret of found(text)) told.push(`${url} tells ${secret}`)
  }
  expect(paths.length).toBeGreaterThan(70)
  expect(told).toEqual([])
})

test('no column of any table has one of them in the clear', async () => {
  const columns = await database.db.query<{ place: string; schema: string; table: string; column: string }>(
    `select table_schema || '.' || table_name || '.' || column_name as place, table_schema as schema, table_name as "table", column_name as "column"
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
        and data_type in ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')`,
  )
  expect(columns.length).toBeGreaterThan(100)
  const kept: string[] = []
  for (const { place, schema, table, column } of columns) {
    for (const [name, secret] of Object.entries(all())) {
      const rows = await database.db.query(`select 1 from ${schema}."${table}" where position($1 in "${column}"::text) > 0 limit 1`, [
        secret,
      ])
      if (rows.length > 0) kept.push(`${place} keeps ${name}`)
    }
  }
  expect(kept).toEqual([])
})

const all = () => ({ ...secrets, ...made })

function found(text: string): string[] {
  return Object.entries(all())
    .filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
    .map(([name]) => name)
}

/** What is shown once. */
async function told(url: string, body: object, field: string): Promise<string> {
  return String(((await (await put('POST', url, body)).json()) as Record<string, unknown>)[field])
}

function put(method: string, url: string, body?: object, bearer = token): Promise<Response> {
  return fetch(`${server.http?.url}/api/v1${url}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

function signIn(password: string): Promise<Response> {
  const body = JSON.stringify({ name: 'admin', password })
  const headers = { 'content-type': 'application/json', [CONSOLE_HEADER]: '1' }
  return fetch(`${server.http?.url}/api/v1/session`, { method: 'POST', headers, body })
}

/** The same database, reached as somebody who has a password. */
async function withPassword({ db, url }: TestDatabase): Promise<string> {
  const own = new URL(url)
  const name = `hush_${own.pathname.slice(-8)}`
  await db.query(`create role ${name} superuser login password '${secrets.databasePassword}'`)
  own.username = name
  own.password = secrets.databasePassword
  return own.href
}
