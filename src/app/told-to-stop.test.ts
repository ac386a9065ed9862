import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'vitest'

const PROGRAM = `
import { untilToldToStop } from ${JSON.stringify(path.join(import.meta.dirname, 'told-to-stop.ts'))}
const ended = untilToldToStop()
const alive = setInterval(() => {}, 1_000)
console.log('runs')
await ended
console.log('stops')
await new Promise(resolve => setTimeout(resolve, 300))
clearInterval(alive)
console.log('put everything away')
`

// npm passes on what a terminal, or `timeout`, has already told everybody of the group.
test.for(['SIGTERM', 'SIGINT'] as const)('who is told %s twice still puts everything away', async (signal, { expect }) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', chunk => {
    said += String(chunk)
    if (String(chunk).includes('runs') || String(chunk).includes('stops')) child.kill(signal)
  })
  const [code] = await once(child, 'close')
  expect(said).toContain('put everything away')
  expect(code).toBe(0)
})
