import { type Subscription, TOPICS } from '../../channel/webhook.ts'
import type { ShopWebhooksPort } from '../../channel/webhook-port.ts'
import { LIST_WEBHOOKS, SUBSCRIBE_WEBHOOK, UNSUBSCRIBE_WEBHOOK } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { everyPage, type Page } from './page.ts'
import type { UserError } from './translate.ts'

/** The subscriptions of our app to what happens in a shop. */
export function shopWebhooks({ graphql }: { graphql: Graphql }): ShopWebhooksPort {
  return {
    async subscriptions(signal) {
      const ask = async (after: string | null) =>
        (await graphql.ask<{ webhookSubscriptions: Page<Node> }>(LIST_WEBHOOKS, { after }, signal)).data.webhookSubscriptions
      const found: Subscription[] = []
      for await (const page of everyPage(ask))
        found.push(...page.map(({ id, topic, uri }) => ({ subscriptionGid: id, topic: SPOKEN.get(topic) ?? topic, uri })))
      return found
    },
    async subscribe(topic, uri, signal) {
      const { data } = await graphql.ask<Subscribed>(SUBSCRIBE_WEBHOOK, { topic: inGraphql(topic), uri }, signal)
      return data.webhookSubscriptionCreate.userErrors[0]?.message ?? null
    },
    async unsubscribe(subscriptionGid, signal) {
      await graphql.ask(UNSUBSCRIBE_WEBHOOK, { id: subscriptionGid }, signal)
    },
  }
}

/** `inventory_levels/update` is INVENTORY_LEVELS_UPDATE in GraphQL; the way back is ambiguous, so only what we know is taken it. */
function inGraphql(topic: string): string {
  return topic.replace('/', '_').toUpperCase()
}
const SPOKEN = new Map(TOPICS.map(({ topic }) => [inGraphql(topic), topic]))

type Node = { id: string; topic: string; uri: string }
type Subscribed = { webhookSubscriptionCreate: { userErrors: UserError[] } }
