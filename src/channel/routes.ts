import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { type shopInList, shopList } from '../http/contract/shop.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** The shops, and whether they let us do our work. */
export function channelRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops',
      summary: 'Shops with their access, their mapping and their health',
      tag: 'channel',
      role: 'viewer',
      answer: shopList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: (await shopsWithHealth(db)).map(withHealth) }),
    }),
  ]
}

export type ShopWithHealth = Answer<typeof shopInList>
type ShopRow = Omit<ShopWithHealth, 'health'> & {
  state: ShopWithHealth['health']['state']
  healthCode: string | null
  message: string | null
  since: InstantMs | null
  retryAt: InstantMs | null
  grantedScopes: string[] | null
  heldCode: string | null
  heldMessage: string
  heldSince: InstantMs
}

export function withHealth(row: ShopRow): ShopWithHealth {
  const { state, healthCode, message, since, retryAt, grantedScopes, heldCode, heldMessage, heldSince, ...shop } = row
  const held = heldCode === null ? null : { code: heldCode, message: heldMessage, since: heldSince }
  return { ...shop, health: { state, code: healthCode, message, since, retryAt, grantedScopes, held } }
}

/** Every shop, or the one that is called so. */
export async function shopsWithHealth(sql: Sql, code: string | null = null): Promise<ShopRow[]> {
  return sql.query<ShopRow>(
    `select s.code, s.name, s.api_url as "apiUrl", s.api_version as "apiVersion", coalesce(s.access_scope, 'read_only') as "accessScope",
            s.access_scope is not null as "isAccessScopeSet", s.is_enabled as "isEnabled",
            s.catalog_read_at as "catalogReadAt",
            (select count(*) from catalog.location l where l.shop_id = s.shop_id and l.is_active) as locations,
            (select count(*) from catalog.location_mapping m where m.shop_id = s.shop_id) as "locationsMapped",
            (select count(*) from catalog.item_link l where l.shop_id = s.shop_id) as "itemsLinked",
            w.known_until as "ordersKnownUntil",
            coalesce(h.state, 'unknown') as state, h.code as "healthCode", h.message, h.since, h.retry_at as "retryAt",
            h.granted_scopes as "grantedScopes", h.held_code as "heldCode", h.held_message as "heldMessage", h.held_since as "heldSince",
            (select count(*) from outbox.intent i
              where i.shop_id = s.shop_id and i.state <> 'confirmed' and i.state in ('pending', 'sending')) as waiting
       from catalog.shop s
       left join orders.watermark w using (shop_id)
       left join channel.health h using (shop_id)
      where $1::text is null or s.code = $1
      order by s.code`,
    [code],
  )
}
