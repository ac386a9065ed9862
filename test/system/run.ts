import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program to its end and gives what it printed; throws with its complaint when it fails. */
export async function run(program: string, words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, said } = await runAnyway(program, words, env)
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`)
  return said
}

/** The same for one that may fail. `msMax`: then it is killed. */
export async function runAnyway(
  program: string,
  words: readonly string[],
  env: Record<string, string> = {},
  msMax = 60_000,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += String(chunk)
    })
  }
  const alarm = setTimeout(() => child.kill('SIGKILL'), msMax)
  const [code] = await once(child, 'close')
  clearTimeout(alarm)
  return { code, said }
}
