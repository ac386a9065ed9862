import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/app/config.ts'
import { type Server, startServer } from '../../src/app/server.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'

/* The gate with a certificate of its own, made here. */
let directory: string
let database: TestDatabase
let server: Server
const file = (name: string) => path.join(directory, name)

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-https-'))
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
  ]
  execFileSync('openssl', [...words, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')], {
    stdio: 'ignore',
  })
  database = await openTestDatabase()
  server = await startServer(configWith(file('key.pem')), world())
})
afterAll(async () => {
  await server?.stop()
  await database?.drop()
  await rm(directory, { recursive: true, force: true })
})

test('the console and the API speak TLS with it, and the cookie never goes without', async () => {
  expect(server.http?.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  expect((await ask('GET', '/health/ready')).status).toBe(200)
  const signedIn = await ask('POST', '/api/v1/session', { name: 'admin', password: server.newAdmin?.password })
  expect([signedIn.status, signedIn.cookie]).toEqual([201, expect.stringMatching(/; HttpOnly; Secure; SameSite=Strict/)])
  await expect(fetch(`${server.http?.url.replace('https', 'http')}/health/ready`)).rejects.toThrow()
})

test('a key that cannot be read is said before anything is opened to people', async () => {
  await expect(startServer(configWith(file('gone.pem')), world())).rejects.toMatchObject({ code: 'CONFIG_TLS_UNREADABLE' })
})

function configWith(key: string) {
  const env = { DATABASE_URL: database.url, TRUEUP_DATA_DIR: file('data'), TRUEUP_HTTP_PORT: '0', TRUEUP_SFTP_PORT: '0' }
  return readConfig({}, { ...env, TRUEUP_TLS_CERT: file('cert.pem'), TRUEUP_TLS_KEY: key })
}

function world() {
  return { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: { debug() {}, info() {}, warn() {} } }
}

async function ask(method: string, to: string, body?: object): Promise<{ status: number | undefined; cookie: string }> {
  const headers = { 'content-type': 'application/json', [CONSOLE_HEADER]: '1' }
  const asking = request(`${server.http?.url}${to}`, { method, headers, ca: await readFile(file('cert.pem')) })
  asking.end(body ? JSON.stringify(body) : undefined)
  const [answer] = await once(asking, 'response')
  answer.resume()
  await once(answer, 'end')
  return { status: answer.statusCode, cookie: String(answer.headers['set-cookie'] ?? '') }
}
