import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { ControlKind, ControlledLevel } from './control.ts'

/** Whether a level `of` is controlled so at `now`. The specification is `isControlled`. */
export const CONTROLLED = (kind: ControlKind, of: string, now: string) => `exists (
  select 1 from channel.control x
   where x.kind = '${kind}' and x.ended_at is null and (x.until_at is null or x.until_at > ${now})
     and (x.shop_id is null or x.shop_id = ${of}.shop_id) and (x.location_id is null or x.location_id = ${of}.location_id)
     and (x.product_id is null or x.product_id = ${of}.product_id))`

export type NewControl = {
  kind: ControlKind
  shopId: number | null
  locationId: number | null
  productId: number | null
  reason: string
  untilAt: InstantMs | null
  by: string
  now: InstantMs
}

export async function addControl(tx: Tx, given: NewControl): Promise<number> {
  const rows = await tx.query<{ controlId: number }>(
    `insert into channel.control (kind, shop_id, location_id, product_id, reason, until_at, set_by, set_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning control_id as "controlId"`,
    [
      ...[given.kind, given.shopId, given.locationId, given.productId, given.reason],
      ...[given.untilAt === null ? null : new Date(given.untilAt), given.by, new Date(given.now)],
    ],
  )
  return rows[0]?.controlId ?? 0
}

export type KeptControl = {
  controlId: number
  kind: ControlKind
  shopId: number | null
  locationId: number | null
  productId: number | null
  shop: string | null
  location: string | null
  sku: string | null
  reason: string
  untilAt: InstantMs | null
  setBy: string
  setAt: InstantMs
  endedBy: string | null
  endedAt: InstantMs | null
}

const KEPT = `select c.control_id as "controlId", c.kind, c.shop_id as "shopId", c.location_id as "locationId", c.product_id as "productId",
    s.code as shop, l.name as location,
    (select coalesce(min(k.value), p.name) from catalog.product p left join catalog.product_identifier k on k.product_id = p.product_id and k.type = 'SKU'
      where p.product_id = c.product_id group by p.name) as sku,
    c.reason, c.until_at as "untilAt", c.set_by as "setBy", c.set_at as "setAt", c.ended_by as "endedBy", c.ended_at as "endedAt"
  from channel.control c
  left join catalog.shop s on s.shop_id = c.shop_id
  left join catalog.location l on l.location_id = c.location_id`

export async function controlById(sql: Sql, controlId: number): Promise<KeptControl | null> {
  const rows = await sql.query<KeptControl>(`${KEPT} where c.control_id = $1`, [controlId])
  return rows[0] ?? null
}

/** Those in effect first, then those that ended, newest first. Of one shop: also those that are meant in every shop. */
export async function controlsOf(sql: Sql, of: { shopId: number | null; limit: number; offset: number }): Promise<KeptControl[]> {
  return sql.query<KeptControl>(
    `${KEPT} where $1::integer is null or c.shop_id = $1 or c.shop_id is null
      order by c.ended_at is not null, c.set_at desc, c.control_id desc limit $2 offset $3`,
    [of.shopId, of.limit, of.offset],
  )
}

export async function countControls(sql: Sql, shopId: number | null): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    'select count(*) as total from channel.control c where $1::integer is null or c.shop_id = $1 or c.shop_id is null',
    [shopId],
  )
  return rows[0]?.total ?? 0
}

/** False: it has ended already. */
export async function endControl(tx: Tx, controlId: number, ended: { by: string; now: InstantMs }): Promise<boolean> {
  const rows = await tx.query(
    'update channel.control set ended_by = $2, ended_at = $3 where control_id = $1 and ended_at is null returning 1',
    [controlId, ended.by, new Date(ended.now)],
  )
  return rows.length > 0
}

export async function isAnyDue(sql: Sql, now: InstantMs): Promise<boolean> {
  const rows = await sql.query('select 1 from channel.control where ended_at is null and until_at <= $1 limit 1', [new Date(now)])
  return rows.length > 0
}

/** Those whose end has come, ended. Cheap: there are few, and they are found by an index. */
export async function endDue(tx: Tx, now: InstantMs): Promise<{ controlId: number }[]> {
  return tx.query<{ controlId: number }>(
    `update channel.control set ended_by = 'its end', ended_at = until_at where ended_at is null and until_at <= $1
     returning control_id as "controlId"`,
    [new Date(now)],
  )
}

/** The levels that a control is about, as far as there is anything to tell of them. */
export async function levelsUnder(sql: Sql, controlIds: readonly number[]): Promise<ControlledLevel[]> {
  return sql.query<ControlledLevel>(
    `select distinct i.shop_id as "shopId", i.location_id as "locationId", i.product_id as "productId"
       from channel.control c
       join outbox.intent i on (c.shop_id is null or i.shop_id = c.shop_id) and (c.location_id is null or i.location_id = c.location_id)
        and (c.product_id is null or i.product_id = c.product_id)
      where c.control_id = any ($1)`,
    [controlIds],
  )
}

export type ControlAtLevel = { ofShopId: number; ofLocationId: number } & Pick<
  KeptControl,
  'controlId' | 'kind' | 'reason' | 'untilAt' | 'setBy' | 'setAt'
>

/** What is switched off at the levels of one product, for whoever explains their numbers. */
export async function controlsAtProduct(sql: Sql, productId: number, now: InstantMs): Promise<ControlAtLevel[]> {
  return sql.query<ControlAtLevel>(
    `select i.shop_id as "ofShopId", i.location_id as "ofLocationId", c.control_id as "controlId", c.kind, c.reason,
            c.until_at as "untilAt", c.set_by as "setBy", c.set_at as "setAt"
       from outbox.intent i
       join channel.control c on (c.shop_id is null or c.shop_id = i.shop_id) and (c.location_id is null or c.location_id = i.location_id)
        and (c.product_id is null or c.product_id = i.product_id)
      where i.product_id = $1 and c.ended_at is null and (c.until_at is null or c.until_at > $2)
      order by c.set_at`,
    [productId, new Date(now)],
    { name: 'channel.controls' },
  )
}
