import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileRoom } from '../../src/adapters/files/file-room.ts'
import { sftpDoor } from '../../src/adapters/files/sftp-client/client.ts'
import { type Server, startServer } from '../../src/app/server.ts'
import { FIRST_SFTP_USER, putSftpUser, readSftpPassword } from '../../src/app/sftp-users.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { visitSource } from '../../src/feed/source-step.ts'
import { acceptHostKey, listSources, putSource } from '../../src/feed/source-store.ts'
import { createReception } from '../../src/feed/step.ts'
import { addFeed } from '../../src/feed/store.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { connectClient } from '../doors/sftp-client.ts'
import { type FaultyLine, type Mischief, openFaultyLine } from '../network/faulty-line.ts'
import { inSoak } from '../rounds.ts'
import { SEED, seededChance } from '../stories/chance.ts'
import { addOneEachFeed, mustBeOnceAndWhole, oneEach, setUpOneEach } from '../stories/one-each.ts'
import { silentLog } from '../stories/street.ts'
import { run } from './run.ts'
import { type Login, rclone, SFTP_CLIENTS } from './sftp-clients.ts'
import { type SshServer, startSshServer } from './ssh-server.ts'

/*
 * Lines that break: dropped, fallen silent, half closed, throttled, at a byte drawn from a seed, in either direction. Four clients that
 * people have upload to the built-in server through such a line, and come back; our own client fetches from OpenSSH's server through it.
 * Every file adds one unit to every SKU, so that a part, a loss and a double effect would each show in the sum.
 */
const CUTS_PER_CLIENT = inSoak({ full: 100, sample: 3 })
const KINDS = ['drop', 'stall', 'half-close', 'throttle'] as const
const FILE_BYTES = oneEach('cut-0', 0).bytes.length
/** Where a session begins and ends around the file. */
const GREETING_BYTES = 5_000
const FAREWELL_BYTES = 3_000
/** A stalled line is taken down after so long, as a router does. */
const STALL_MS = 120

let directory: string
let database: TestDatabase
let server: Server
let sshd: SshServer
let login: Login
const place = (...parts: string[]) => path.join(directory, ...parts)

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-cuts-'))
  database = await openTestDatabase()
  const doors = { host: '127.0.0.1', httpPort: 0, sftpPort: 0 }
  const roles = ['gate', 'work'] as const
  const world = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: silentLog }
  await mkdir(place('data'))
  server = await startServer(
    { ...doors, dataDir: place('data'), databaseUrl: database.url, roles, logLevel: 'silent', secretKey: null },
    world,
  )
  const [hostKey] = server.sftp?.hostKeys ?? []
  const password = await readSftpPassword(place('data'))
  login = { directory, key: place('key'), password, hostKey: hostKey?.fingerprint ?? '' }
  sshd = await startSshServer(directory)
  await setUp()
})
afterAll(async () => {
  await sshd?.stop()
  await server?.stop()
  await database?.drop()
  await rm(directory, { recursive: true, force: true })
})

test.for(SFTP_CLIENTS)(
  `$name cut ${CUTS_PER_CLIENT} times: no part imported, no file lost, no effect twice`,
  { timeout: 1_200_000 },
  async client => {
    const feed = `cut-${SFTP_CLIENTS.indexOf(client)}`
    const chance = seededChance(SEED + SFTP_CLIENTS.indexOf(client))
    const line = await openFaultyLine({ host: '127.0.0.1', port: server.sftp?.port ?? 0 })
    const startedAt = performance.now()
    const digests = new Set<string>()
    let failures = 0
    for (let round = 0; round < CUTS_PER_CLIENT; round++) {
      const { file, sha256 } = await layFile(feed, round)
      digests.add(sha256)
      const [to, goesOn] = [`/${feed}/inbox/stock-${round}.csv`, chance() < 0.5]
      line.plan(drawn(chance))
      if (await breaking(line, client.put(file, to, line, login))) continue
      failures++
      // The client comes back, on a line that holds: to go on, or from the beginning.
      line.plan(null)
      const isDone = goesOn && (await client.goOn(file, to, line, login))
      if (!isDone) expect(await client.put(file, to, line, login), `${client.name} comes back for round ${round}`).toBe(true)
    }
    const tookMs = (performance.now() - startedAt) / CUTS_PER_CLIENT
    await line.close()
    await mustBeOnceAndWhole(database.db, feed, digests)
    console.log(
      `${client.name}: ${CUTS_PER_CLIENT} cuts, ${line.met()} met, ${failures} uploads failed and were sent again, ${tookMs.toFixed(0)} ms a cut`,
    )
  },
)

test('rclone sends a file again of which every byte has come and the end has not, though it has its size and its time', async () => {
  const { file, sha256 } = await layFile('cut-end', 0)
  const client = await connectClient(server.sftp?.port ?? 0, { username: FIRST_SFTP_USER, password: login.password })
  const to = '/cut-end/inbox/stock-0.csv'
  const handle = await client.call<Buffer>(done => client.sftp.open(to, 'w', done))
  const bytes = await readFile(file)
  await client.call(done => client.sftp.write(handle, bytes, 0, bytes.length, 0, done))
  client.socket.destroy()
  await expect
    .poll(() => database.db.query(`select state from feed.file where name = 'stock-0.csv' and state = 'interrupted'`))
    .not.toEqual([])
  expect(await rclone(file, to, { port: server.sftp?.port ?? 0 }, login)).toBe(true)
  await mustBeOnceAndWhole(database.db, 'cut-end', new Set([sha256]))
})

