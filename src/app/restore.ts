import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { load } from '../db/backup.ts'
import type { Config } from './config.ts'
import { realWorld } from './start.ts'
import { openHouse } from './wire.ts'

/** Loads a backup into the empty database of a data directory or of DATABASE_URL. Gives the number of tables. */
export async function restore(config: Config, file: string): Promise<number> {
  const house = await openHouse(config, realWorld({ logLevel: 'warn' }))
  try {
    return await load(house.db, createReadStream(file).compose(createGunzip()) as AsyncIterable<Buffer>)
  } finally {
    await house.close()
  }
}
