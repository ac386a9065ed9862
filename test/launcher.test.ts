import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { isAlive, markOf } from '../src/db/process-alive.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const WAITS = 'setInterval(() => {}, 1000); console.log(process.pid)'

const launched: ChildProcess[] = []
afterEach(() => {
  for (const launcher of launched.splice(0)) launcher.kill('SIGKILL')
})

function launch(...args: string[]): ChildProcess {
  const launcher = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  launched.push(launcher)
  return launcher
}

const run = (code: string) => launch(path.join(ROOT, 'bin/run.mjs'), 'node', '-e', code)

async function firstLine(launcher: ChildProcess): Promise<string> {
  if (launcher.stdout === null) throw new Error('not piped')
  const [line] = await once(createInterface({ input: launcher.stdout }), 'line')
  return line
}

const ends: [title: string, code: string, status: number | null, signal: string | null][] = [
  ['well', '', 0, null],
  ['with a status', 'process.exit(7)', 7, null],
  ['by a signal', 'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)', null, 'SIGKILL'],
]

test.each(ends)('what the launcher runs ends %s, and the launcher with it', async (_title, code, status, signal) => {
  expect(await once(run(code), 'exit')).toEqual([status, signal])
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the program, which may take its time to stop', async signal => {
  const launcher = run(`process.on('${signal}', () => setTimeout(() => process.exit(3), 200)); ${WAITS}`)
  await firstLine(launcher)
  launcher.kill(signal)
  expect(await once(launcher, 'exit')).toEqual([3, null])
})

test('kill -9 of the launcher takes the program with it', async () => {
  const launcher = run(WAITS)
  const program = await markOf(Number(await firstLine(launcher)))
  launcher.kill('SIGKILL')
  for (let tries = 0; tries < 100 && program !== null && (await isAlive(program)); tries++) await sleep(50)
  expect(program !== null && (await isAlive(program))).toBe(false)
})

test('what the program starts in turn does not hang on the launcher', async () => {
  const launcher = run(`console.log(JSON.stringify(process.env.TRUEUP_FOLLOW_FD ?? null))`)
  expect(await firstLine(launcher)).toBe('null')
})

const OLD_NODE = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.1.0"})'
const homes: [title: string, place: string, cure: string][] = [
  ['a checkout', '.', 'Run `npm rebuild node --ignore-scripts=false` in HOME, or install Node.js 24.'],
  [
    'an installed package',
    'node_modules/trueup',
    'Run `npm install-scripts approve node && npm rebuild node --ignore-scripts=false` in HOME, or install Node.js 24.',
  ],
]

test.each(homes)('on an old Node.js and without its own, %s refuses in one sentence with the cure', async (_title, place, cure) => {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), 'trueup-launcher-')))
  try {
    await cp(path.join(ROOT, 'bin'), path.join(home, place, 'bin'), { recursive: true })
    const launcher = launch('--import', OLD_NODE, path.join(home, place, 'bin/trueup.mjs'), '--version')
    const said: string[] = []
    launcher.stderr?.on('data', chunk => said.push(String(chunk)))
    expect(await once(launcher, 'close')).toEqual([1, null])
    expect(said.join('')).toContain(cure.replace('HOME', home))
    expect(said.join('').trimEnd().split('\n')).toHaveLength(1)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
})
