import { createHash } from 'node:crypto'
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
import * as catalog from '../../src/catalog/store.ts'
import { visitSource } from '../../src/feed/source-step.ts'
import { acceptHostKey, listSources, putSource } from '../../src/feed/source-store.ts'
import { createReception } from '../../src/feed/step.ts'
import { addFeed } from '../../src/feed/store.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { type FaultyLine, type Mischief, openFaultyLine } from '../network/faulty-line.ts'
import { inSoak } from '../rounds.ts'
import { SEED, seededChance } from '../stories/chance.ts'
import { silentLog } from '../stories/street.ts'
import { run, runAnyway } from './run.ts'
import { type SshServer, startSshServer } from './ssh-server.ts'

/*
 * Lines that break: dropped, fallen silent, half closed, throttled, at a byte drawn from a seed, in either direction. Four clients that
 * people have upload to the built-in server through such a line, and come back; our own client fetches from OpenSSH's server through it.
 * Every file adds one unit to every SKU, so that a part, a loss and a double effect would each show in the sum.
 */
const CUTS_PER_CLIENT = inSoak({ full: 100, sample: 3 })
const KINDS = ['drop', 'stall', 'half-close', 'throttle'] as const
const ROWS = 1_000
const COMMENT = 'counted again after the cut'
const FILE_BYTES = ROWS * `cut-0,SKU,SKU-000000,1,00000 ${COMMENT}\n`.length
/** Where a session begins and ends around the file. */
const GREETING_BYTES = 5_000
const FAREWELL_BYTES = 3_000
/** A stalled line is taken down after so long, as a router does. */
const STALL_MS = 120
const SETTLED_MS_MAX = 60_000

let directory: string
let database: TestDatabase
let server: Server
let sshd: SshServer
let password: string
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
  password = await readSftpPassword(place('data'))
  sshd = await startSshServer(directory)
  await setUp()
})
afterAll(async () => {
  await sshd?.stop()
  await server?.stop()
  await database?.drop()
  await rm(directory, { recursive: true, force: true })
})

type Client = {
  name: string
  put(from: string, to: string, door: Door): Promise<boolean>
  goOn(from: string, to: string, door: Door): Promise<boolean>
}
type Door = Pick<FaultyLine, 'port' | 'planned'>

const CLIENTS: Client[] = [
  {
    name: 'OpenSSH sftp',
    put: (from, to, door) => sftp(`put ${from} ${to}`, door),
    goOn: (from, to, door) => sftp(`reput ${from} ${to}`, door),
  },
  {
    name: 'lftp',
    put: (from, to, door) => lftp(`put ${from} -o ${to}`, door),
    goOn: (from, to, door) => lftp(`put -c ${from} -o ${to}`, door),
  },
  { name: 'rclone', put: rclone, goOn: rclone },
  {
    name: 'psftp',
    put: (from, to, door) => psftp(`put ${from} ${to}`, door),
    goOn: (from, to, door) => psftp(`reput ${from} ${to}`, door),
  },
]

test.for(CLIENTS)(
  `$name cut ${CUTS_PER_CLIENT} times: no part imported, no file lost, no effect twice`,
  { timeout: 1_200_000 },
  async client => {
    const feed = `cut-${CLIENTS.indexOf(client)}`
    const chance = seededChance(SEED + CLIENTS.indexOf(client))
    const line = await openFaultyLine({ host: '127.0.0.1', port: server.sftp?.port ?? 0 })
    const startedAt = performance.now()
    const digests = new Set<string>()
    let failures = 0
    for (let round = 0; round < CUTS_PER_CLIENT; round++) {
      const { file, sha256 } = await layFile(feed, round)
      digests.add(sha256)
      const [to, goesOn] = [`/${feed}/inbox/stock-${round}.csv`, chance() < 0.5]
      line.plan(drawn(chance))
      if (await breaking(line, client.put(file, to, line))) continue
      failures++
      // The client comes back, on a line that holds: to go on, or from the beginning.
      line.plan(null)
      const isDone = goesOn && (await client.goOn(file, to, line))
      if (!isDone) expect(await client.put(file, to, line), `${client.name} comes back for round ${round}`).toBe(true)
    }
    const tookMs = (performance.now() - startedAt) / CUTS_PER_CLIENT
    await line.close()
    await mustBeWhole(feed, digests)
    console.log(
      `${client.name}: ${CUTS_PER_CLIENT} cuts, ${line.met()} met, ${failures} uploads failed and were sent again, ${tookMs.toFixed(0)} ms a cut`,
    )
  },
)

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
    await visitSource({ db, clock, chance, door, reception, unseal: sealed => sealed }, source)
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
  await mustBeWhole('cut-source', digests)
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

/** A file like no other: one more of every SKU. The comment makes its bytes its own, and its length the same. */
async function layFile(feed: string, round: number): Promise<{ file: string; sha256: string }> {
  const head = 'externalFacilityId,idType,idValue,availableDelta,comments\n'
  const rows = Array.from(
    { length: ROWS },
    (_, sku) => `${feed},SKU,SKU-${String(sku).padStart(6, '0')},1,${String(round).padStart(5, '0')} ${COMMENT}\n`,
  )
  const text = head + rows.join('')
  const file = place(`${feed}-${round}.csv`)
  await writeFile(file, text)
  return { file, sha256: createHash('sha256').update(text).digest('hex') }
}

