import type { Sql } from '../db/connection.ts'
import { type WaitingOfShop, waitingToBeReadBack } from './tally-store.ts'

/** What waits for each shop in the rooms that work shop by shop, by room. A shop of which nothing waits is left out. */
export async function waitingOfShops(sql: Sql): Promise<ReadonlyMap<string, ReadonlyMap<string, WaitingOfShop>>> {
  const rooms = {
    channel: await toBeSent(sql),
    orders: await toBeAsked(sql),
    catalog: await neverRead(sql),
    reconcile: await waitingToBeReadBack(sql),
  }
  return new Map(Object.entries(rooms).map(([room, rows]) => [room, new Map(rows.map(row => [row.shop, row]))]))
}

async function toBeSent(sql: Sql): Promise<WaitingOfShop[]> {
  return sql.query<WaitingOfShop>(
    `select s.code as shop, count(*) as backlog, min(i.created_at) as "oldestAt", sum(abs(i.units - coalesce(o.shop_units, 0))) as units
       from outbox.intent i
       join catalog.shop s using (shop_id)
       left join reconcile.observation o on o.shop_id = i.shop_id and o.location_id = i.location_id and o.product_id = i.product_id
      where i.state <> 'confirmed' and i.state in ('pending', 'sending')
      group by s.code`,
  )
}

async function toBeAsked(sql: Sql): Promise<WaitingOfShop[]> {
  return sql.query<WaitingOfShop>(
    `select s.code as shop, 1 as backlog, w.asked_at as "oldestAt", null as units
       from orders.watermark w join catalog.shop s using (shop_id)
      where w.asked_at is not null`,
  )
}

async function neverRead(sql: Sql): Promise<WaitingOfShop[]> {
  return sql.query<WaitingOfShop>(
    `select code as shop, 1 as backlog, null as "oldestAt", null as units from catalog.shop where is_enabled and catalog_read_at is null`,
  )
}
