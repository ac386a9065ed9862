import { createReadStream } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Flags, Hands } from '../cli/hands.ts'
import { runProgram } from '../cli/program.ts'
import { version } from './version.ts'

/*
 * The way in. Everything but the command line itself is loaded when a command asks for it, so that `--help` and `inspect`
 * start in a tenth of a second.
 */

/** The demo keeps its things in a folder of their own; where no other program runs, the commands speak with it. */
const DEMO_DIR = 'demo'

const hands: Hands = {
  version: version(),
  out: terminalOf(process.stdout),
  err: terminalOf(process.stderr),
  fetch: (...request) => fetch(...request),
  sleep: durationMs => wait(durationMs),
  now: () => Date.now(),
  async dataDirs(flags) {
    const { dataDir } = await configFrom(flags)
    return [dataDir, path.join(dataDir, DEMO_DIR)]
  },
  async shopToken() {
    const [{ readSecret }, { shopTokenGiven }] = await Promise.all([import('./secret-input.ts'), import('./config.ts')])
    return readSecret({ given: shopTokenGiven(), prompt: 'Access token' }, process.stdin, process.stderr)
  },
  async sourceSecret(prompt) {
    const [{ readSecret }, { sourceSecretGiven }] = await Promise.all([import('./secret-input.ts'), import('./config.ts')])
    return readSecret({ given: sourceSecretGiven(), prompt }, process.stdin, process.stderr)
  },
  async secretReferred(reference, besideFile) {
    const { secretReferred } = await import('./config.ts')
    return secretReferred(reference, path.dirname(path.resolve(besideFile)))
  },
  async start(flags) {
    const config = await configFrom(flags)
    const { start } = await import('./start.ts')
    return start(config)
  },
  async demo(flags, options) {
    const config = await configFrom(flags)
    const { demo } = await import('./demo.ts')
    return demo(config, options)
  },
  async restore(file, flags) {
    const config = await configFrom(flags)
    const { restore } = await import('./restore.ts')
    return restore(config, file)
  },
  async simulateShopify(argv) {
    const { simulateShopify } = await import('./simulate.ts')
    return simulateShopify(argv)
  },
  async inspect(file, { json, layout, settings, folder = '' }) {
    const [{ inspect }, { anyFormatReader }, { inspectAsked }] = await Promise.all([
      import('../cli/inspect.ts'),
      import('../adapters/formats/any-format.ts'),
      import('./inspect-asked.ts'),
    ])
    const asked = await inspectAsked({ file, layout, settings, folder })
    return inspect({ openFile: createReadStream, reader: anyFormatReader, write: writeOut }, { path: file, json, asked })
  },
}

async function configFrom(flags: Flags) {
  const { readConfig } = await import('./config.ts')
  return readConfig(flags)
}

/** A reader that goes away (`trueup status | head -1`) is no error of ours. */
function terminalOf(stream: NodeJS.WriteStream) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return { write: (text: string) => void stream.write(text), isTTY: stream.isTTY === true }
}

/** Waits until the terminal or the pipe has taken it, so that a file of any size is shown in little memory. */
function writeOut(text: string): Promise<void> {
  return new Promise(resolve => process.stdout.write(text, () => resolve()))
}

process.exitCode = await runProgram(process.argv.slice(2), hands)
