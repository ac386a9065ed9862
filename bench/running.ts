import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { SFTPWrapper } from 'ssh2'
import { FIRST_SFTP_USER, putSftpUser } from '../src/app/sftp-users.ts'
import type { House, World } from '../src/app/wire.ts'
import { connectClient } from '../test/doors/sftp-client.ts'
import { startServerless } from './house.ts'

const PROGRAM = path.join(import.meta.dirname, '../test/stories/house-program.ts')
const PASSWORD = 'a password for the bench'
const PIECE_BYTES = 32_768

/** The whole program in a process of its own, with its SFTP door open; and a house of ours on the same database, to set up and to look. */
export type Running = {
  house: House
  world: World
  directory: string
  /** A client of its own connection. `put` gives when it sent its CLOSE, after the answers to all that it wrote. */
  client(): Promise<{
    put(to: string, bytes: Buffer): Promise<number>
    putFile(to: string, from: string): Promise<void>
    end(): Promise<void>
  }>
  close(): Promise<void>
}

/** `furnish` sets the house up before the program starts. */
export async function startRunning(furnish: (house: House, world: World) => Promise<void>): Promise<Running> {
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  await chmod(directory, 0o711)
  const dataDir = path.join(directory, 'data')
  const { house, world } = await startServerless(dataDir)
  const now = world.clock.now()
  await putSftpUser(house.db, { name: FIRST_SFTP_USER, home: FIRST_SFTP_USER, password: PASSWORD, publicKeys: [], now })
  await furnish(house, world)
  const child = spawn(process.execPath, [PROGRAM, dataDir, house.databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await portOf(child)
  return {
    ...{ house, world, directory },
    async client() {
      const client = await connectClient(port, { username: FIRST_SFTP_USER, password: PASSWORD })
      return {
        put: (to, bytes) => putTimed(client.sftp, to, bytes),
        putFile: (to, from) => putStream(client.sftp, to, from),
        end: () => client.end(),
      }
    },
    async close() {
      const gone = once(child, 'close')
      child.kill('SIGTERM')
      await gone
      await house.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('the program has no output')
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'close').then(() => Promise.reject(new Error('the program did not start'))),
  ])
  return (JSON.parse(String(line)) as { port: number }).port
}

async function putTimed(sftp: SFTPWrapper, to: string, bytes: Buffer): Promise<number> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(to, 'w', (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const pieces: Promise<void>[] = []
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, bytes.length - at)
    pieces.push(new Promise((resolve, reject) => sftp.write(handle, bytes, at, length, at, error => (error ? reject(error) : resolve()))))
  }
  await Promise.all(pieces)
  const closedAt = performance.now()
  await new Promise<void>((resolve, reject) => sftp.close(handle, error => (error ? reject(error) : resolve())))
  return closedAt
}

async function putStream(sftp: SFTPWrapper, to: string, from: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const target = sftp.createWriteStream(to)
    target.once('close', resolve)
    target.once('error', reject)
    createReadStream(from).once('error', reject).pipe(target)
  })
}

/** Waits until a file of that name is applied, and gives the moment at which that was seen; looks every two milliseconds. */
export async function untilApplied({ house, world }: Running, name: string, msMax: number): Promise<number> {
  const deadline = performance.now() + msMax
  for (;;) {
    const [row] = await house.db.query<{ state: string; reason: string | null }>('select state, reason from feed.file where name = $1', [
      name,
    ])
    if (row?.state === 'applied') return performance.now()
    if (row !== undefined && !['receiving', 'received', 'staged'].includes(row.state))
      throw new Error(`${name} is ${row.state}: ${row.reason}`)
    if (performance.now() > deadline) throw new Error(`${name} is ${row?.state} after ${msMax} ms`)
    await world.sleep(LOOK_MS)
  }
}

const LOOK_MS = 2

/** The value that so many per cent of them do not exceed, in whole milliseconds. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN)
}
