import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileRoom } from '../../src/adapters/files/file-room.ts'
import { sftpDoor } from '../../src/adapters/files/sftp-client/client.ts'
import { eachOfJobs, LOOKING, sourceVisits } from '../../src/app/sources.ts'
import { realIds } from '../../src/app/world.ts'
import { visitSource } from '../../src/feed/source-step.ts'
import { acceptHostKey, listSources, pinHostKey, putSource, type Source } from '../../src/feed/source-store.ts'
import { adoptOrphans, createReception, type Receiver } from '../../src/feed/step.ts'
import { addFeed } from '../../src/feed/store.ts'
import { madeWith, type Schedule } from '../../src/jobs/schedule.ts'
import { setSchedule } from '../../src/jobs/schedule-store.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { someBytes } from '../doors/door-contract.ts'
import { type ServerUnderTest, startTestServer } from '../doors/sftp-server.ts'
import { type FaultyLine, openFaultyLine } from '../network/faulty-line.ts'

/*
 * The ERP's own SFTP server: we come and fetch. What was fetched is safe here before anything there is touched, and a line that breaks
 * costs time and nothing else.
 */
const IMPORT = LOOKING as NonNullable<typeof LOOKING>
let directory: string
let database: TestDatabase
let erp: ServerUnderTest
let proxy: FaultyLine
let clock: { ms: number; now(): number }
let reception: Receiver
const folder = (...parts: string[]) => path.join(erp.homesDir, 'erp', 'out', ...parts)

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-remote-'))
  database = await openTestDatabase()
  erp = await startTestServer()
  proxy = await openFaultyLine({ host: '127.0.0.1', port: erp.server.port })
  clock = { ms: Date.UTC(2026, 10, 23, 2, 0), now: () => clock.ms }
  reception = createReception({ db: database.db, clock, ids: realIds })
  await mkdir(folder(), { recursive: true })
  const sourceId = await putSource(database.db, {
    ...{ name: 'netsuite', host: '127.0.0.1', port: proxy.port, user: 'erp', proof: 'password', root: '/', secretSealed: 'secret' },
    ...{ connectMs: 5_000, idleMs: 1_000, overallMs: 20_000, lookEveryMs: 15_000, isEnabled: true, now: clock.now() },
  })
  await addFeed(database.db, {
    ...{ name: 'stock', home: 'netsuite', folder: 'stock', layout: 'RESET_INVENTORY', namePattern: 'stock*.csv', now: clock.now() },
    ...{ door: 'remote', sourceId, remoteFolder: '/out' },
  })
})
afterEach(async () => {
  await proxy.close()
  await erp.close()
  await database.drop()
  await rm(directory, { recursive: true, force: true })
})

const source = async (): Promise<Source> => (await listSources(database.db))[0] as Source
const deps = () => ({
  ...{ db: database.db, clock, chance: () => 0, reception, unseal: (sealed: string) => sealed, recognise: async () => [] },
  door: sftpDoor({ spoolDir: path.join(directory, 'spool'), agentSocket: null, clock }),
})
const visit = async () => visitSource(deps(), await source())
const files = () =>
  database.db.query<{ name: string; state: string; bytes: number; code: string | null }>(
    'select name, state, received_bytes as bytes, code from feed.file order by file_id',
  )

async function lay(name: string, bytes: Buffer | string): Promise<void> {
  await writeFile(folder(name), bytes)
  await utimes(folder(name), clock.now() / 1_000, clock.now() / 1_000)
}

async function trust(): Promise<void> {
  await visit()
  const { sourceId, shownHostKey } = await source()
  expect(await acceptHostKey(database.db, { sourceId, fingerprint: shownHostKey?.fingerprint ?? '', now: clock.now() })).toBe(true)
  await openFileRoom({ homesDir: path.join(directory, 'homes'), spoolDir: path.join(directory, 'spool') })
}

/** What the rooms do with a file, as far as a source sees it. */
async function putAway(state: 'applied' | 'failed'): Promise<void> {
  await database.db.query(`update feed.file set state = $1, rest_name = 'at rest_' || name, put_away_at = $2 where state = 'received'`, [
    state,
    new Date(clock.now()),
  ])
}

const trusted = async () => {
  const [type = ''] = erp.server.hostKeys.map(key => key.type)
  await pinHostKey(database.db, { sourceId: (await source()).sourceId, key: { type, fingerprint: erp.server.fingerprint } })
}
const own = (change: Partial<Schedule>) =>
  setSchedule(database.db, IMPORT, { ...madeWith(IMPORT), isRealTime: false, ...change }, { by: 'ada', at: clock.now(), whose: 'netsuite' })
const nextLookAt = async () => (await source()).nextLookAt
const visits = () => sourceVisits({ ...deps(), sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}), ids: realIds })

