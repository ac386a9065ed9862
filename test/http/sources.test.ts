import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { type ServerUnderTest, startTestServer } from '../doors/sftp-server.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

/* Declaring a server of somebody else's by hand: what is taken, what it answers when it is tried, and where the secret never shows. */

let house: TestGate
let erp: ServerUnderTest
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
  erp = await startTestServer()
})
afterAll(async () => {
  await erp.close()
  await house.close()
})

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })
const declare = (more: object = {}) =>
  ask('POST', '/sources', {
    name: 'netsuite',
    host: '127.0.0.1',
    port: erp.server.port,
    user: 'erp',
    proof: 'password',
    secret: 'secret',
    ...more,
  })
const shown = async () => (await ask('GET', '/sources')).json().rows[0]

test('a source is declared, shows its key, is trusted, and then answers', async () => {
  expect((await declare()).statusCode).toBe(201)
  const first = (await ask('POST', '/sources/netsuite/test')).json()
  expect(first).toMatchObject({ isOk: false, code: 'SOURCE_HOST_KEY_NEW', shownHostKey: { fingerprint: erp.server.fingerprint } })
  expect((await ask('POST', '/sources/netsuite/accept', { fingerprint: `SHA256:${'a'.repeat(43)}` })).json().code).toBe(
    'SOURCE_KEY_NOT_SHOWN',
  )
  expect((await ask('POST', '/sources/netsuite/accept', { fingerprint: erp.server.fingerprint })).statusCode).toBe(200)
  expect((await ask('POST', '/sources/netsuite/test')).json()).toMatchObject({ isOk: true, latencyMs: 0, banner: 'SSH-2.0-trueup' })
  const { entries } = (await ask('GET', '/sources/netsuite/folder?path=/')).json()
  expect(entries.map((entry: { name: string }) => entry.name)).toEqual(['netsuite', 'stock'])
  expect((await ask('GET', '/sources/netsuite/folder?path=/nowhere')).json()).toMatchObject({ code: 'SOURCE_PATH_MISSING' })
})

test('a secret is kept sealed, answered nowhere, and stays when a change leaves it out', async () => {
  expect((await declare({ secret: undefined, root: '/stock' })).statusCode).toBe(201)
  const [kept] = await house.database.db.query<{ sealed: string }>('select secret_sealed as sealed from feed.source')
  expect(kept?.sealed).toBe('sealed secret')
  expect(JSON.stringify(await shown())).not.toContain('secret')
  const log = await house.database.db.query(`select action, before, after from audit.entry where subject = 'source'`)
  expect(JSON.stringify(log)).not.toContain('"secret"}')
  expect(log.map(entry => (entry as { action: string }).action)).toEqual([
    ...['source.change', 'source.test', 'source.accept-key', 'source.test', 'source.change'],
  ])
})

test('another port is another server: its key has to be accepted anew', async () => {
  await declare({ port: erp.server.port })
  expect((await shown()).hostKey.fingerprint).toBe(erp.server.fingerprint)
  await declare({ port: 22 })
  expect((await shown()).hostKey).toBeNull()
})

const refused: [string, object, string][] = [
  ['no secret at all', { name: 'new', secret: undefined }, 'SOURCE_SECRET_MISSING'],
  ['another proof without its secret', { proof: 'key', secret: undefined }, 'SOURCE_SECRET_MISSING'],
  ['a key that is none', { proof: 'key', secret: 'nonsense' }, 'SOURCE_KEY_UNREADABLE'],
  ['a port that cannot be', { port: 70_000 }, 'HTTP_REQUEST_INVALID'],
]
test.each(refused)('%s is refused', async (_what, more, code) => {
  expect((await declare(more)).json()).toMatchObject({ code })
})

test('a source that a feed needs is not forgotten, another is', async () => {
  await house.database.db.query(
    `update feed.feed set door = 'remote', remote_folder = '/out', source_id = (select source_id from feed.source) where feed_id = (select min(feed_id) from feed.feed)`,
  )
  expect((await ask('DELETE', '/sources/netsuite')).json()).toMatchObject({ code: 'SOURCE_IN_USE' })
  expect((await shown()).feeds).toHaveLength(1)
  await house.database.db.query(`update feed.feed set door = 'sftp', remote_folder = null, source_id = null`)
  expect((await ask('DELETE', '/sources/netsuite')).statusCode).toBe(200)
  expect((await ask('POST', '/sources/netsuite/test')).json()).toMatchObject({ code: 'SOURCE_NOT_FOUND' })
})

test('an operator may try a source and not declare one', async () => {
  const cookie = await house.signIn('operator', PASSWORD)
  const payload = { name: 'x', host: 'h', user: 'u', proof: 'agent' }
  const answer = await house.gate.app.inject({
    method: 'POST',
    url: '/api/v1/sources',
    headers: { cookie, [CONSOLE_HEADER]: '1' },
    payload,
  })
  expect(answer.json()).toMatchObject({ code: 'HTTP_ROLE_MISSING' })
})

test('a user of the built-in server gets a key, and is shut out again', async () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl erp@example'
  expect((await ask('POST', '/drop-server/users', { name: 'erp2', home: 'erp', publicKeys: [key] })).statusCode).toBe(201)
  expect((await ask('POST', '/drop-server/users', { name: 'erp2', home: 'erp', publicKeys: ['nonsense'] })).json().code).toBe(
    'SFTP_KEY_UNREADABLE',
  )
  expect((await ask('POST', '/drop-server/users', { name: 'erp2', home: '../etc' })).json().code).toBe('SFTP_HOME_INVALID')
  const user = {
    name: 'erp2',
    home: 'erp',
    hasPassword: false,
    keys: [{ type: 'ssh-ed25519', fingerprint: expect.stringMatching(/^SHA256:/) }],
  }
  expect((await ask('GET', '/drop-server')).json().users).toContainEqual(user)
  expect((await ask('DELETE', '/drop-server/users/erp2')).statusCode).toBe(200)
  expect((await ask('DELETE', '/drop-server/users/erp2')).json().code).toBe('SFTP_USER_NOT_FOUND')
})
