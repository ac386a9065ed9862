import { FOLLOWS } from '../../src/app/rooms.ts'
import { openHouse, type World } from '../../src/app/wire.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { startClockwork } from '../../src/jobs/clockwork.ts'
import { JOBS, type ROOM_STEPS } from '../../src/jobs/job.ts'
import type { Step } from '../../src/jobs/room-loop.ts'

/*
 * A process with the role `work` on a database that others work on too, for a story that kills it. Every step that only its schedule
 * calls takes its time and leaves a row of when it began and ended, so that what overlapped and what was lost can be seen. Says
 * `open` when it works, drains on SIGTERM.
 */
const [databaseUrl = '', dataDir = '', secretKey = '', workMs = '0'] = process.argv.slice(2)

const log = { debug() {}, info() {}, warn: (line: Record<string, unknown>) => void process.stderr.write(`${JSON.stringify(line)}\n`) }
const world: World = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log }
const house = await openHouse({ dataDir, databaseUrl, secretKey }, world)
const ALONE = ['catalog', 'shop-check', 'hard-sync', 'check-ledger'] as const
const steps: Partial<Record<(typeof ROOM_STEPS)[number], Step>> = { ...house.steps }
for (const room of ALONE) steps[room] = onRecord(room, house.steps[room])

const clockwork = await startClockwork({
  ...{ databaseUrl, db: house.db, clock: realClock, sleep: realSleep, catalogue: JOBS, steps, follows: FOLLOWS, log },
})
process.once('SIGTERM', async () => {
  await clockwork.stop()
  await house.close()
})
process.stdout.write('open\n')

function onRecord(room: string, step: Step): Step {
  return async (signal, parameters) => {
    const [row] = await house.db.query<{ id: number }>(
      'insert into work (room, pid, began_at) values ($1, $2, $3) returning work_id as id',
      [...[room, process.pid, new Date(realClock.now())]],
    )
    await realSleep(Number(workMs), signal)
    const report = await step(signal, parameters)
    await house.db.query('update work set ended_at = $2 where work_id = $1', [row?.id, new Date(realClock.now())])
    return report
  }
}
