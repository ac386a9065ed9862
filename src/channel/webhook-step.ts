import { askForReading } from '../catalog/ask-store.ts'
import { type Shop, shopById, stopShop } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { askForOrders, askForOrdersNamed } from '../orders/store.ts'
import { mayRead } from './capability.ts'
import { askScopesAnew } from './health-store.ts'
import { askForLooks } from './level-store.ts'
import { type Hint, hintOf, hookPath, planSubscriptions, TOPICS } from './webhook.ts'
import type { ShopWebhooksPort } from './webhook-port.ts'
import * as store from './webhook-store.ts'

/** One delivery, after its signature was found good. */
export type Delivery = { topic: string; eventId: string; triggeredAt: InstantMs | null; rawBody: string }

/**
 * Takes one webhook: it is noted before anything is done about it, so that a second delivery does nothing, and what it hints
 * at is asked for in the same transaction. Gives what it hinted at, so that whoever looks there is woken.
 */
export async function takeWebhook({ db, clock }: { db: Db; clock: Clock }, shop: Shop, delivery: Delivery): Promise<Hint> {
  const { topic, eventId, triggeredAt } = delivery
  const now = clock.now()
  return db.transaction(async tx => {
    const isNew = await store.noteEvent(tx, { shopId: shop.shopId, topic, eventId, triggeredAt, now })
    const hint: Hint = isNew ? hintOf(topic, parsed(delivery.rawBody)) : { kind: 'nothing' }
    await follow(tx, shop, hint, now)
    return hint
  })
}

async function follow(tx: Tx, shop: Shop, hint: Hint, now: InstantMs): Promise<void> {
  const { shopId } = shop
  switch (hint.kind) {
    case 'level': {
      const level = await store.levelNamed(tx, shopId, hint)
      if (level === null) return
      return askForLooks(tx, [{ ...level, shopId }], now)
    }
    case 'orders':
      if (hint.orderGids.length === 0) await askForOrders(tx, shopId, now)
      else await askForOrdersNamed(tx, shopId, hint.orderGids, now)
      return
    case 'items': {
      const product = hint.productGid === null ? [] : [{ kind: 'product' as const, gid: hint.productGid }]
      const item = hint.inventoryItemGid === null ? [] : [{ kind: 'item' as const, gid: hint.inventoryItemGid }]
      return askForReading(tx, shopId, [...product, ...item], now)
    }
    case 'locations':
      return askForReading(tx, shopId, [{ kind: 'locations', gid: '' }], now)
    case 'scopes':
      return askScopesAnew(tx, shopId)
    case 'uninstalled':
      await stopShop(tx, shopId, 'The app was uninstalled in Shopify.', now)
      return recordAudit(tx, {
        ...{ at: now, who: 'Shopify', action: 'shop.stop', subject: 'shop', name: shop.code },
        ...{ before: { isEnabled: shop.isEnabled }, after: { isEnabled: false }, reason: 'The app was uninstalled in Shopify.' },
      })
    case 'bulk':
    case 'nothing':
      return
  }
}

/** A body that is signed and no JSON hints at nothing; sending it again would not mend it. */
function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody)
  } catch {
    return null
  }
}

export type WebhookCheckDeps = {
  db: Db
  clock: Clock
  port: ShopWebhooksPort
  shopId: number
  /** Where Shopify reaches us, for example `https://trueup.example`; null: nowhere. */
  publicUrl: string | null
  /** Whether the secret of the shop's app is known, without which no signature can be checked. */
  isSecretKnown: boolean
  signal?: AbortSignal
}

/** Looks whether each topic comes to us once, and mends it. Without a public address, or the app's secret, webhooks are off. */
export async function checkWebhooks({ db, clock, port, shopId, publicUrl, isSecretKnown, signal }: WebhookCheckDeps): Promise<void> {
  await store.forgetEvents(db, shopId, clock.now())
  const shop = await shopById(db, shopId)
  if (shop === null || !mayRead(shop.accessScope)) return
  const record = (found: readonly store.SubscriptionFound[], of: Omit<store.WebhookState, 'now'>) =>
    db.transaction(tx => store.recordSubscriptions(tx, shopId, found, { ...of, now: clock.now() }))
  const off = whyOff(publicUrl, isSecretKnown)
  if (off !== null) return record([], { state: 'off', reason: off, mended: 0 })

  const path = hookPath(shop.code)
  const topics = TOPICS.map(({ topic }) => topic)
  const uri = `${publicUrl?.replace(/\/+$/, '')}${path}`
  const plan = planSubscriptions(await port.subscriptions(signal), { topics, uri, path })
  for (const subscription of plan.unsubscribe) await port.unsubscribe(subscription.subscriptionGid, signal)
  const refused = new Map<string, string>()
  for (const topic of plan.subscribe) {
    const reason = await port.subscribe(topic, uri, signal)
    if (reason !== null) refused.set(topic, reason)
  }
  await record(
    topics.map(topic => ({ topic, refused: refused.get(topic) ?? null })),
    { state: 'on', reason: null, mended: plan.subscribe.length - refused.size },
  )
}

function whyOff(publicUrl: string | null, isSecretKnown: boolean): string | null {
  if (publicUrl === null) return 'Trueup has no public address: set TRUEUP_PUBLIC_URL. Until then the shop is asked from time to time.'
  if (!isSecretKnown) return 'The client secret of the app is not known, so that nobody could tell a webhook of Shopify from a forged one.'
  return null
}