async function setUp(): Promise<void> {
  const { db } = database
  const now = realClock.now()
  const feeds = [...CLIENTS.map((_, at) => `cut-${at}`), 'cut-source']
  await db.transaction(async tx => {
    const products = Array.from({ length: ROWS }, (_, sku) => {
      const value = `SKU-${String(sku).padStart(6, '0')}`
      return { name: value, identifiers: [{ type: 'SKU' as const, value }] }
    })
    await catalog.importProducts(tx, products, now)
    await catalog.importFacilities(
      tx,
      feeds.map(name => ({ code: name, externalId: name, name, type: 'WAREHOUSE' })),
      now,
    )
  })
  for (const name of feeds.slice(0, -1))
    await addFeed(db, { name, home: FIRST_SFTP_USER, folder: name, layout: 'MDM_INV_VARIANCE', fileKind: 'delta', now })
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place('key')])
  const [type, blob] = (await readFile(place('key.pub'), 'utf8')).split(' ')
  await putSftpUser(db, { name: FIRST_SFTP_USER, home: FIRST_SFTP_USER, password: null, publicKeys: [`${type} ${blob}`], now })
}

/** Every file was applied once and whole; what came beside it was held, known or torn, and moved nothing. */
async function mustBeWhole(feed: string, digests: ReadonlySet<string>): Promise<void> {
  const { db } = database
  const ofFeed = `from feed.file f join feed.feed e using (feed_id) left join import.verdict v using (file_id) where e.name = $1`
  const deadline = performance.now() + SETTLED_MS_MAX
  for (;;) {
    const waiting = await db.query(`select f.state ${ofFeed} and f.state in ('receiving', 'received', 'staged')`, [feed])
    if (waiting.length === 0) break
    if (performance.now() > deadline) throw new Error(`files of ${feed} wait for ever: ${JSON.stringify(waiting)}`)
    await delay(50)
  }
  type Row = { state: string; sha256: string | null; bytes: number; rows: number | null }
  const files = await db.query<Row>(`select f.state, f.sha256, f.received_bytes as bytes, v.rows_read as rows ${ofFeed}`, [feed])
  const applied = files.filter(file => file.state === 'applied')
  expect(applied.map(file => file.sha256).toSorted()).toEqual([...digests].toSorted())
  expect(new Set(applied.map(file => `${file.rows} rows`))).toEqual(new Set([`${ROWS} rows`]))
  // A failed file would be one that was read and found wanting: a cut is never that.
  const others = files.map(file => file.state).filter(state => !['applied', 'held', 'duplicate', 'interrupted'].includes(state))
  expect(others).toEqual([])
  const units = await db.query(
    `select p.on_hand_units as units, count(*) as positions, sum(m.moves) as moves
       from inventory.position p join catalog.facility f using (facility_id)
       join lateral (select count(*) as moves, sum(on_hand_units) as units from inventory.movement m
                      where m.facility_id = p.facility_id and m.product_id = p.product_id) m on m.units = p.on_hand_units
      where f.external_id = $1 group by 1`,
    [feed],
  )
  expect(units).toEqual([{ units: digests.size, positions: ROWS, moves: ROWS * digests.size }])
}

const NOBODY_KNOWN = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']
const CLIENT_MS_MAX = 15_000
/** lftp waits half a minute before it reconnects: whoever called it loses patience first. */
const LFTP_MS_MAX = 1_500

async function succeeds(
  program: string,
  words: readonly string[],
  env: Record<string, string> = {},
  msMax = CLIENT_MS_MAX,
): Promise<boolean> {
  return (await runAnyway(program, words, env, msMax)).code === 0
}

async function sftp(command: string, { port }: Door): Promise<boolean> {
  await writeFile(place('sftp-batch'), `${command}\n`)
  const login = ['-o', 'IdentitiesOnly=yes', '-o', 'ConnectTimeout=5', '-i', place('key')]
  return succeeds('sftp', ['-q', '-P', String(port), ...NOBODY_KNOWN, ...login, '-b', place('sftp-batch'), `${FIRST_SFTP_USER}@127.0.0.1`])
}

function lftp(command: string, line: Door): Promise<boolean> {
  const { port } = line
  const isOnBadLine = line.planned() !== null
  const ssh = `ssh -a -x ${NOBODY_KNOWN.join(' ')} -o IdentitiesOnly=yes -i ${place('key')}`
  const settings = [
    `set sftp:connect-program "${ssh}"`,
    'set net:max-retries 1',
    'set net:timeout 5',
    'set cmd:fail-exit yes',
    'set sftp:auto-confirm yes',
  ]
  const commands = [...settings, `open -u ${FIRST_SFTP_USER}, sftp://127.0.0.1:${port}`, command, 'bye']
  return succeeds(
    'lftp',
    ['--norc', '-c', commands.join('; ')],
    { HOME: directory, LFTP_HOME: directory },
    isOnBadLine ? LFTP_MS_MAX : CLIENT_MS_MAX,
  )
}

function rclone(from: string, to: string, { port }: Door): Promise<boolean> {
  const remote = `:sftp,host=127.0.0.1,port=${port},user=${FIRST_SFTP_USER},key_file=${place('key')},shell_type=none:${to}`
  const limits = ['--retries', '1', '--low-level-retries', '1', '--contimeout', '5s', '--timeout', '5s']
  return succeeds('rclone', ['--config', '/dev/null', ...limits, 'copyto', from, remote], { HOME: directory })
}

async function psftp(command: string, { port }: Door): Promise<boolean> {
  await writeFile(place('psftp-batch'), `${command}\n`)
  const [key] = server.sftp?.hostKeys ?? []
  const login = ['-pw', password, '-hostkey', key?.fingerprint ?? '', '-noagent']
  return succeeds('psftp', ['-P', String(port), '-batch', ...login, '-b', place('psftp-batch'), `${FIRST_SFTP_USER}@127.0.0.1`], {
    HOME: directory,
  })
}