test('a source that waits for its ticks is looked at when a run is for it, soon again for what is left undone, and not by itself', async () => {
  await trusted()
  await own({})
  const look = visits()
  await look()
  expect(await source()).toMatchObject({ state: 'ok', nextLookAt: null })
  clock.ms += 86_400_000
  expect((await look()).read).toBe(0)
  expect((await source()).lookedAt).toBeLessThan(clock.ms)
  await writeFile(folder('stock.csv'), 'x')
  const run = { source: 'netsuite' }
  await look(undefined, { only: 'netsuite', run })
  expect((await source()).lookedAt).toBe(clock.ms)
  expect(await nextLookAt()).toBeLessThan(clock.ms + 60_000)
  await proxy.close()
  await expect(look(undefined, { only: 'netsuite', run: { ...run } })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  expect(await source()).toMatchObject({ state: 'failing' })
  expect(await nextLookAt()).toBeLessThan(clock.ms + 60_000)
})

test('a paused source is looked at by a person only, and its pace comes back with the job’s schedule', async () => {
  await trusted()
  await own({ isRealTime: true, paused: { at: clock.ms, by: 'ada', reason: 'stocktaking' } })
  const look = visits()
  await look()
  expect((await source()).lookedAt).toBeNull()
  await look(undefined, { only: 'netsuite', run: {} })
  expect(await nextLookAt()).toBe(clock.ms + 15_000)
  await own({})
  clock.ms += 15_000
  await look()
  expect(await nextLookAt()).toBeNull()
  const { ownChanged } = eachOfJobs(database.db, clock)
  await database.db.transaction(tx => ownChanged(tx, { job: IMPORT, whose: 'netsuite' }, null))
  expect(await nextLookAt()).toBe(clock.ms)
})

test('a run for a source that a person ends lets go of the line, keeps what came, and says nothing against the source', async () => {
  await trusted()
  await own({})
  await writeFile(folder('stock.csv'), someBytes(4_000_000))
  await mkdir(path.join(directory, 'spool'))
  const look = visits()
  await look()
  clock.ms += 60_000
  proxy.plan({ kind: 'stall', direction: 'down', atByte: 200_000 })
  const ended = new AbortController()
  const looking = look(undefined, { only: 'netsuite', run: { source: 'netsuite' }, ended: ended.signal })
  await expect.poll(async () => (await files())[0]?.state).toBe('receiving')
  ended.abort()
  await looking
  await expect.poll(async () => (await files())[0]?.state).toBe('interrupted')
  await expect.poll(nextLookAt).toBeNull()
  expect(await source()).toMatchObject({ state: 'ok', failures: 0, code: null })
})

test('the first contact waits for a person, who accepts the key that was shown', async () => {
  await visit()
  expect(await source()).toMatchObject({
    state: 'stopped',
    code: 'SOURCE_HOST_KEY_NEW',
    shownHostKey: { fingerprint: erp.server.fingerprint },
  })
  expect(await acceptHostKey(database.db, { sourceId: (await source()).sourceId, fingerprint: 'SHA256:guess', now: clock.now() })).toBe(
    false,
  )
  await trust()
  await visit()
  expect(await source()).toMatchObject({ state: 'ok', code: null, hostKey: { fingerprint: erp.server.fingerprint }, shownHostKey: null })
})

test('a file is fetched when it has come to rest, and stays on the server until it is committed here', async () => {
  await trust()
  await lay('stock.csv', 'half')
  await lay('stock.csv.part', 'not finished')
  await lay('prices.csv', 'not of this feed')
  await visit()
  clock.ms += 4_000
  await lay('stock.csv', 'half and half')
  await visit()
  clock.ms += 4_999
  await visit()
  expect(await files()).toEqual([])
  clock.ms += 1
  await visit()
  expect(await files()).toEqual([{ name: 'stock.csv', state: 'received', bytes: 13, code: null }])
  await visit()
  expect((await readdir(folder())).sort()).toEqual(['prices.csv', 'stock.csv', 'stock.csv.part'])
  await putAway('applied')
  await visit()
  expect((await readdir(folder())).sort()).toEqual(['archive', 'prices.csv', 'stock.csv.part'])
  expect(await readdir(folder('archive'))).toEqual(['at rest_stock.csv'])
  await visit()
  expect(await files()).toHaveLength(1)
})

test('a file that failed here goes to failed/ there', async () => {
  await trust()
  await lay('stock.csv', 'bad')
  await visit()
  clock.ms += 5_000
  await visit()
  await putAway('failed')
  await visit()
  expect(await readdir(folder('failed'))).toEqual(['at rest_stock.csv'])
})

test('a file that cannot be moved is not fetched twice, and the trouble is said', async () => {
  await trust()
  await database.db.query(`update feed.feed set remote_archive = '/stock/archive'`)
  await lay('stock.csv', 'rows')
  await visit()
  clock.ms += 5_000
  await visit()
  await putAway('applied')
  for (let tries = 0; tries < 3; tries++) {
    clock.ms += 60_000
    await visit()
  }
  expect(await files()).toHaveLength(1)
  expect(await database.db.query('select settle_code as code, settle_failures as n from feed.remote_file')).toEqual([
    { code: 'SOURCE_PERMISSION', n: 3 },
  ])
  await database.db.query('update feed.feed set remote_archive = null')
  clock.ms += 600_000
  await visit()
  expect(await readdir(folder('archive'))).toEqual(['at rest_stock.csv'])
})

test('a line that breaks goes on at the byte where it broke, however often', async () => {
  await trust()
  const bytes = someBytes(3_000_000)
  await lay('stock.csv', bytes)
  await visit()
  clock.ms += 5_000
  const held: number[] = []
  for (const kind of ['drop', 'half-close', 'stall', 'drop'] as const) {
    proxy.plan({ kind, direction: 'down', atByte: 900_000 })
    await visit()
    const [file] = await files()
    held.push(file?.bytes ?? 0)
    expect(file?.state).toBe('interrupted')
    clock.ms += 5_000
  }
  expect(held).toEqual([...held].sort((a, b) => a - b))
  expect(held[3]).toBeGreaterThan(2_000_000)
  expect(await source()).toMatchObject({ state: 'failing', failures: 1 })
  proxy.plan(null)
  await visit()
  expect(await files()).toEqual([{ name: 'stock.csv', state: 'received', bytes: bytes.length, code: null }])
  const [spooled = ''] = await readdir(path.join(directory, 'spool'))
  expect((await readFile(path.join(directory, 'spool', spooled))).equals(bytes)).toBe(true)
  const [hour] = await database.db.query<Record<string, number>>('select connections, drops, refusals, bytes from feed.source_hour')
  expect(hour).toMatchObject({ drops: 4, refusals: 1 })
  expect(hour?.bytes).toBeLessThan(bytes.length * 2)
})

test('a file that changed while the line was broken begins again, and is one file', async () => {
  await trust()
  await lay('stock.csv', someBytes(2_000_000))
  await visit()
  clock.ms += 5_000
  proxy.plan({ kind: 'drop', direction: 'down', atByte: 900_000 })
  await visit()
  proxy.plan(null)
  await lay('stock.csv', 'another')
  await visit()
  clock.ms += 5_000
  await visit()
  expect(await files()).toEqual([{ name: 'stock.csv', state: 'received', bytes: 7, code: null }])
})

test('a program that died while it fetched goes on after its restart', async () => {
  await trust()
  const bytes = someBytes(2_000_000)
  await lay('stock.csv', bytes)
  await visit()
  clock.ms += 5_000
  // What a death leaves behind: a row in receiving, bytes in the spool, and nobody who receives.
  const opened = reception.opened
  const dying: Receiver = { ...reception, interrupted: async () => {} }
  dying.opened = opened
  proxy.plan({ kind: 'drop', direction: 'down', atByte: 900_000 })
  await visitSource({ ...deps(), reception: dying }, await source())
  proxy.plan(null)
  expect(await files()).toMatchObject([{ state: 'receiving' }])
  await visit()
  expect(await files()).toMatchObject([{ state: 'receiving' }])
  reception = createReception({ db: database.db, clock, ids: realIds })
  const room = await openFileRoom({ homesDir: path.join(directory, 'homes'), spoolDir: path.join(directory, 'spool') })
  await adoptOrphans({ db: database.db, clock, files: room, receiver: reception, isAlone: true })
  await visit()
  expect(await files()).toEqual([{ name: 'stock.csv', state: 'received', bytes: bytes.length, code: null }])
})

test('a server that shows another key is told nothing, and stays stopped until a person says otherwise', async () => {
  await trust()
  await visit()
  await database.db.query(`update feed.source set host_key = 'SHA256:older'`)
  erp.log.length = 0
  await visit()
  expect(await source()).toMatchObject({ state: 'stopped', code: 'SOURCE_HOST_KEY_CHANGED', nextLookAt: null })
  expect(erp.log).toEqual([])
})

test('a folder that is not there is a trouble of its own, and the other feeds of the source are looked at all the same', async () => {
  await trust()
  await addFeed(database.db, {
    ...{ name: 'a-first', home: 'netsuite', folder: 'first', layout: 'RESET_INVENTORY', now: clock.now() },
    ...{ door: 'remote', sourceId: (await source()).sourceId, remoteFolder: '/Out' },
  })
  await lay('stock.csv', 'rows')
  await visit()
  clock.ms += 5_000
  await visit()
  expect(await files()).toMatchObject([{ state: 'received' }])
  expect(await source()).toMatchObject({ state: 'failing', code: 'SOURCE_PATH_MISSING' })
})
