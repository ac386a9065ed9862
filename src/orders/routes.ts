import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { ordersList, type ordersOfShop } from '../http/contract/shop.ts'

/** Up to when each shop's orders are known, and what they hold. */
export function ordersRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/orders',
      summary: 'Per shop: up to when its orders are known, and how much they hold',
      tag: 'orders',
      role: 'viewer',
      answer: ordersList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await ordersOfShops(db) }),
    }),
  ]
}

async function ordersOfShops(sql: Sql): Promise<Answer<typeof ordersOfShop>[]> {
  return sql.query(
    `select s.code as shop, w.known_until as "knownUntil", w.polled_at as "polledAt", w.asked_at as "askedAt", w.code, w.message,
            coalesce(o.orders, 0) as orders, coalesce(o.units, 0) as "openUnits"
       from catalog.shop s
       left join orders.watermark w using (shop_id)
       left join lateral (
         select count(distinct order_gid) as orders, sum(open_units) as units
           from orders.open_line l where l.shop_id = s.shop_id and open_units > 0
       ) o on true
      order by s.code`,
  )
}
