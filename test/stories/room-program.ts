import { type House, openHouse, type World } from '../../src/app/wire.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { beat } from '../../src/jobs/heartbeat-store.ts'
import type { RoomStep } from '../../src/jobs/job.ts'

/*
 * One room, alone in a process, for a story that kills it: opens the house, says `open`, does its step until nothing more waits,
 * leaves its heartbeat as the clockwork would, and prints what it did. Its clock may be ahead, so that nobody waits for a lease.
 */
const [databaseUrl = '', dataDir = '', secretKey = '', room = '', aheadMs = '0'] = process.argv.slice(2)

const clock = { now: () => realClock.now() + Number(aheadMs) }
const log = { debug() {}, info() {}, warn() {} }
const world: World = { clock, sleep: realSleep, ids: realIds, fetch, log }
const house = await openHouse({ dataDir, databaseUrl, secretKey }, world)
process.stdout.write('open\n')
const wrote = await work(house)
await beat(house.db, [{ room, beatAt: clock.now(), outcome: 'finished', code: null, message: null }])
process.stdout.write(`${JSON.stringify({ wrote })}\n`)
await house.close()

async function work({ steps }: House): Promise<number> {
  let wrote = 0
  for (;;) {
    const report = await steps[room as RoomStep]()
    wrote += report.wrote
    if (!report.more) return wrote
  }
}
