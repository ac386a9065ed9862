import { shopById } from '../catalog/store.ts'
import type { Db } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import { READS_ORDERS } from '../inventory/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { purgeOrders } from '../orders/purge-store.ts'
import { chanceOf } from '../outbox/backoff.ts'
import { mayRead, mayWrite, type Verdict } from './capability.ts'
import { clockSkewMs } from './clock-skew.ts'
import { type JobLogBounds, purgeExchanges } from './exchange-store.ts'
import { type Health, isResting, type News, needsQuestion, neverAsked, newsOf } from './health.ts'
import * as store from './health-store.ts'
import { IN_SHADOW } from './permit.ts'
import type { ShopCode, ShopPort } from './port.ts'
import { purgeCalls, unneededOrders } from './purge-store.ts'
import { isShadow } from './shadow-store.ts'

export type StandingDeps = { db: Db; clock: Clock; ids: Ids; port: Pick<ShopPort, 'installation'>; shopId: number; signal?: AbortSignal }
/** How much of its job log is kept; none: the usual. */
type CheckDeps = StandingDeps & { jobLog?: JobLogBounds | undefined }

/**
 * Whether stock may be written now, by both switches: ours, and what Shopify granted, which is asked where it is not known
 * or not believed any longer. What may not be written is held, not failed; being let in again is noted as mended.
 */
export async function mayWriteNow(deps: StandingDeps, { isAskedAnew = false } = {}): Promise<Verdict & { mayRead: boolean }> {
  const { db, clock, shopId } = deps
  const shop = await shopById(db, shopId)
  if (!shop?.isEnabled) return { kind: 'held', code: 'CHANNEL_READ_ONLY', message: 'the shop is switched off', mayRead: false }
  let health = (await store.healthOf(db, shopId)) ?? neverAsked(clock.now())
  if (mayRead(shop.accessScope) && (isAskedAnew || needsQuestion(health, clock.now()))) health = await askInstallation(deps)
  const both = mayWrite(shop.accessScope, health.grantedScopes)
  const verdict = both.kind === 'may' && (await isShadow(db, shopId)) ? IN_SHADOW : both
  if (verdict.kind === 'held') await hear(deps, verdict)
  else if (health.heldCode !== null) await hear(deps, { kind: 'free' })
  return { ...verdict, mayRead: mayRead(shop.accessScope) }
}

/** What was granted; and, since the answer is dated, how far our clock is from the shop's. */
async function askInstallation(deps: StandingDeps): Promise<Health> {
  const { db, clock, port, shopId, signal } = deps
  const askedAt = clock.now()
  const { look, ...said } = await port.installation(signal)
  const health = await hear(deps, { kind: 'scopes', ...said })
  await store.recordClockSkew(db, shopId, clockSkewMs({ askedAt, answeredAt: clock.now() }, look))
  return health
}

/** Looks after one shop: what Shopify grants us now, and how much of its job log is kept. */
export async function checkShop(deps: CheckDeps, { isAskedByPerson = false } = {}): Promise<StepReport> {
  const { db, clock, shopId, signal } = deps
  const health = await store.healthOf(db, shopId)
  if (health !== null && !isAskedByPerson && isResting(health, clock.now())) return NOTHING_TO_DO
  try {
    await mayWriteNow(deps, { isAskedAnew: true })
  } catch (error) {
    if (signal?.aborted) return NOTHING_TO_DO
    await hear(deps, troubleIn(error))
  }
  return { ...NOTHING_TO_DO, read: 1, wrote: await purgeOld(deps) }
}

/** What was told and heard is kept for so long; so is what orders did, where a level may still be explained by it. */
const HISTORY_KEPT_MS = 90 * 86_400_000

async function purgeOld({ db, clock, shopId, jobLog }: CheckDeps): Promise<number> {
  const now = clock.now()
  const before = now - HISTORY_KEPT_MS
  const log = await purgeExchanges(db, shopId, now, jobLog)
  const calls = await db.transaction(tx => purgeCalls(tx, shopId, before))
  const readUpTo = await peekCursor(db, READS_ORDERS)
  const unneeded = await unneededOrders(db, { shopId, before, readUpTo })
  return log + calls + (await purgeOrders(db, { shopId, before, ...unneeded }))
}

/** What an error of a question says about the shop; what is no trouble of a shop goes on its way. */
export function troubleIn(error: unknown): News {
  if (!(error instanceof TrueupError) || !error.code.startsWith('CHANNEL_')) throw error
  const retryAfterMs = typeof error.detail.retryAfterMs === 'number' ? error.detail.retryAfterMs : null
  return newsOf(error.code as ShopCode, error.message, retryAfterMs)
}

export function hear({ db, clock, ids, shopId }: Omit<StandingDeps, 'port'>, news: News): Promise<Health> {
  return store.hear(db, shopId, news, { now: clock.now(), chance: chanceOf(ids.uuid()) })
}
