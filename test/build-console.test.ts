import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isToBuild } from '../bin/build-console.mjs'

/* `npm start` on a fresh clone shows the console, and after an update the console of the update. */

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'trueup-build-'))
})
afterEach(() => rm(root, { recursive: true }))

async function write(file: string, minute: number) {
  const at = path.join(root, file)
  await mkdir(path.dirname(at), { recursive: true })
  await writeFile(at, '')
  await utimes(at, minute * 60, minute * 60)
}

test.each<[string, [file: string, minute: number][], boolean]>([
  ['not built in a fresh clone: it is built', [['console/vite.config.ts', 1]], true],
  [
    'built since: nothing is done',
    [
      ['console/vite.config.ts', 1],
      ['console/src/pages/home.tsx', 2],
      ['dist-console/index.html', 3],
    ],
    false,
  ],
  [
    'built before a page was changed: anew',
    [
      ['console/vite.config.ts', 1],
      ['console/src/pages/home.tsx', 4],
      ['dist-console/index.html', 3],
    ],
    true,
  ],
  [
    'built before the API was changed: anew',
    [
      ['console/vite.config.ts', 1],
      ['src/http/contract/file.ts', 4],
      ['dist-console/index.html', 3],
    ],
    true,
  ],
  ['as npm installs it, with nothing to build it from', [['dist-console/index.html', 3]], false],
])('a console that is %s', async (_, files, expected) => {
  for (const [file, minute] of files) await write(file, minute)
  expect(isToBuild(root)).toBe(expected)
})
