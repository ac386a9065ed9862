import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDb } from './connection.ts'
import { isAlive, markOf } from './process-alive.ts'

const PROGRAM = path.resolve(import.meta.dirname, '../../test/embedded-program.ts')

/** What the program said: where its database is, or why it ended. */
type Said = { url: string; adopted: boolean; code?: string; message?: string }

let folder: string
let dataDir: string
let programs: ChildProcess[]

beforeEach(async () => {
  // mkdtemp closes the folder to everybody else: as root, PostgreSQL's own user could not walk to the cluster by its path.
  folder = await mkdtemp(path.join(tmpdir(), 'trueup-embedded-'))
  dataDir = path.join(folder, 'data', 'postgres')
  programs = []
})

afterEach(async () => {
  for (const program of programs) await end(program, 'SIGKILL')
  const pid = await postmasterPid()
  if (pid !== null) await killAndWait(pid, 'SIGQUIT')
  await rm(folder, { recursive: true, force: true })
})

test('a stopped database is found again, and nothing of it runs meanwhile', async () => {
  const first = await start()
  expect(first.said.adopted).toBe(false)
  await note(first.said.url, 'kept')
  const pid = await postmasterPid()
  await end(first.program, 'SIGTERM')
  expect(first.program.exitCode).toBe(0)
  expect(await markOf(Number(pid))).toBeNull()

  const second = await start()
  expect(second.said).toEqual({ url: first.said.url, adopted: false })
  expect(await notes(second.said.url)).toEqual(['kept'])
})

test('the password is made once, and only its owner can read it', async () => {
  const { said } = await start()
  const file = path.join(dataDir, 'password')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(new URL(said.url).password).toBe((await readFile(file, 'utf8')).trim())
  const stranger = openDb({ url: said.url.replace(/:[^:@]+@/, ':guess@') })
  await expect(stranger.query('select 1')).rejects.toThrow('password authentication failed')
  await stranger.end()
})

test('started as root, PostgreSQL is not root', async () => {
  await start()
  const { uid } = await stat(`/proc/${await postmasterPid()}`)
  expect(uid).not.toBe(0)
})

test('after kill -9 of PostgreSQL alone it is started again where it was, with what was committed', async () => {
  const { said } = await start()
  await note(said.url, 'committed')
  const pid = await postmasterPid()
  process.kill(Number(pid), 'SIGKILL')
  await expect.poll(postmasterPid, { timeout: 30_000, interval: 200 }).not.toBe(pid)
  await expect.poll(() => notes(said.url).catch(() => []), { timeout: 30_000, interval: 200 }).toEqual(['committed'])
  await end(programs[0] as ChildProcess, 'SIGTERM')
  expect(programs[0]?.exitCode).toBe(0)
  expect(await postmasterPid()).toBeNull()
})

test('after kill -9 of the program the next one takes its PostgreSQL over, with what was committed', async () => {
  const first = await start()
  await note(first.said.url, 'committed')
  const pid = await postmasterPid()
  await end(first.program, 'SIGKILL')
  const second = await start()
  expect(second.said).toEqual({ url: first.said.url, adopted: true })
  expect(await postmasterPid()).toBe(pid)
  expect(await notes(second.said.url)).toEqual(['committed'])

  await end(second.program, 'SIGTERM')
  expect(second.program.exitCode).toBe(0)
  expect(await markOf(Number(pid))).toBeNull()
})

test('after kill -9 of the program and of PostgreSQL the next start recovers', async () => {
  const first = await start()
  await note(first.said.url, 'committed')
  await end(first.program, 'SIGKILL')
  await killAndWait(Number(await postmasterPid()), 'SIGKILL')
  const second = await start()
  expect(second.said.adopted).toBe(false)
  expect(await notes(second.said.url)).toEqual(['committed'])
})

test('a number in postmaster.pid that now belongs to a stranger does not keep the database from starting', async () => {
  const first = await start()
  await end(first.program, 'SIGTERM')
  const stranger = spawn(
    process.execPath,
    ['-e', 'setInterval(() => {}, 1000)'],
    asOwnerOfCluster(await stat(path.join(dataDir, 'cluster'))),
  )
  programs.push(stranger)
  await writeFile(path.join(dataDir, 'cluster', 'postmaster.pid'), `${stranger.pid}\n/elsewhere\n1\n5432\n\n127.0.0.1\n 1 2\nready   \n`)
  expect((await start()).said).toMatchObject({ adopted: false })
})

test('a second program on the same directory is told who has it', async () => {
  const first = await start()
  const second = await start()
  expect(second.said).toMatchObject({ code: 'DB_DATA_DIR_IN_USE', message: expect.stringContaining(`process ${first.program.pid}`) })
  expect(await notes(first.said.url)).toEqual([])
})

test('of many programs that start at once on one directory, one has it', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => start()))
  expect(all.map(({ said }) => said.code ?? 'started').sort()).toEqual([...Array(3).fill('DB_DATA_DIR_IN_USE'), 'started'])
})

test('a start that was killed while it made the cluster begins anew', async () => {
  for (const afterMs of [150, 300, 450, 600]) {
    const program = launch()
    await sleep(afterMs)
    await end(program, 'SIGKILL')
  }
  expect((await start()).said).toMatchObject({ url: expect.stringMatching(/^postgres:/) })
}, 60_000)

test('a data directory without its password file says so', async () => {
  const first = await start()
  await end(first.program, 'SIGTERM')
  await rm(path.join(dataDir, 'password'))
  expect((await start()).said).toMatchObject({ code: 'DB_PASSWORD_UNREADABLE' })
})

test('a cluster that does not start gives the reason that PostgreSQL gave', async () => {
  const first = await start()
  await end(first.program, 'SIGTERM')
  await writeFile(path.join(dataDir, 'cluster', 'PG_VERSION'), '9\n')
  await chmod(path.join(dataDir, 'cluster', 'PG_VERSION'), 0o644)
  expect((await start()).said).toMatchObject({ code: 'DB_START_FAILED', message: expect.stringContaining('incompatible with server') })
})

function launch(): ChildProcess {
  const program = spawn(process.execPath, [PROGRAM, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  programs.push(program)
  return program
}

async function start(): Promise<{ program: ChildProcess; said: Said }> {
  const program = launch()
  const [line] = program.stdout === null ? [] : await once(createInterface({ input: program.stdout }), 'line')
  return { program, said: JSON.parse(line) as Said }
}

async function end(program: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  program.kill(signal)
  await once(program, 'exit')
}

async function postmasterPid(): Promise<number | null> {
  const text = await readFile(path.join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').catch(() => null)
  return text === null ? null : Number(text.split('\n')[0])
}

async function killAndWait(pid: number, signal: NodeJS.Signals): Promise<void> {
  const mark = await markOf(pid)
  if (mark === null) return
  process.kill(pid, signal)
  for (let tries = 0; tries < 200 && (await isAlive(mark)); tries++) await sleep(25)
}

function asOwnerOfCluster({ uid, gid }: { uid: number; gid: number }) {
  return process.getuid?.() === 0 ? { uid, gid } : {}
}

async function note(url: string, text: string): Promise<void> {
  const db = openDb({ url, poolMax: 1 })
  await db.query('create table if not exists note (text text)')
  await db.query('insert into note values ($1)', [text])
  await db.end()
}

async function notes(url: string): Promise<string[]> {
  const db = openDb({ url, poolMax: 1 })
  const found = await db.query<{ name: string | null }>("select to_regclass('note')::text as name")
  const rows = found[0]?.name ? await db.query<{ text: string }>('select text from note') : []
  await db.end()
  return rows.map(row => row.text)
}
