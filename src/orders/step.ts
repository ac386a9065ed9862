import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { mergedLines, newestWords } from './demand.ts'
import { effectsOf, gone } from './effect.ts'
import { movedAt } from './move.ts'
import { appendMoves } from './move-store.ts'
import { type Look, ORDERS_PER_CALL_MAX, type SeenOrder, type ShopOrdersPort } from './port.ts'
import * as store from './store.ts'
import { isPollDue, LOOK_AGAIN_MS, lagShownBy, pollSince, ROUTED_WITHIN_MS_MAX, watermarkAfter } from './watermark.ts'

/** Orders that one step reads by their id: heard of, or not heard of for a day. */
const READ_BY_ID_PER_STEP_MAX = 100

export type OrdersDeps = { db: Db; clock: Clock; port: ShopOrdersPort; shopId: number; signal?: AbortSignal }

/**
 * Polls one shop's orders and records what they hold. Looks outside first, then records in one transaction: a process that
 * dies in between has changed nothing, and the next poll asks from the same watermark.
 */
export async function step(deps: OrdersDeps): Promise<StepReport> {
  try {
    const named = await readNamed(deps)
    const polled = await poll(deps)
    return { read: named.read + polled.read, wrote: named.wrote + polled.wrote, more: named.more }
  } catch (error) {
    return trouble(deps, error)
  }
}

/** The same for a loop that is nudged by whoever might need orders: it polls when somebody does, or when it is time. */
export async function stepWhenDue(deps: OrdersDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  const isDue = isPollDue(await store.watermarkOf(db, shopId), clock.now()) || (await store.isAnyOrderNamed(db, shopId))
  return isDue ? step(deps) : NOTHING_TO_DO
}

async function poll({ db, clock, port, shopId, signal }: OrdersDeps): Promise<StepReport> {
  const polledAt = clock.now()
  const { knownUntil } = await store.watermarkOf(db, shopId)
  const page = await port.changedSince(pollSince(knownUntil), signal)
  return db.transaction(async tx => {
    const before = await store.lockWatermark(tx, shopId)
    const changes = await record(tx, { shopId, before, orders: page.orders, look: page.look, now: clock.now() })
    const unroutedSince = await store.unroutedSince(tx, shopId, page.look.from - ROUTED_WITHIN_MS_MAX)
    const next = watermarkAfter(before.knownUntil, { from: page.look.from, lagMs: before.searchLagMs, unroutedSince })
    await store.moveWatermark(tx, shopId, { knownUntil: next, polledAt })
    // That more is known now is news too, even where there is no order.
    const isAwaited = before.knownUntil === null || before.askedAt !== null || (before.askedUntil !== null && next > before.askedUntil)
    return { read: page.orders.length, wrote: changes + (isAwaited ? 1 : 0), more: false }
  })
}

/** Orders that somebody heard of, which the search may not show yet, and open ones without a word for a day. */
async function readNamed({ db, clock, port, shopId, signal }: OrdersDeps): Promise<StepReport> {
  const now = clock.now()
  const heardBefore = now - LOOK_AGAIN_MS
  const routedWithin = now - ROUTED_WITHIN_MS_MAX
  const named = await store.ordersToRead(db, { shopId, heardBefore, routedWithin, limit: READ_BY_ID_PER_STEP_MAX })
  let wrote = 0
  for (let at = 0; at < named.length && !signal?.aborted; at += ORDERS_PER_CALL_MAX) {
    const gids = named.slice(at, at + ORDERS_PER_CALL_MAX)
    const page = await port.ordersById(gids, signal)
    const orders = [...page.orders, ...page.goneGids.map(gid => gone(gid, page.look))]
    wrote += await db.transaction(async tx => {
      const before = await store.lockWatermark(tx, shopId)
      const changes = await record(tx, { shopId, before, orders, look: page.look, now: clock.now() })
      await store.answerAsked(tx, shopId, { orderGids: gids, askedUntil: now })
      await store.forgetOrders(tx, shopId, page.goneGids)
      return changes
    })
  }
  return { read: named.length, wrote, more: named.length === READ_BY_ID_PER_STEP_MAX }
}

/** Puts new words in the place of old ones, in one transaction under the room's lock. Gives how many demands changed. */
async function record(
  tx: Tx,
  { shopId, before, orders, look, now }: { shopId: number; before: store.Watermark; orders: SeenOrder[]; look: Look; now: InstantMs },
): Promise<number> {
  const words = newestWords(orders).map(order => ({ ...order, lines: mergedLines(order.lines) }))
  const known = await store.knownOrders(
    tx,
    shopId,
    words.map(word => word.orderGid),
  )
  // Polls and looks by id can overtake each other; an older word says nothing any more.
  const news = words.filter(word => (known.get(word.orderGid)?.heardFrom ?? 0) <= look.from)
  const effects = news.flatMap(word => effectsOf(known.get(word.orderGid) ?? null, word, look).map(effect => ({ ...effect, word })))
  const changes = await store.recordOrders(tx, { shopId, orders: news, look, now })
  if (effects.length > 0) await store.appendEffects(tx, { shopId, effects, now })
  const moves = news.flatMap(({ orderGid, moves: told }) => told.map(move => ({ ...move, orderGid, at: movedAt(move, look, now) })))
  const moved = moves.length === 0 ? 0 : await appendMoves(tx, { shopId, moves, now })
  if (changes > 0) await store.publishHead(tx)

  const at = { ...before, pollFrom: look.from, lagMs: before.searchLagMs }
  const late = news.flatMap(word => {
    const lagMs = lagShownBy({ createdAt: word.createdAt, isNew: !known.has(word.orderGid) }, at)
    return lagMs === null ? [] : [{ orderGid: word.orderGid, lagMs, lateMs: look.from - word.createdAt }]
  })
  if (late.length > 0) await store.recordLate(tx, { shopId, late, now })
  return changes + moved
}

/**
 * A shop in trouble is recorded and is no failure of this room: other shops do not wait for it, and the next poll asks
 * again. What was known stays known.
 */
async function trouble({ db, shopId, signal }: OrdersDeps, error: unknown): Promise<StepReport> {
  const isTrouble = error instanceof TrueupError
  const code = !isTrouble ? 'ORDERS_POLL_BROKE' : error.code === 'CHANNEL_SCOPE_MISSING' ? 'SHOP_ORDERS_NOT_READABLE' : error.code
  if (!signal?.aborted) {
    await store.recordPollFailure(db, shopId, { code, message: messageOf(error) })
    if (!isTrouble) throw error
  }
  return { ...NOTHING_TO_DO, notes: { unread: code } }
}
