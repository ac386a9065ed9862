import { type House, openHouse, type World } from '../src/app/wire.ts'
import { realClock, realIds, realSleep } from '../src/app/world.ts'

/** The house without gates and clockwork, on an embedded database of its own: the benchmark calls the rooms itself. */
export async function startServerless(dataDir: string): Promise<{ house: House; world: World }> {
  const log = { debug() {}, info() {}, warn() {} }
  const world: World = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log }
  return { house: await openHouse({ dataDir, databaseUrl: process.env.DATABASE_URL ?? null, secretKey: null }, world), world }
}
