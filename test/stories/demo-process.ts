import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

const PROGRAM = path.join(import.meta.dirname, 'demo-program.ts')
const STARTS_MS_MAX = 60_000

export type DemoProcess = {
  sftp: { host: string; port: number }
  databaseUrl: string
  shopUrl: string
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Starts the demo's program as a process of its own on a data directory, and gives where its doors are. */
export async function startDemoProcess(dataDir: string): Promise<DemoProcess> {
  const child = spawn(process.execPath, [PROGRAM, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let complaint = ''
  child.stderr.on('data', chunk => {
    complaint += String(chunk)
  })
  const said = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(STARTS_MS_MAX) }),
    ended.then(([code]) => {
      throw new Error(`the program ended with ${code} before it was up: ${complaint}`)
    }),
  ])
  const doors = JSON.parse(String(said[0])) as Pick<DemoProcess, 'sftp' | 'databaseUrl' | 'shopUrl'>
  return { ...doors, kill: () => end(child, ended, 'SIGKILL'), stop: () => end(child, ended, 'SIGTERM') }
}

async function end(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal)
  await ended
}

/** Whether the embedded PostgreSQL of a data directory runs: it keeps this file for as long. */
export function isDatabaseRunning(dataDir: string): boolean {
  return existsSync(path.join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))
}
