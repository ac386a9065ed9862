import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningDemo, startDemo } from '../../src/app/demo.ts'
import { type DemoFigures, demoFigures, isSynced } from '../../src/app/demo-figures.ts'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { FIRST_SFTP_USER, putSftpUser, readSftpPassword } from '../../src/app/sftp-users.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { run } from './run.ts'

/*
 * The clients that people have: each drops the demo's file into the running program, in its own way of writing, renaming and closing,
 * and the levels in the shop come out equal.
 */
const INBOX = `/${DEMO_FEED}/inbox`
const FILE = path.join(demoDataDir(), DEMO_STOCK_FILE)
const SYNC_MS_MAX = 60_000

type Door = { host: string; port: number; password: string }

let directory: string
let database: TestDatabase
let demo: RunningDemo
let door: Door
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-clients-'))
  database = await openTestDatabase()
  const doors = { host: '127.0.0.1', httpPort: 0, sftpPort: 0 }
  demo = await startDemo(
    {
      ...doors,
      dataDir: path.join(directory, 'data'),
      databaseUrl: database.url,
      roles: ['gate', 'work'],
      logLevel: 'silent',
      secretKey: null,
    },
    { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: { debug() {}, info() {}, warn() {} } },
  )
  const { host = '', port = 0 } = demo.server.sftp ?? {}
  door = { host, port, password: await readSftpPassword(path.join(directory, 'data')) }
})
afterEach(async () => {
  await demo?.stop()
  await database?.drop()
  await rm(directory, { recursive: true, force: true })
})

const CLIENTS: { client: string; drop(): Promise<void> }[] = [
  { client: 'OpenSSH sftp with a password', drop: dropWithPassword },
  { client: 'OpenSSH sftp with a key', drop: dropWithKey },
  { client: 'OpenSSH sftp that uploads under another name and renames', drop: dropAndRename },
  { client: 'OpenSSH scp', drop: dropWithScp },
  { client: 'lftp', drop: dropWithLftp },
  { client: 'rclone', drop: dropWithRclone },
]

test.for(CLIENTS)('$client drops a stock file, and the shop comes to show it', async ({ drop }) => {
  await drop()
  const figures = await untilSynced()
  expect(figures).toMatchObject({
    files: 1,
    rowsAccepted: 1_069,
    positions: 1_069,
    unitsOnHand: 335_974,
    levelsDifferent: 0,
    levelsWaiting: 0,
  })
  expect(figures.levelsEqual).toBeGreaterThan(1_400)
})

async function dropWithPassword() {
  await sftpBatch([`put ${FILE} ${INBOX}/${DEMO_STOCK_FILE}`, `ls -l ${INBOX}`], await withPassword())
}

async function dropWithKey() {
  await sftpBatch([`put ${FILE} ${INBOX}/`], await withKey())
}

async function dropAndRename() {
  await sftpBatch([`put ${FILE} ${INBOX}/.stock.part`, `rename ${INBOX}/.stock.part ${INBOX}/${DEMO_STOCK_FILE}`], await withPassword())
}

async function dropWithScp() {
  const { options, env } = await withKey()
  await run('scp', ['-P', String(door.port), ...options, FILE, `${FIRST_SFTP_USER}@${door.host}:${INBOX}/${DEMO_STOCK_FILE}`], env)
}

async function dropWithLftp() {
  const settings = ['set sftp:auto-confirm yes', 'set net:max-retries 2', 'set net:timeout 10', 'set cmd:fail-exit yes']
  const commands = [
    ...settings,
    `open -u ${FIRST_SFTP_USER},${door.password} sftp://${door.host}:${door.port}`,
    `put -O ${INBOX} ${FILE}`,
    'bye',
  ]
  await run('lftp', ['--norc', '-c', commands.join('; ')], { HOME: directory, LFTP_HOME: directory })
}

async function dropWithRclone() {
  const obscured = (await run('rclone', ['obscure', door.password], {})).trim()
  const remote = `:sftp,host=${door.host},port=${door.port},user=${FIRST_SFTP_USER},pass=${obscured},shell_type=none:${INBOX}`
  await run('rclone', ['--config', '/dev/null', 'copy', FILE, remote], { HOME: directory })
}

type Login = { options: string[]; env: Record<string, string> }
const NOBODY_KNOWN = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']

/** ssh asks a program for the password, since it has no terminal. */
async function withPassword(): Promise<Login> {
  const answer = path.join(directory, 'answer')
  await writeFile(answer, `#!/bin/sh\necho '${door.password}'\n`)
  await chmod(answer, 0o700)
  return {
    options: [...NOBODY_KNOWN, '-o', 'PubkeyAuthentication=no', '-o', 'BatchMode=no'],
    env: { SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
  }
}

async function withKey(): Promise<Login> {
  const key = path.join(directory, 'key')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key], {})
  const [type, blob] = (await readFile(`${key}.pub`, 'utf8')).split(' ')
  await putSftpUser(database.db, {
    name: FIRST_SFTP_USER,
    home: FIRST_SFTP_USER,
    password: null,
    publicKeys: [`${type} ${blob}`],
    now: realClock.now(),
  })
  return { options: [...NOBODY_KNOWN, '-o', 'IdentitiesOnly=yes', '-o', 'PasswordAuthentication=no', '-i', key], env: {} }
}

// -b forbids questions unless an option before it allows them.
async function sftpBatch(lines: readonly string[], { options, env }: Login): Promise<void> {
  const batch = path.join(directory, 'batch')
  await writeFile(batch, `${lines.join('\n')}\n`)
  await run('sftp', ['-P', String(door.port), ...options, '-b', batch, `${FIRST_SFTP_USER}@${door.host}`], env)
}

async function untilSynced(): Promise<DemoFigures> {
  const deadline = performance.now() + SYNC_MS_MAX
  for (;;) {
    const figures = await demoFigures(database.db)
    if (isSynced(figures) || performance.now() > deadline) return figures
    await delay(100)
  }
}
