import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** How long it is remembered that a webhook came: Shopify sends one again for four hours. */
const REMEMBERED_MS = 7 * 86_400_000

export type WebhookEvent = { shopId: number; topic: string; eventId: string; triggeredAt: InstantMs | null; now: InstantMs }

/** Notes an event, before anything is done about it. False: it came before, and nothing is to be done. */
export async function noteEvent(tx: Tx, event: WebhookEvent): Promise<boolean> {
  const rows = await tx.query(
    `insert into channel.webhook_event (shop_id, topic, event_id, received_at, triggered_at) values ($1, $2, $3, $4, $5)
     on conflict (shop_id, topic, event_id) do nothing returning 1`,
    [event.shopId, event.topic, event.eventId, new Date(event.now), event.triggeredAt === null ? null : new Date(event.triggeredAt)],
  )
  return rows.length > 0
}

export async function forgetEvents(sql: Sql, shopId: number, now: InstantMs): Promise<void> {
  await sql.query('delete from channel.webhook_event where shop_id = $1 and received_at < $2', [shopId, new Date(now - REMEMBERED_MS)])
}

export type HintedLevel = { locationId: number; productId: number }

/** Which level of ours is meant; null: none that we are concerned with. */
export async function levelNamed(
  sql: Sql,
  shopId: number,
  named: { inventoryItemGid: string; locationGid: string },
): Promise<HintedLevel | null> {
  const rows = await sql.query<HintedLevel>(
    `select loc.location_id as "locationId", l.product_id as "productId"
       from catalog.item_link l
       join catalog.location loc on loc.shop_id = l.shop_id and loc.location_gid = $3
      where l.shop_id = $1 and l.inventory_item_gid = $2`,
    [shopId, named.inventoryItemGid, named.locationGid],
  )
  return rows[0] ?? null
}

export type SubscriptionFound = { topic: string; refused: string | null }
export type WebhookState = { state: 'off' | 'on' | 'unchecked'; reason: string | null; mended: number; now: InstantMs }

/** Keeps how the subscriptions of a shop were found. */
export async function recordSubscriptions(tx: Tx, shopId: number, found: readonly SubscriptionFound[], of: WebhookState): Promise<void> {
  await tx.query('delete from channel.subscription where shop_id = $1', [shopId])
  await tx.query(
    `insert into channel.subscription (shop_id, topic, refused, checked_at)
     select $1, topic, refused, $4 from unnest($2::text[], $3::text[]) as found (topic, refused)`,
    [shopId, found.map(each => each.topic), found.map(each => each.refused), new Date(of.now)],
  )
  await tx.query(
    `insert into channel.webhook_state (shop_id, state, reason, mended, checked_at) values ($1, $2, $3, $4, $5)
     on conflict (shop_id) do update
        set state = excluded.state, reason = excluded.reason, mended = channel.webhook_state.mended + excluded.mended, checked_at = excluded.checked_at`,
    [shopId, of.state, of.reason, of.mended, new Date(of.now)],
  )
}

export type WebhooksOfShop = {
  state: 'off' | 'on' | 'unchecked'
  reason: string | null
  mended: number
  checkedAt: InstantMs | null
  topics: { topic: string; refused: string | null; lastAt: InstantMs | null }[]
}

export async function webhooksOf(sql: Sql, shopId: number): Promise<WebhooksOfShop> {
  const [state] = await sql.query<Omit<WebhooksOfShop, 'topics'>>(
    `select state, reason, mended, checked_at as "checkedAt" from channel.webhook_state where shop_id = $1`,
    [shopId],
  )
  const topics = await sql.query<WebhooksOfShop['topics'][number]>(
    `select s.topic, s.refused,
            (select max(e.received_at) from channel.webhook_event e
              where e.shop_id = s.shop_id and e.topic = s.topic) as "lastAt"
       from channel.subscription s where s.shop_id = $1 order by s.topic`,
    [shopId],
  )
  return { ...(state ?? { state: 'unchecked', reason: null, mended: 0, checkedAt: null }), topics }
}
