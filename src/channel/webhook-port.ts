import type { Subscription } from './webhook.ts'

/** The subscriptions of this app in one shop. Reads throw a TrueupError with a ShopCode. */
export type ShopWebhooksPort = {
  subscriptions(signal?: AbortSignal): Promise<Subscription[]>
  /** Null: it is subscribed; else why the shop refuses it. */
  subscribe(topic: string, uri: string, signal?: AbortSignal): Promise<string | null>
  unsubscribe(subscriptionGid: string, signal?: AbortSignal): Promise<void>
}
