import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FIRST_SFTP_USER, putSftpUser } from '../../src/app/sftp-users.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { connectClient, type TestClient } from '../doors/sftp-client.ts'
import { inSoak } from '../rounds.ts'
import { SEED, seededChance } from './chance.ts'
import { addOneEachFeed, mustBeOnceAndWhole, oneEach, setUpOneEach } from './one-each.ts'

/*
 * The program dies without a word at every stage of a file's way: while it comes in, is read, is booked, is put away. It is started again
 * on what it left behind, and the client sends again only what was not acknowledged.
 */
const KILLS = inSoak({ full: 200, sample: 4 })
const STAGES = ['receive', 'stage', 'apply', 'move'] as const
const FEED = 'crashed'
const PROGRAM = path.join(import.meta.dirname, 'house-program.ts')
/** From when a stage was seen to the kill: it falls into the stage, or just behind it. */
const KILLED_WITHIN_MS = 40
const STAGE_MS_MAX = 10_000
const PASSWORD = 'a long enough password'

type Program = { port: number; kill(): Promise<void>; stop(): Promise<void> }

let dataDir: string
let database: TestDatabase
let program: Program | null = null
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-crashes-'))
  database = await openTestDatabase()
  const { db } = database
  const now = Date.now()
  await setUpOneEach(db, { feeds: [FEED], now })
  await addOneEachFeed(db, { name: FEED, now })
  await putSftpUser(db, { name: FIRST_SFTP_USER, home: FIRST_SFTP_USER, password: PASSWORD, publicKeys: [], now })
})
afterAll(async () => {
  await program?.kill()
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

test(`killed ${KILLS} times while a file is received, staged, applied or moved, every row has its effect exactly once`, {
  timeout: 120_000 + KILLS * 10_000,
}, async () => {
  const { db } = database
  const chance = seededChance(SEED)
  const digests = new Set<string>()
  const unsent: { name: string; bytes: Buffer }[] = []
  const hit: Record<string, number> = {}
  for (let kill = 0; kill < KILLS; kill++) {
    const stage = STAGES[kill % STAGES.length] ?? 'receive'
    program = await startProgram()
    const file = { name: `stock-${kill}.csv`, ...oneEach(FEED, kill) }
    digests.add(file.sha256)
    const client = await connect(program)
    for (const again of unsent.splice(0)) await put(client, again)
    if (stage === 'receive') {
      const sending = put(client, file).then(
        () => 'acknowledged',
        () => 'failed',
      )
      await delay(chance() * KILLED_WITHIN_MS)
      await program.kill()
      if ((await sending) === 'failed') unsent.push(file)
    } else {
      await put(client, file)
      await untilSeen(stage, file.name)
      await delay(chance() * KILLED_WITHIN_MS)
      await program.kill()
    }
    client.socket.destroy()
    const [left] = await db.query<{ state: string; away: boolean }>(
      'select state, put_away_at is not null as away from feed.file where name = $1 order by file_id desc limit 1',
      [file.name],
    )
    const where = left === undefined ? 'unknown' : left.away ? 'put away' : left.state
    hit[where] = (hit[where] ?? 0) + 1
  }

  program = await startProgram()
  const client = await connect(program)
  for (const again of unsent.splice(0)) await put(client, again)
  await client.end()
  await mustBeOnceAndWhole(db, FEED, digests)
  const applied = await untilPutAway()
  expect(applied).toBe(digests.size)
  const home = path.join(dataDir, 'homes', FIRST_SFTP_USER, FEED)
  expect((await readdir(path.join(home, 'archive'))).length).toBeGreaterThanOrEqual(digests.size)
  await program.stop()
  program = null
  console.log(`${KILLS} kills, which left the file: ${JSON.stringify(hit)}`)
})

/** Waits until the file is in the stage: whole and to be read, read and to be booked, booked and to be put away. */
async function untilSeen(stage: 'stage' | 'apply' | 'move', name: string): Promise<void> {
  const states = { stage: ['received', 'staged', 'applied'], apply: ['staged', 'applied'], move: ['applied'] }[stage]
  const deadline = performance.now() + STAGE_MS_MAX
  while (performance.now() < deadline) {
    const rows = await database.db.query('select 1 from feed.file where name = $1 and state = any($2)', [name, states])
    if (rows.length > 0) return
    await delay(1)
  }
  throw new Error(`${name} did not come to ${stage}`)
}

async function untilPutAway(): Promise<number> {
  const deadline = performance.now() + STAGE_MS_MAX
  for (;;) {
    const [row] = await database.db.query<{ applied: number; lying: number }>(
      `select count(*) as applied, count(*) filter (where put_away_at is null) as lying from feed.file where state = 'applied'`,
    )
    if (row?.lying === 0 || performance.now() > deadline) return row?.lying === 0 ? row.applied : -1
    await delay(100)
  }
}

const connect = ({ port }: Program) => connectClient(port, { username: FIRST_SFTP_USER, password: PASSWORD })

async function put(client: TestClient, { name, bytes }: { name: string; bytes: Buffer }): Promise<void> {
  await Promise.race([
    client.put(`/${FEED}/inbox/${name}`, bytes),
    once(client.socket, 'close').then(() => Promise.reject(new Error('the program is gone'))),
  ])
}

async function startProgram(): Promise<Program> {
  const child = spawn(process.execPath, [PROGRAM, dataDir, database.url], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const said = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(([code]) => {
      throw new Error(`the program ended with ${code} before it was up`)
    }),
  ])
  const { port } = JSON.parse(String(said[0])) as { port: number }
  return { port, kill: () => end(child, ended, 'SIGKILL'), stop: () => end(child, ended, 'SIGTERM') }
}

async function end(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal)
  await ended
}
