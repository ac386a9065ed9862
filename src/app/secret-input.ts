import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** A secret: from the environment (`given`), typed unseen, or from a pipe. */
export async function readSecret(
  { given, prompt }: { given: string | null; prompt: string },
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
): Promise<string> {
  if (given !== null) return given
  if (!input.isTTY) return text(input)
  output.write(`${prompt} (it is not shown): `)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: unseen, terminal: true })
  try {
    return await Promise.race([lines.question(''), new Promise<string>(ended => lines.once('close', () => ended('')))])
  } finally {
    lines.close()
    output.write('\n')
  }
}
