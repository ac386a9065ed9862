import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningDemo, startDemo } from '../../src/app/demo.ts'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { FIRST_SFTP_USER, readSftpPassword } from '../../src/app/sftp-users.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { type FaultyLine, openFaultyLine } from '../network/faulty-line.ts'
import { silentLog } from '../stories/street.ts'
import { runAnyway } from './run.ts'

/*
 * Scenario 1 of the troubleshooting guide, "Partial File Processing Due to Connection Failure", as a person goes through it with a client
 * alone: OpenSSH's sftp where the guide has FileZilla.
 */
const FILE = path.join(demoDataDir(), DEMO_STOCK_FILE)
/** Behind the first packets of the file, and before its last. */
const CUT_AT_BYTE = 60_000

let directory: string
let database: TestDatabase
let demo: RunningDemo
let line: FaultyLine
let failedName = ''
const place = (name: string) => path.join(directory, name)
const port = () => demo.server.sftp?.port ?? 0

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-guide-'))
  database = await openTestDatabase()
  const doors = { host: '127.0.0.1', httpPort: 0, sftpPort: 0 }
  const roles = ['gate', 'work'] as const
  const world = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: silentLog }
  demo = await startDemo({ ...doors, dataDir: place('data'), databaseUrl: database.url, roles, logLevel: 'silent', secretKey: null }, world)
  line = await openFaultyLine({ host: '127.0.0.1', port: port() })
  await writeFile(place('answer'), `#!/bin/sh\necho '${await readSftpPassword(place('data'))}'\n`)
  await chmod(place('answer'), 0o700)
})
afterAll(async () => {
  await line?.close()
  await demo?.stop()
  await database?.drop()
  await rm(directory, { recursive: true, force: true })
})

async function attempt(commands: readonly string[], at: number) {
  await writeFile(place('batch'), `${commands.join('\n')}\n`)
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'PubkeyAuthentication=no', 'BatchMode=no']
  const words = ['-P', String(at), ...options.flatMap(one => ['-o', one]), '-b', place('batch'), `${FIRST_SFTP_USER}@127.0.0.1`]
  return runAnyway('sftp', words, { SSH_ASKPASS: place('answer'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' })
}

async function client(...commands: string[]): Promise<string> {
  const { code, said } = await attempt(commands, port())
  if (code !== 0) throw new Error(said)
  return said
}

const states = (name: string) => database.db.query('select state from feed.file where name = $1 order by file_id', [name])

test('an upload breaks off, and nothing of it is processed', async () => {
  line.plan({ kind: 'drop', direction: 'up', atByte: CUT_AT_BYTE })
  expect((await attempt([`put ${FILE} /${DEMO_FEED}/inbox/stock.tsv`], line.port)).code).not.toBe(0)
  await expect.poll(() => states('stock.tsv')).toEqual([{ state: 'interrupted' }])
  expect(await database.db.query('select 1 from inventory.movement')).toEqual([])
  // A quarter of an hour passes in which nobody completes it.
  await database.db.query(`update feed.file set changed_at = changed_at - interval '16 minutes'`)
})

test('step 1: the SFTP path is navigated to with a client, and shows what failed', async () => {
  await expect.poll(() => client(`ls -1 /${DEMO_FEED}/failed`), { timeout: 20_000 }).toMatch(/_stock\.tsv\.reason\.txt/)
  expect(await client(`ls -1 /${DEMO_FEED}`)).toMatch(/archive[\s\S]*error[\s\S]*failed[\s\S]*inbox/)
})

test('step 2: the file is found by the date and time of its import, and a note beside it says how far it came', async () => {
  const listed = (await client(`ls -1 /${DEMO_FEED}/failed`)).split('\n').map(one => one.trim().split('/').at(-1) ?? '')
  failedName = listed.find(one => one.endsWith('_stock.tsv')) ?? ''
  expect(failedName).toMatch(/^\d{8}T\d{6}Z_\d+_stock\.tsv$/)
  await client(`get /${DEMO_FEED}/failed/${failedName}.reason.txt ${place('reason.txt')}`)
  const reason = await readFile(place('reason.txt'), 'utf8')
  expect(reason).toMatch(/Bytes: {4}\d+\nReached: {2}line \d+, which is broken off: /)
  expect(reason).toContain('FILE_INTERRUPTED')
  expect(reason).toContain('Upload the whole file again to inbox/')
})

test('step 3: re-uploading brings all of it in; dragging the part back does not', async () => {
  expect((await attempt([`rename /${DEMO_FEED}/failed/${failedName} /${DEMO_FEED}/inbox/stock.tsv`], port())).code).not.toBe(0)
  await client(`put ${FILE} /${DEMO_FEED}/inbox/stock.tsv`)
  await expect.poll(() => states('stock.tsv'), { timeout: 30_000 }).toEqual([{ state: 'interrupted' }, { state: 'applied' }])
  expect(await database.db.query('select count(*) as n from inventory.movement where file_id is not null')).toEqual([{ n: 1_069 }])
})

test('uploading it once more is safe: it is known, and changes nothing', async () => {
  await client(`put ${FILE} /${DEMO_FEED}/inbox/again.tsv`)
  await expect.poll(() => states('again.tsv'), { timeout: 20_000 }).toEqual([{ state: 'duplicate' }])
})
