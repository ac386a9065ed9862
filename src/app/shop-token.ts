import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { shopTokenGiven } from './config.ts'

/** The access token of a shop: from the environment, typed unseen, or from a pipe. */
export async function readShopToken(input: NodeJS.ReadStream, output: NodeJS.WritableStream): Promise<string> {
  const given = shopTokenGiven()
  if (given !== null) return given
  if (!input.isTTY) return text(input)
  output.write('Access token (it is not shown): ')
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: unseen, terminal: true })
  try {
    return await Promise.race([lines.question(''), new Promise<string>(ended => lines.once('close', () => ended('')))])
  } finally {
    lines.close()
    output.write('\n')
  }
}
