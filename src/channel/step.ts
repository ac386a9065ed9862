import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { endControls } from './control-step.ts'
import { type BookForeign, settleForeign } from './foreign-step.ts'
import { type Health, isResting, neverAsked } from './health.ts'
import { healthOf } from './health-store.ts'
import { finishLeaving } from './leaving-step.ts'
import { look, prove, READS_PER_STEP_MAX } from './look-step.ts'
import type { ShopPort } from './port.ts'
import { sendAll } from './send-step.ts'
import { settle } from './settle-step.ts'
import { hear, mayWriteNow, troubleIn } from './standing-step.ts'
import * as store from './store.ts'
import type { ShopUploadPort } from './upload-port.ts'
import { uploadSome } from './upload-step.ts'

export type ChannelDeps = {
  db: Db
  clock: Clock
  ids: Ids
  port: ShopPort
  /** For full loads; without it everything goes by direct calls. */
  uploads?: ShopUploadPort
  /** Levels that have to be due for an upload; unset: as was measured. */
  uploadFromLevels?: number
  readByBulkFrom?: number
  /** Books what somebody else wrote and is to become our number; without it a person is asked. */
  bookForeign?: BookForeign
  shopId: number
  signal?: AbortSignal
  /** 1 where a story has to happen the same way twice. */
  callsInFlight?: number
}

/**
 * Tells one shop what waits for it: read what is unknown, make proved looks the base, claim, send, settle. The wire lies
 * between two transactions; a process that dies in between leaves a call whose bytes and key are sent again, and take effect
 * once. A shop in trouble rests; its trouble stands in its health and is no failure of this room, so other shops do not wait
 * for it.
 */
export async function step(deps: ChannelDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  await endControls(db, clock.now())
  // Promises follow at once where something has left.
  const left = (await finishLeaving(db, shopId, clock.now())) ? 1 : 0
  const booked = await settleForeign(deps)
  const report = await speak(deps)
  return { ...report, wrote: report.wrote + left + booked }
}

async function speak(deps: ChannelDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  const health = (await healthOf(db, shopId)) ?? neverAsked(clock.now())
  if (isResting(health, clock.now())) return resting(health)
  if (!(await store.isAnythingWaiting(db, shopId))) return NOTHING_TO_DO
  const alone = await db.alone(`shop ${shopId}`, () => work(deps))
  return alone.ran ? alone.result : { ...NOTHING_TO_DO, notes: { waiting: 'another process speaks to this shop' } }
}

function resting({ code }: Health): StepReport {
  return code === null ? NOTHING_TO_DO : { ...NOTHING_TO_DO, notes: { resting: code } }
}

async function work(deps: ChannelDeps): Promise<StepReport> {
  try {
    const verdict = await mayWriteNow(deps)
    if (verdict.kind === 'held' && !verdict.mayRead) return NOTHING_TO_DO
    const read = await look({ ...deps, mayStock: verdict.kind === 'may' })
    const { proved, more } = await prove(deps)
    const isMoreToRead = more || read === READS_PER_STEP_MAX
    if (verdict.kind === 'held') return { read, wrote: proved, more: isMoreToRead }
    const uploaded = await uploadOrNot(deps)
    const sent = await sendAll(deps)
    return {
      read,
      wrote: proved + uploaded + sent.settled,
      more: !sent.isTrouble && !deps.signal?.aborted && (isMoreToRead || sent.forgot > 0 || sent.isFull),
    }
  } catch (error) {
    const trouble = troubleIn(error)
    // A question that we broke off ourselves says nothing about the shop.
    if (deps.signal?.aborted) return NOTHING_TO_DO
    return resting(await hear(deps, trouble))
  }
}

async function uploadOrNot(deps: ChannelDeps): Promise<number> {
  const { uploads } = deps
  return uploads === undefined ? 0 : uploadSome({ ...deps, uploads, settle: (call, outcome) => settle(deps, call, outcome) })
}
