import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { mergedLines, newestWords } from './demand.ts'
import type { OrdersPage, ShopOrdersPort } from './port.ts'
import * as store from './store.ts'
import { pollSince, watermarkAfter } from './watermark.ts'

/**
 * Polls one shop's orders and records what they hold. Looks outside first, then records in one transaction: a process that
 * dies in between has changed nothing, and the next poll asks from the same watermark.
 */
export async function step(options: {
  db: Db
  clock: Clock
  port: ShopOrdersPort
  shopId: number
  signal?: AbortSignal
}): Promise<StepReport> {
  const { db, clock, shopId } = options
  const polledAt = clock.now()
  const { knownUntil } = await store.watermarkOf(db, shopId)
  const page = await poll(options, pollSince(knownUntil))
  if ('code' in page) return { ...NOTHING_TO_DO, notes: { unread: page.code } }
  const orders = newestWords(page.orders).map(order => ({ ...order, openLines: mergedLines(order.openLines) }))

  return db.transaction(async tx => {
    const known = await store.lockWatermark(tx, shopId)
    const next = watermarkAfter(known.knownUntil, page.startedAt)
    if (next === null) return NOTHING_TO_DO
    const changes = await store.recordOrders(tx, shopId, orders, clock.now())
    if (changes > 0) await store.publishHead(tx)
    await store.moveWatermark(tx, shopId, { knownUntil: next, polledAt })
    // That the orders are known at last is news too, even where there is none.
    const isAnswer = known.knownUntil === null || known.askedAt !== null
    return { read: orders.length, wrote: changes + (isAnswer ? 1 : 0), more: false }
  })
}

/**
 * A shop in trouble is recorded and is no failure of this room: other shops do not wait for it, and the next poll asks
 * again. What was known stays known.
 */
async function poll(
  { db, port, shopId, signal }: Parameters<typeof step>[0],
  since: number | null,
): Promise<OrdersPage | { code: string }> {
  try {
    return await port.changedSince(since, signal)
  } catch (error) {
    const isTrouble = error instanceof TrueupError
    const code = !isTrouble ? 'ORDERS_POLL_BROKE' : error.code === 'CHANNEL_SCOPE_MISSING' ? 'SHOP_ORDERS_NOT_READABLE' : error.code
    if (signal?.aborted) return { code }
    await store.recordPollFailure(db, shopId, { code, message: messageOf(error) })
    if (!isTrouble) throw error
    return { code }
  }
}
