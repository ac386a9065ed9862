import type { Hands } from '../src/cli/hands.ts'
import { runProgram } from '../src/cli/program.ts'

/** Runs one command line as a shell would, on a clock that its waits move; gives what was printed and the exit status. */
export async function runLine(line: readonly string[], hands: Pick<Hands, 'fetch' | 'dataDirs'> & Partial<Hands>) {
  const out: string[] = []
  const err: string[] = []
  let now = 0
  const status = await runProgram(line, {
    version: '1.2.3',
    out: { write: text => void out.push(text), isTTY: false },
    err: { write: text => void err.push(text), isTTY: false },
    sleep: async ms => {
      now += ms
    },
    now: () => now,
    shopToken: async () => 'shpat_secret\n',
    sourceSecret: async () => 'hush\n',
    secretReferred: async reference => (reference === 'env:HUSH' ? 'hush' : null),
    start: async () => 0,
    demo: async () => 0,
    simulateShopify: async () => 0,
    restore: async () => 0,
    inspect: async () => 0,
    ...hands,
  })
  return { status, out: out.join(''), err: err.join('') }
}
