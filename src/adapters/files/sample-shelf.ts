import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Files that somebody brought to try a mapping on: kept for a while, and never imported. */
export type SampleShelf = {
  /** Gives how many bytes came. */
  save(id: string, chunks: AsyncIterable<Uint8Array>): Promise<number>
  /** Null where there is none, or none any more. */
  read(id: string): Promise<AsyncIterable<Uint8Array> | null>
}

const SAMPLE_KEPT_MS = 24 * 60 * 60 * 1_000
const SAMPLE_BYTES_MAX = 2 * 1024 ** 3

/** Samples in a folder of their own; each new one sweeps out those that are old. */
export function openSampleShelf(directory: string, { now }: { now(): number }): SampleShelf {
  const at = (id: string) => path.join(directory, id)
  return {
    async save(id, chunks) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await sweep(directory, now() - SAMPLE_KEPT_MS)
      let bytes = 0
      await pipeline(
        async function* () {
          for await (const chunk of chunks) {
            bytes += chunk.length
            if (bytes > SAMPLE_BYTES_MAX) throw new Error(`a sample may have ${SAMPLE_BYTES_MAX} bytes`)
            yield chunk
          }
        },
        createWriteStream(`${at(id)}.part`, { mode: 0o600 }),
      )
      await rename(`${at(id)}.part`, at(id))
      return bytes
    },
    async read(id) {
      const found = await stat(at(id)).catch(() => null)
      return found?.isFile() ? createReadStream(at(id)) : null
    },
  }
}

async function sweep(directory: string, before: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const found = await stat(path.join(directory, name)).catch(() => null)
    if (found !== null && found.mtimeMs < before) await rm(path.join(directory, name), { force: true })
  }
}
