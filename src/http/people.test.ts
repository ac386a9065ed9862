import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureCliToken, readCliToken } from './people.ts'

let dataDir: string
let made = 0
const ids = { uuid: () => `uuid-${++made}`, secret: () => `secret-${++made}` }
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-token-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

test('the token is made once, for its owner only, and found again', async () => {
  const token = await ensureCliToken({ dataDir, ids })
  expect(await ensureCliToken({ dataDir, ids })).toBe(token)
  expect(await readCliToken(dataDir)).toBe(token)
  expect((await stat(path.join(dataDir, 'cli-token'))).mode & 0o777).toBe(0o600)
})

test('two programs that start at once agree on one token', async () => {
  const tokens = await Promise.all(Array.from({ length: 8 }, () => ensureCliToken({ dataDir, ids })))
  expect(new Set(tokens).size).toBe(1)
})

test('where no server was started there is no token', async () => {
  expect(await readCliToken(dataDir)).toBeNull()
  await writeFile(path.join(dataDir, 'cli-token'), '')
  expect(await readCliToken(dataDir)).toBeNull()
})
