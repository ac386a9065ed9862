import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { connectClient } from '../../../../test/doors/sftp-client.ts'
import { type ServerUnderTest, startTestServer } from '../../../../test/doors/sftp-server.ts'
import { hostKeyOf, loadOrMakeHostKeys, soundPair } from './host-keys.ts'

let under: ServerUnderTest | null = null
afterEach(async () => {
  await under?.close()
  under = null
})

test('a wrong password lets nobody in, and the sixth one ends the connection', async () => {
  under = await startTestServer()
  const { port } = under.server
  await expect(connectClient(port, { password: 'wrong' })).rejects.toThrow(/authentication/i)
  const guesses = Array.from({ length: 10 }, (_, at) => `guess ${at}`)
  let asked = 0
  const authHandler = (_left: unknown, _partial: unknown, next: (method: unknown) => void) =>
    next(asked < guesses.length ? { type: 'password', username: 'erp', password: guesses[asked++] } : false)
  await expect(connectClient(port, { authHandler: authHandler as never })).rejects.toThrow()
  expect(asked).toBe(6)
})

test('a password may be asked for by the keyboard as well', async () => {
  under = await startTestServer()
  const authHandler = [
    { type: 'keyboard-interactive', username: 'erp', prompt: (...args: unknown[]) => (args[4] as (answers: string[]) => void)(['secret']) },
  ]
  const client = await connectClient(under.server.port, { authHandler: authHandler as never })
  expect(await client.list('/')).toContain('stock')
  await client.end()
})

const kinds = [
  ['ed25519', () => ssh2.utils.generateKeyPairSync('ed25519')],
  ['rsa', () => ssh2.utils.generateKeyPairSync('rsa', { bits: 2_048 })],
] as const
test.each(kinds)('an %s key opens its own home and no other does', async (_kind, make) => {
  const [mine, other] = [make(), make()]
  under = await startTestServer({ keys: [mine.public.split(' ').slice(0, 2).join(' ')] })
  const keyOnly = (privateKey: string) => ({ privateKey, authHandler: ['publickey'] as never })
  const client = await connectClient(under.server.port, keyOnly(mine.private))
  expect(await client.list('/')).toContain('stock')
  await client.end()
  await expect(connectClient(under.server.port, keyOnly(other.private))).rejects.toThrow(/authentication/i)
})

test('who knows a public key and does not hold the private one stays outside', async () => {
  const [mine, other] = [parsed(ssh2.utils.generateKeyPairSync('ed25519')), parsed(ssh2.utils.generateKeyPairSync('ed25519'))]
  under = await startTestServer({ keys: [`${mine.type} ${mine.getPublicSSH().toString('base64')}`] })
  mine.sign = other.sign.bind(other)
  const authHandler = [{ type: 'publickey', username: 'erp', key: mine }]
  await expect(connectClient(under.server.port, { authHandler: authHandler as never })).rejects.toThrow(/authentication/i)
})

test('host keys are made once, readable by their owner alone, and kept', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-keys-'))
  const [first, ...others] = await Promise.all([loadOrMakeHostKeys(directory), loadOrMakeHostKeys(directory)])
  expect(others).toEqual([first])
  expect(await loadOrMakeHostKeys(directory)).toEqual(first)
  expect((await stat(path.join(directory, 'ssh_host_ed25519_key'))).mode & 0o777).toBe(0o600)
  expect((await readFile(path.join(directory, 'ssh_host_ed25519_key'), 'utf8')).startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')).toBe(
    true,
  )
  expect(hostKeyOf(first?.[0] ?? '').fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
  await rm(directory, { recursive: true, force: true })
})

test('a pair of keys that could not be read again is never used as a host key', () => {
  const sound = ssh2.utils.generateKeyPairSync('ed25519')
  const pairs = [{ private: 'broken', public: sound.public }, { private: sound.private, public: 'broken' }, sound]
  expect(soundPair(() => pairs.shift() ?? sound)).toEqual(sound)
  expect(() => soundPair(() => ({ private: 'broken', public: 'broken' }))).toThrow('none of')
})

function parsed(pair: { private: string }): ssh2.ParsedKey {
  const key = ssh2.utils.parseKey(pair.private)
  if (key instanceof Error) throw key
  return key
}
