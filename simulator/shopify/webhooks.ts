/*
 * Webhooks, as unreliable as they are: late, doubled, lost, out of order, and built so late that two changes can tell the
 * same last value. Whoever does not answer 2xx within five seconds is tried eight times more over four hours, and then loses
 * the subscription.
 */

import { createHmac } from 'node:crypto'
import type { Chance } from './chance.ts'
import type { Dials } from './dials.ts'
import { gid, seededUuid } from './ids.ts'
import type { WebhookRow } from './rows.ts'
import type { Shop } from './shop.ts'

export type Delivery = { uri: string; headers: Record<string, string>; body: string }
/** Gives the status of the answer; 0: there was none. */
export type Deliver = (delivery: Delivery) => Promise<number>

export type Told = {
  topic: string
  /** By the shop's clock; may lie ahead. */
  at: number
  payload: () => Record<string, unknown>
  /** Asked for when it is sent and not when it happened. */
  isLate?: boolean
}

export const RETRIES_MAX = 8
/** Doubled from one to the next: four hours in all. */
const RETRY_MS_FIRST = (4 * 3_600_000) / (2 ** RETRIES_MAX - 1)

export type WebhookCounts = { told: number; sent: number; answered: number; lost: number; doubled: number; failed: number; removed: number }

type WebhooksOf = {
  shop: Shop
  dials: Dials
  worldNow: () => number
  chance: Chance
  secret: string
  version: string
  deliver: Deliver
}

export class Webhooks {
  readonly counts: WebhookCounts = { told: 0, sent: 0, answered: 0, lost: 0, doubled: 0, failed: 0, removed: 0 }
  readonly #of: WebhooksOf
  readonly #underWay = new Set<Promise<void>>()
  #events = 0

  constructor(of: WebhooksOf) {
    this.#of = of
  }

  /** Something happened, or will: whoever subscribed to it is told then. */
  tell(told: Told): void {
    const { shop, dials, worldNow } = this.#of
    const at = told.at - dials.clockSkewMs
    if (at > worldNow()) shop.world.agenda.add(at, due => this.#happened(told, due))
    else this.#happened(told, at)
  }

  /** Once every delivery that is under way has its answer. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #happened(told: Told, at: number): void {
    const { shop, dials, chance } = this.#of
    const subscribed = [...shop.tables.webhooks.values()].filter(row => row.topic === told.topic)
    if (subscribed.length === 0) return
    this.#events += 1
    this.counts.told += 1
    const eventId = seededUuid(shop.seed, -this.#events)
    const ready = told.isLate === true && dials.webhookPayloads === 'late' ? null : told.payload()
    for (const subscription of subscribed) {
      if (chance() < dials.webhookLossRate) {
        this.counts.lost += 1
        continue
      }
      const copies = chance() < dials.webhookDoubleRate ? 2 : 1
      this.counts.doubled += copies - 1
      for (let copy = 0; copy < copies; copy++) {
        const sendAt = at + chance() * dials.webhookDelayMs
        const webhookId = seededUuid(shop.seed + subscription.id, -this.#events)
        const attempt: Attempt = { subscriptionId: subscription.id, eventId, webhookId, told, at, body: null, ready, tries: 0 }
        shop.world.agenda.add(sendAt, due => this.#send(attempt, due))
      }
    }
  }

  #send(attempt: Attempt, due: number): void {
    const { shop, deliver, secret, version, dials } = this.#of
    const subscription = shop.tables.webhooks.get(attempt.subscriptionId)
    if (subscription === undefined) return
    // A retry carries the first payload, to the letter.
    attempt.body ??= JSON.stringify(only(attempt.ready ?? attempt.told.payload(), subscription.includeFields))
    const headers = {
      'Content-Type': 'application/json',
      'X-Shopify-Topic': topicWord(attempt.told.topic),
      'X-Shopify-Hmac-Sha256': hmac(secret, attempt.body),
      'X-Shopify-Shop-Domain': shop.file.domain,
      'X-Shopify-API-Version': version,
      'X-Shopify-Webhook-Id': attempt.webhookId,
      'X-Shopify-Triggered-At': new Date(attempt.at + dials.clockSkewMs).toISOString(),
      'X-Shopify-Event-Id': attempt.eventId,
      ...(subscription.name === null ? {} : { 'X-Shopify-Name': subscription.name }),
    }
    this.counts.sent += 1
    const sent = deliver({ uri: subscription.uri, headers, body: attempt.body })
      .catch(() => 0)
      .then(status => this.#answered(attempt, subscription, { status, due }))
    this.#underWay.add(sent)
    void sent.finally(() => this.#underWay.delete(sent))
  }

  #answered(attempt: Attempt, subscription: WebhookRow, { status, due }: { status: number; due: number }): void {
    const { shop } = this.#of
    if (status >= 200 && status < 300) {
      this.counts.answered += 1
      return
    }
    this.counts.failed += 1
    if (attempt.tries < RETRIES_MAX) {
      const next = due + RETRY_MS_FIRST * 2 ** attempt.tries
      attempt.tries += 1
      shop.world.agenda.add(next, at => this.#send(attempt, at))
    } else if (shop.tables.webhooks.has(subscription.id)) {
      this.counts.removed += 1
      shop.tables.remove('webhooks', subscription)
      shop.tables.flush()
    }
  }
}

type Attempt = {
  subscriptionId: number
  eventId: string
  webhookId: string
  told: Told
  at: number
  /** What happened, as it was then; null: looked up when it is sent. */
  ready: Record<string, unknown> | null
  body: string | null
  tries: number
}

/** `INVENTORY_LEVELS_UPDATE` is spoken `inventory_levels/update`. */
export function topicWord(topic: string): string {
  const known = TWO_WORDS.find(first => topic.startsWith(`${first}_`))
  const first = known ?? (topic.split('_')[0] as string)
  return `${first}/${topic.slice(first.length + 1)}`.toLowerCase()
}

const TWO_WORDS = ['INVENTORY_LEVELS', 'INVENTORY_ITEMS', 'FULFILLMENT_ORDERS', 'BULK_OPERATIONS', 'DRAFT_ORDERS']

export function hmac(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body, 'utf8').digest('base64')
}

/** Over the wire, with Shopify's patience. */
export const deliverByHttp: Deliver = async ({ uri, headers, body }) => {
  const response = await fetch(uri, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS_MAX) })
  await response.arrayBuffer()
  return response.status
}

const ANSWER_MS_MAX = 5_000

function only(payload: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return fields.length === 0 ? payload : Object.fromEntries(fields.flatMap(field => (field in payload ? [[field, payload[field]]] : [])))
}

/** The numbers and gids that every payload begins with. */
export function named(kind: string, id: number): { id: number; admin_graphql_api_id: string } {
  return { id, admin_graphql_api_id: gid(kind, id) }
}
