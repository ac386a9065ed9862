import { type Shop, shopCalled } from '../catalog/store.ts'
import type { Db } from '../db/connection.ts'
import { hookRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Hint } from './webhook.ts'
import { takeWebhook } from './webhook-step.ts'

export type WebhookRouteDeps = {
  db: Db
  clock: Clock
  /** Whether these very bytes were signed with the secret of the shop's app. */
  isSigned(shop: Shop, rawBody: Uint8Array, signature: string | undefined): Promise<boolean>
  /** Wakes whoever has to look at what was hinted. */
  hinted(hint: Hint, shop: Shop): void
}

const EVENT_ID_CHARS_MAX = 200

/** The door for Shopify's webhooks: what is not signed is refused before anything of it is read. */
export function webhookRoutes({ db, clock, isSigned, hinted }: WebhookRouteDeps): Route[] {
  return [
    hookRoute({
      path: '/hooks/shopify/:code',
      summary: 'Webhooks of a Shopify shop, signed over the raw body; each is a hint to look',
      tag: 'channel',
      params: shopParams,
      async handle({ params, header, rawBody }) {
        const shop = await shopCalled(db, params.code)
        // An unknown shop and a bad signature are answered alike: nobody learns here which shops there are.
        if (shop === null || !(await isSigned(shop, rawBody, header('x-shopify-hmac-sha256')))) throw notSigned()
        if (!isOfThisShop(shop.apiUrl, header('x-shopify-shop-domain'))) throw notSigned()
        const triggeredAt = Date.parse(header('x-shopify-triggered-at') ?? '')
        const eventId = header('x-shopify-event-id') ?? header('x-shopify-webhook-id')
        if (eventId === undefined || eventId.length > EVENT_ID_CHARS_MAX) throw notSigned()
        const topic = (header('x-shopify-topic') ?? '').toLowerCase().slice(0, EVENT_ID_CHARS_MAX)
        const delivery = {
          topic,
          eventId,
          triggeredAt: Number.isNaN(triggeredAt) ? null : triggeredAt,
          rawBody: new TextDecoder().decode(rawBody),
        }
        hinted(await takeWebhook({ db, clock }, shop, delivery), shop)
      },
    }),
  ]
}

/** One app may be installed in several shops, with one secret for all: what is meant for another shop is not ours to take. */
function isOfThisShop(apiUrl: string, domain: string | undefined): boolean {
  const host = URL.canParse(apiUrl) ? new URL(apiUrl).hostname : ''
  return !host.endsWith('.myshopify.com') || domain === host
}

function notSigned(): TrueupError {
  return new TrueupError('CHANNEL_WEBHOOK_NOT_SIGNED', 'This is no webhook that Shopify signed for this shop.', {
    retry: 'never',
    hint: 'If it came from Shopify, enter the client secret of the app that is installed in the shop.',
  })
}
