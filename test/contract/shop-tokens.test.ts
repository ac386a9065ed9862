import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { OauthOptions } from '../../simulator/shopify/oauth.ts'
import { type Simulator, startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import { openSecretBox, type SecretBox } from '../../src/app/secret-box.ts'
import { openShops, type Shops } from '../../src/app/shops.ts'
import { type Credential, credentialOf, setCredential } from '../../src/catalog/credential-store.ts'
import { healthOf } from '../../src/channel/health-store.ts'
import { TrueupError } from '../../src/kernel/error.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { SMALL_SHOP } from './simulated-shop.ts'

/* Tokens that expire, as the house is wired: the shop gives them out, the database keeps them, two processes share them. */

const APP = { clientId: 'app-1', clientSecret: 'a secret of the app' }
const HOUR_MS = 3_600_000

let home: TestDatabase
let dataDir: string
let box: SecretBox
let simulator: Simulator
let now: number
/** Requests for a token, and for everything else with the token that was sent. */
let asked: { tokens: string[]; requests: string[] }
/** Looks at each request before it leaves. */
let before: (url: string) => Promise<void>

async function open(kind: Credential['kind'], oauth: OauthOptions, entered: Partial<OauthOptions> = {}): Promise<void> {
  now = Date.now()
  asked = { tokens: [], requests: [] }
  before = async () => {}
  home = await openTestDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-tokens-'))
  box = await openSecretBox(dataDir, null)
  simulator = await startShopifySimulator({ shop: SMALL_SHOP, oauth, now: () => now })
  await home.db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ('corner', 'Corner', $1, 'read_and_write')`, [
    simulator.url,
  ])
  const { clientId, clientSecret, refreshToken } = { ...oauth, ...entered }
  const refreshTokenSealed = refreshToken === undefined ? null : box.seal(refreshToken)
  await home.db.transaction(tx => setCredential(tx, 1, { kind, clientId, clientSecretSealed: box.seal(clientSecret), refreshTokenSealed }))
}
afterEach(async () => {
  await simulator.close()
  await home.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const watched: typeof fetch = async (input, init) => {
  const url = String(input)
  await before(url)
  if (url.endsWith('/access_token')) asked.tokens.push(String(init?.body))
  else asked.requests.push(new Headers(init?.headers).get('x-shopify-access-token') ?? '')
  return fetch(input, init)
}
const anotherProcess = (): Shops =>
  openShops({
    ...{ db: home.db, box, fetch: watched, clock: { now: () => now }, publicUrl: null },
    ids: { uuid: () => randomUUID(), secret: () => randomUUID() },
    sleep: ms => new Promise(done => setTimeout(done, Math.min(ms, 20))),
  })
/** Reads the locations; gives the code of what went wrong, or null. */
async function read(shops: Shops): Promise<string | null> {
  let code: string | null = null
  await shops.each('test', async (_, port) => {
    await port.locations().catch(error => {
      code = error instanceof TrueupError ? error.code : String(error)
    })
    return { read: 1, wrote: 0, more: false }
  })
  return code
}

test('client credentials: one token a day, fetched before the first request and renewed before it ends', async () => {
  await open('client_credentials', APP)
  const shops = anotherProcess()
  for (let hour = 0; hour <= 48; hour++) {
    expect(await read(shops)).toBeNull()
    now += HOUR_MS
  }
  expect(asked.tokens).toHaveLength(3)
  expect(new Set(asked.requests)).toEqual(new Set(['shpat_issued_1', 'shpat_issued_2', 'shpat_issued_3']))
})

test('a refresh token is good once: the next one is kept before the new token is used', async () => {
  await open('refresh_token', { ...APP, refreshToken: 'shprt_first' })
  const shops = anotherProcess()
  const keptAtUse: (string | null)[] = []
  before = async url => {
    const kept = await credentialOf(home.db, 1)
    if (!url.endsWith('/access_token')) keptAtUse.push(kept?.refreshTokenSealed ? box.open(kept.refreshTokenSealed) : null)
  }
  for (let hour = 0; hour < 5; hour++) {
    expect(await read(shops)).toBeNull()
    now += HOUR_MS
  }
  expect(keptAtUse).toEqual(['shprt_1', 'shprt_2', 'shprt_3', 'shprt_4', 'shprt_5'])
  expect(asked.requests).toEqual([1, 2, 3, 4, 5].map(n => `shpat_issued_${n}`))
})

test('whoever asked goes away while the shop gives out the next refresh token: it is kept all the same', async () => {
  await open('refresh_token', { ...APP, refreshToken: 'shprt_first' })
  const gone = new AbortController()
  before = async url => {
    if (url.endsWith('/access_token')) setTimeout(() => gone.abort(), 0)
  }
  await anotherProcess().each('test', async (_, port) => {
    await port.locations(gone.signal).catch(() => {})
    return { read: 1, wrote: 0, more: false }
  })
  expect(gone.signal.aborted).toBe(true)
  before = async () => {}
  const kept = await credentialOf(home.db, 1)
  expect(kept?.refreshTokenSealed ? box.open(kept.refreshTokenSealed) : null).toBe('shprt_1')
  expect(await read(anotherProcess())).toBeNull()
})

test('two processes that both need a token fetch one', async () => {
  await open('refresh_token', { ...APP, refreshToken: 'shprt_first' })
  expect(await Promise.all([read(anotherProcess()), read(anotherProcess()), read(anotherProcess())])).toEqual([null, null, null])
  expect(asked.tokens).toHaveLength(1)
})

test('a token that was revoked before its time is fetched anew, and the request goes through', async () => {
  await open('client_credentials', APP)
  const shops = anotherProcess()
  await read(shops)
  simulator.oauth?.revokeAll()
  expect(await read(shops)).toBeNull()
  expect(asked.requests).toEqual(['shpat_issued_1', 'shpat_issued_1', 'shpat_issued_2'])
  expect((await healthOf(home.db, 1))?.state).toBe('reachable')
})

test.each<[string, Credential['kind'], Partial<OauthOptions>]>([
  ['the secret is wrong', 'client_credentials', { clientSecret: 'another' }],
  ['the refresh token was used before', 'refresh_token', { refreshToken: 'shprt_old' }],
])('%s: the shop refuses us, and says so', async (_, kind, entered) => {
  await open(kind, { ...APP, ...(kind === 'refresh_token' ? { refreshToken: 'shprt_first' } : {}) }, entered)
  expect(await read(anotherProcess())).toBe('CHANNEL_TOKEN_REFUSED')
  expect(await healthOf(home.db, 1)).toMatchObject({ state: 'refused', code: 'CHANNEL_TOKEN_REFUSED' })
  expect(asked.requests).toEqual([])
})

test('the token endpoint is down: it counts as an outage while there is no token, and nobody notices while there is one', async () => {
  await open('client_credentials', APP)
  const shops = anotherProcess()
  before = async url => {
    if (url.endsWith('/access_token')) throw new Error('connection refused')
  }
  expect(await read(shops)).toBe('CHANNEL_UNREACHABLE')
  before = async () => {}
  now += 60_000
  expect(await read(shops)).toBeNull()
  before = async url => {
    if (url.endsWith('/access_token')) throw new Error('connection refused')
  }
  now += 20 * HOUR_MS
  expect(await read(shops)).toBeNull()
})

test('nothing of it lies readable in a table', async () => {
  await open('refresh_token', { ...APP, refreshToken: 'shprt_first' })
  await read(anotherProcess())
  for (const table of ['catalog.shop_credential', 'catalog.shop', 'channel.exchange', 'channel.health'])
    expect(JSON.stringify(await home.db.query(`select * from ${table}`))).not.toMatch(/shpat_|shprt_|a secret/)
})
