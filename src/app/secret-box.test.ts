import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSecretBox } from './secret-box.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-box-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

test('processes that start at the same moment have one key between them, and only its owner may read it', async () => {
  const boxes = await Promise.all(Array.from({ length: 20 }, () => openSecretBox(dataDir, null)))
  const sealed = boxes.map((box, at) => box.seal(`secret ${at}`))
  for (const box of boxes) expect(sealed.map(one => box.open(one))).toEqual(sealed.map((_, at) => `secret ${at}`))
  expect(await readdir(dataDir)).toEqual(['secret.key'])
  expect((await stat(path.join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600)
  expect((await readFile(path.join(dataDir, 'secret.key'), 'utf8')).length).toBe(43)
})

test.each(['', '\n', 'half a key'])('a key file that holds %j is refused, and not sealed with', async held => {
  await writeFile(path.join(dataDir, 'secret.key'), held)
  await expect(openSecretBox(dataDir, null)).rejects.toMatchObject({ code: 'SHOP_TOKEN_SEALED' })
})

test.each(['', 'AAAA', 'no base64 at all', 'A'.repeat(80)])(
  'what was not sealed with this key is an error with a cure: %j',
  async sealed => {
    const box = await openSecretBox(dataDir, null)
    expect(() => box.open(sealed)).toThrow(expect.objectContaining({ code: 'SHOP_TOKEN_SEALED' }))
  },
)
