import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Api } from './api.ts'

/** Writes what the program gives out into a file, which appears when it is whole. Gives its bytes. */
export async function downloadTo(api: Api, route: string, file: string, { mode = 0o644 }: { mode?: number } = {}): Promise<number> {
  const aside = `${file}.part`
  try {
    await pipeline(await api.download(route), createWriteStream(aside, { mode }))
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
  await rename(aside, file)
  return (await stat(file)).size
}