test(`a source on OpenSSH's server cut ${CUTS_PER_CLIENT} times: no part imported, no file lost, no effect twice`, {
  timeout: 1_200_000,
}, async () => {
  const { db } = database
  const chance = seededChance(SEED + 77)
  const line = await openFaultyLine({ host: '127.0.0.1', port: sshd.port })
  const clock = { ms: realClock.now(), now: () => clock.ms }
  await mkdir(place('out'))
  const sourceId = await putSource(db, {
    ...{
      name: 'sshd',
      host: '127.0.0.1',
      port: line.port,
      user: sshd.user,
      proof: 'key',
      root: place('out'),
      secretSealed: sshd.privateKey,
    },
    // The clock of this test looks at it, not the program's own.
    ...{ connectMs: 5_000, idleMs: STALL_MS, overallMs: 30_000, lookEveryMs: 15_000, isEnabled: false, now: clock.now() },
  })
  await addFeed(db, {
    name: 'cut-source',
    home: 'sshd',
    folder: 'cut-source',
    layout: 'MDM_INV_VARIANCE',
    fileKind: 'delta',
    now: clock.now(),
    ...{ door: 'remote', sourceId, remoteFolder: place('out'), afterCommit: 'leave' },
  })
  await openFileRoom({ homesDir: server.house.homesDir, spoolDir: server.house.spoolDir })
  const door = sftpDoor({ spoolDir: server.house.spoolDir, agentSocket: null, clock: realClock })
  const reception = createReception({ db, clock: realClock, ids: realIds, arrived: () => server.clockwork.nudge('feed') })
  const visit = async () => {
    const [source] = await listSources(db)
    if (source === undefined) throw new Error('the source is gone')
    await visitSource({ db, clock, chance, door, reception, unseal: sealed => sealed, recognise: async () => [] }, source)
  }
  await visit()
  const [shown] = await listSources(db)
  await acceptHostKey(db, { sourceId, fingerprint: shown?.shownHostKey?.fingerprint ?? '', now: clock.now() })

  const digests = new Set<string>()
  const startedAt = performance.now()
  let visits = 0
  for (let round = 0; round < CUTS_PER_CLIENT; round++) {
    const { file, sha256 } = await layFile('cut-source', round)
    digests.add(sha256)
    const name = `stock-${round}.csv`
    await writeFile(place('out', name), await readFile(file))
    await utimes(place('out', name), clock.now() / 1_000, clock.now() / 1_000)
    await visit()
    clock.ms += 5_000
    line.plan(drawn(chance, 'down'))
    for (let isHere = false; !isHere; visits++) {
      await visit()
      line.plan(null)
      clock.ms += 5_000
      isHere =
        (
          await db.query(`select 1 from feed.file where name = $1 and door = 'remote' and state not in ('receiving', 'interrupted')`, [
            name,
          ])
        ).length > 0
      if (visits > CUTS_PER_CLIENT * 10) throw new Error('the file does not come')
    }
    await rm(place('out', name))
  }
  const tookMs = (performance.now() - startedAt) / CUTS_PER_CLIENT
  await line.close()
  await mustBeOnceAndWhole(database.db, 'cut-source', digests)
  console.log(`OpenSSH's sshd as a source: ${CUTS_PER_CLIENT} cuts, ${line.met()} met, ${visits} visits, ${tookMs.toFixed(0)} ms a cut`)
})

/** One kind of mischief at one byte: a third of them where the session begins and ends, since that is where states change. */
function drawn(chance: () => number, direction?: 'down'): Mischief {
  const kind = KINDS[Math.floor(chance() * KINDS.length)] ?? 'drop'
  const way = direction ?? (chance() < 0.8 ? 'up' : 'down')
  const [where, within] = [chance(), chance()]
  if (way === 'down' && direction === undefined) return { kind, direction: way, atByte: Math.floor(within * 6_000) }
  if (where < 0.15) return { kind, direction: way, atByte: Math.floor(within * GREETING_BYTES) }
  if (where < 0.35) return { kind, direction: way, atByte: FILE_BYTES + Math.floor(within * (GREETING_BYTES + FAREWELL_BYTES)) }
  return { kind, direction: way, atByte: GREETING_BYTES + Math.floor(within * FILE_BYTES) }
}

/** Waits for the client; a line that has fallen silent is taken down after a while. */
async function breaking(line: FaultyLine, upload: Promise<boolean>): Promise<boolean> {
  const met = line.met()
  let isOver = false
  const watching = (async () => {
    while (!isOver && line.met() === met) await delay(10)
    if (isOver || line.current()?.kind !== 'stall') return
    await delay(STALL_MS)
    line.plan(null)
    line.cutAll()
  })()
  const isDone = await upload
  isOver = true
  await watching
  return isDone
}

async function layFile(feed: string, round: number): Promise<{ file: string; sha256: string }> {
  const { bytes, sha256 } = oneEach(feed, round)
  const file = place(`${feed}-${round}.csv`)
  await writeFile(file, bytes)
  return { file, sha256 }
}

async function setUp(): Promise<void> {
  const { db } = database
  const now = realClock.now()
  const feeds = SFTP_CLIENTS.map((_, at) => `cut-${at}`)
  await setUpOneEach(db, { feeds: [...feeds, 'cut-end', 'cut-source'], now })
  for (const name of [...feeds, 'cut-end']) await addOneEachFeed(db, { name, now })
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place('key')])
  const [type, blob] = (await readFile(place('key.pub'), 'utf8')).split(' ')
  await putSftpUser(db, { name: FIRST_SFTP_USER, home: FIRST_SFTP_USER, password: null, publicKeys: [`${type} ${blob}`], now })
}
