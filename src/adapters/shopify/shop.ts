import type { ShopCatalogPort } from '../../catalog/port.ts'
import type { ConformPort } from '../../channel/conform-port.ts'
import type { ShopPort } from '../../channel/port.ts'
import type { ShopUploadPort } from '../../channel/upload-port.ts'
import type { ShopWebhooksPort } from '../../channel/webhook-port.ts'
import type { Clock, Sleep } from '../../kernel/clock.ts'
import type { ShopOrdersPort } from '../../orders/port.ts'
import { openBulk } from './bulk.ts'
import { openClient } from './client.ts'
import { shopConform } from './conform.ts'
import { openGraphql } from './graphql.ts'
import { type Guard, guarded } from './guard.ts'
import { shopCatalog } from './shop-catalog.ts'
import { shopLevels } from './shop-levels.ts'
import { shopOrders } from './shop-orders.ts'
import { shopUploads } from './shop-uploads.ts'
import { shopWebhooks } from './shop-webhooks.ts'
import type { TokenSource } from './tokens.ts'

export type OpenShop = ShopCatalogPort & ShopOrdersPort & ShopPort & ShopUploadPort & ShopWebhooksPort & ConformPort

export type ShopOptions = {
  /** Of the shop itself, for example `https://name.myshopify.com`. */
  apiUrl: string
  apiVersion: string
  token: TokenSource
  fetch: typeof fetch
  clock: Clock
  sleep: Sleep
  guard: Guard
}

/** Opens a Shopify shop. One a shop and process: everything that is asked of it draws on one bucket. */
export function openShop(options: ShopOptions): OpenShop {
  const client = guarded(openClient(options), options.guard, options.clock)
  const speak = openGraphql({ client, clock: options.clock, sleep: options.sleep })
  const bulk = openBulk({ client, graphql: speak('bulk'), sleep: options.sleep })
  return {
    ...shopCatalog({ graphql: speak('catalog'), bulk }),
    ...shopOrders({ graphql: speak('orders') }),
    ...shopLevels({ graphql: speak('levels'), writes: speak('writes'), readback: speak('readback'), bulk }),
    ...shopWebhooks({ graphql: speak('catalog') }),
    ...shopUploads({ client, graphql: speak('bulk') }),
    ...shopConform({ ...options, client, graphql: speak('levels') }),
  }
}
