import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import ssh2, { type SFTPWrapper } from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningDemo, startDemo } from '../../src/app/demo.ts'
import { demoFigures, isSynced } from '../../src/app/demo-figures.ts'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { FIRST_SFTP_USER, readSftpPassword } from '../../src/app/sftp-users.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { rounds } from '../rounds.ts'
import { SEED, seededChance } from './chance.ts'
import { sftpPut } from './sftp-put.ts'
import { silentLog } from './street.ts'

/*
 * A client whose line breaks in the middle of the file. Half a stock file is the worst that can be imported: what it leaves out would
 * look like what is no longer there. So it is never looked at, and the next whole upload is.
 */
const CUTS = rounds()
const FILE = path.join(demoDataDir(), DEMO_STOCK_FILE)
const INBOX_FILE = `/${DEMO_FEED}/inbox/${DEMO_STOCK_FILE}`
/** SFTP's usual packet. */
const PACKET_BYTES = 32 * 1024

let dataDir: string
let database: TestDatabase
let demo: RunningDemo
let bytes: Buffer
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-cut-'))
  database = await openTestDatabase()
  bytes = await readFile(FILE)
  demo = await startDemo(
    {
      dataDir,
      databaseUrl: database.url,
      host: '127.0.0.1',
      httpPort: 0,
      sftpPort: 0,
      roles: ['gate', 'work'],
      logLevel: 'silent',
      secretKey: null,
    },
    { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: silentLog },
  )
})
afterAll(async () => {
  await demo?.stop()
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

test(`a client cut at ${CUTS} places of the file never gets a part of it imported`, { timeout: 30_000 + CUTS * 10_000 }, async () => {
  const chance = seededChance(SEED)
  for (let cut = 1; cut <= CUTS; cut++) {
    await sendAndCut(1 + Math.floor(chance() * (bytes.length - 1)))
    await until(async () => (await filesIn('interrupted')) === cut)
    for (const job of ['import-inventory', 'process-bulk-imported-files']) await demo.server.clockwork?.runNow(job)
  }
  await delay(1_500)
  expect(await database.db.query('select state, count(*) as n from feed.file group by 1')).toEqual([{ state: 'interrupted', n: CUTS }])
  expect(await database.db.query('select file_id from import.verdict')).toEqual([])
  expect(await demoFigures(database.db)).toMatchObject({ rowsRead: 0, positions: 0, unitsOnHand: 0, targets: 0 })
})

test('the next whole upload under the same name is imported and reaches the shop', { timeout: 60_000 }, async () => {
  const password = await readSftpPassword(dataDir)
  expect(await sftpPut(doorOf(), { password, from: FILE, to: INBOX_FILE })).toBe('acknowledged')
  await until(async () => isSynced(await demoFigures(database.db)))
  expect(await demoFigures(database.db)).toMatchObject({
    files: 1,
    rowsAccepted: 1_069,
    positions: 1_069,
    unitsOnHand: 335_974,
    levelsDifferent: 0,
  })
})

/** Sends so many bytes of the file, has them acknowledged, and breaks the line without a goodbye. */
async function sendAndCut(count: number): Promise<void> {
  const socket = connect(doorOf())
  const client = new ssh2.Client()
  client.on('error', () => {})
  const password = await readSftpPassword(dataDir)
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject)
    client.connect({ sock: socket, username: FIRST_SFTP_USER, password })
  })
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(INBOX_FILE, 'w', (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  for (let at = 0; at < count; at += PACKET_BYTES) {
    const length = Math.min(PACKET_BYTES, count - at)
    await new Promise<void>((resolve, reject) => sftp.write(handle, bytes, at, length, at, error => (error ? reject(error) : resolve())))
  }
  socket.destroy()
}

function doorOf(): { host: string; port: number } {
  const { sftp } = demo.server
  if (!sftp) throw new Error('this program has no SFTP server')
  return { host: sftp.host, port: sftp.port }
}

async function filesIn(state: string): Promise<number> {
  const [{ n } = { n: 0 }] = await database.db.query<{ n: number }>('select count(*) as n from feed.file where state = $1', [state])
  return n
}

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error('it did not come to pass in time')
    await delay(50)
  }
}
