import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { RoomStep } from '../../src/jobs/job.ts'
import { SECRET_KEY, type Street } from './street.ts'

const PROGRAM = path.join(import.meta.dirname, 'room-program.ts')

export type RoomRun = { outcome: 'finished'; wrote: number } | { outcome: 'killed' }

/** Does one room's work in a process of its own; `killAfterMs` counts from when its house is open. */
export async function runRoom(street: Street, room: RoomStep, of: { aheadMs: number; killAfterMs: number | null }): Promise<RoomRun> {
  const { databaseUrl, spoolDir } = street.house
  const words = [databaseUrl, path.dirname(spoolDir), SECRET_KEY, room, String(of.aheadMs)]
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let complaint = ''
  child.stderr.on('data', chunk => {
    complaint += String(chunk)
  })
  let alarm: NodeJS.Timeout | undefined
  child.stdout.on('data', chunk => {
    said += String(chunk)
    if (of.killAfterMs !== null) alarm ??= setTimeout(() => child.kill('SIGKILL'), of.killAfterMs)
  })
  const [code, signal] = await once(child, 'close')
  clearTimeout(alarm)
  if (signal === 'SIGKILL') return { outcome: 'killed' }
  if (code !== 0) throw new Error(`${room} ended with ${code}: ${complaint}`)
  const { wrote } = JSON.parse(said.trim().split('\n').at(-1) ?? '{}') as { wrote: number }
  return { outcome: 'finished', wrote }
}
