import type { Sql, Tx } from '../db/connection.ts'
import { raiseHead } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'

/** Rises whenever a link or a mapping changes, so that later rooms look again. */
export const CATALOG_HEAD = 'catalog:head'
/** Rises when products come or are called by one more name: then what a shop sells may be linked anew. */
export const NAMES_HEAD = 'catalog:names'

export type Shop = {
  shopId: number
  code: string
  name: string
  apiUrl: string
  apiVersion: string
  accessScope: 'no_access' | 'read_only' | 'read_and_write'
  /** False: nobody chose one yet, which is read only. */
  isAccessScopeSet: boolean
  tokenSealed: string | null
  isEnabled: boolean
  catalogReadAt: InstantMs | null
}

const SHOP_COLUMNS = `shop_id as "shopId", code, name, api_url as "apiUrl", api_version as "apiVersion",
  coalesce(access_scope, 'read_only') as "accessScope", access_scope is not null as "isAccessScopeSet",
  token_sealed as "tokenSealed", is_enabled as "isEnabled", catalog_read_at as "catalogReadAt"`

export async function enabledShops(sql: Sql): Promise<Shop[]> {
  return sql.query<Shop>(`select ${SHOP_COLUMNS} from catalog.shop where is_enabled order by shop_id`)
}

/** All shops by code, also those that are switched off. */
export async function allShops(sql: Sql): Promise<Shop[]> {
  return sql.query<Shop>(`select ${SHOP_COLUMNS} from catalog.shop order by code`)
}

export async function shopById(sql: Sql, shopId: number): Promise<Shop | null> {
  const rows = await sql.query<Shop>(`select ${SHOP_COLUMNS} from catalog.shop where shop_id = $1`, [shopId])
  return rows[0] ?? null
}

export async function shopCalled(sql: Sql, code: string): Promise<Shop | null> {
  const rows = await sql.query<Shop>(`select ${SHOP_COLUMNS} from catalog.shop where code = $1`, [code])
  return rows[0] ?? null
}

/** The version of Shopify's API that a new shop is spoken to in. */
export const API_VERSION = '2026-10'

export async function addShop(
  tx: Sql,
  shop: Pick<Shop, 'code' | 'name' | 'apiUrl' | 'apiVersion' | 'tokenSealed'> & { accessScope: Shop['accessScope'] | null },
): Promise<number> {
  const rows = await tx.query<{ shopId: number }>(
    `insert into catalog.shop (code, name, api_url, api_version, access_scope, token_sealed) values ($1, $2, $3, $4, $5, $6)
     on conflict (code) do update set name = excluded.name, api_url = excluded.api_url, api_version = excluded.api_version,
            access_scope = coalesce(excluded.access_scope, catalog.shop.access_scope), token_sealed = coalesce(excluded.token_sealed, catalog.shop.token_sealed)
     returning shop_id as "shopId"`,
    [shop.code, shop.name, shop.apiUrl, shop.apiVersion, shop.accessScope, shop.tokenSealed],
  )
  return rows[0]?.shopId ?? 0
}

/** Switches a shop off, with the reason; nothing is asked of it or written to it any longer. */
export async function stopShop(tx: Tx, shopId: number, reason: string, now: InstantMs): Promise<void> {
  await tx.query('update catalog.shop set is_enabled = false, stopped_reason = $2, stopped_at = $3 where shop_id = $1', [
    shopId,
    reason,
    new Date(now),
  ])
}

/** Null: it is on. */
export async function stoppedOf(sql: Sql, shopId: number): Promise<{ reason: string; at: InstantMs } | null> {
  const rows = await sql.query<{ reason: string; at: InstantMs }>(
    'select stopped_reason as reason, stopped_at as at from catalog.shop where shop_id = $1 and stopped_at is not null and not is_enabled',
    [shopId],
  )
  return rows[0] ?? null
}

export async function startShop(tx: Tx, shopId: number): Promise<void> {
  await tx.query('update catalog.shop set is_enabled = true, stopped_reason = null, stopped_at = null where shop_id = $1', [shopId])
}

/** Says what may be done in a shop; null: nobody has chosen, which is read only. */
export async function setAccessScope(tx: Tx, shopId: number, accessScope: Shop['accessScope'] | null): Promise<void> {
  await tx.query('update catalog.shop set access_scope = $2 where shop_id = $1', [shopId, accessScope])
}

export type ProductRow = { name: string; identifiers: readonly { type: string; value: string }[] }

/**
 * Adds products and their identifiers as sets. A product is found again by any of its identifiers; one that two products
 * would share is refused by the table, not resolved by whoever comes first.
 */
export async function importProducts(tx: Tx, rows: readonly ProductRow[], now: InstantMs): Promise<number> {
  await tx.query(
    `with given as (
       select ordinal, name from unnest($1::text[]) with ordinality as g (name, ordinal)
     ), identified as (
       select ordinal, upper(type) as type, value from unnest($2::bigint[], $3::text[], $4::text[]) as i (ordinal, type, value)
     ), known as (
       select distinct i.ordinal, p.product_id from identified i join catalog.product_identifier p using (type, value)
     ), numbered as (
       select g.ordinal, g.name, nextval(pg_get_serial_sequence('catalog.product', 'product_id'))::integer as product_id
         from given g where not exists (select 1 from known k where k.ordinal = g.ordinal)
     ), added as (
       insert into catalog.product (product_id, name, created_at) overriding system value
       select product_id, name, $5 from numbered
     ), renamed as (
       update catalog.product p set name = g.name
         from known k join given g using (ordinal)
        where p.product_id = k.product_id and p.name <> g.name
     )
     insert into catalog.product_identifier (type, value, product_id)
     select i.type, i.value, coalesce(k.product_id, n.product_id)
       from identified i
       left join known k using (ordinal)
       left join numbered n using (ordinal)
     on conflict (type, value) do nothing`,
    [
      rows.map(row => row.name),
      rows.flatMap((row, index) => row.identifiers.map(() => index + 1)),
      rows.flatMap(row => row.identifiers.map(identifier => identifier.type)),
      rows.flatMap(row => row.identifiers.map(identifier => identifier.value)),
      new Date(now),
    ],
  )
  await raiseHead(tx, NAMES_HEAD)
  await catalogChanged(tx)
  return rows.length
}

/** Which of these rows name two products that are known already: their places in the list. */
export async function productsInConflict(tx: Tx, rows: readonly ProductRow[]): Promise<number[]> {
  const found = await tx.query<{ place: number }>(
    `select place from unnest($1::bigint[], $2::text[], $3::text[]) as given (place, type, value)
       join catalog.product_identifier known on known.type = upper(given.type) and known.value = given.value
      group by place having count(distinct product_id) > 1`,
    [
      rows.flatMap((row, index) => row.identifiers.map(() => index)),
      rows.flatMap(row => row.identifiers.map(identifier => identifier.type)),
      rows.flatMap(row => row.identifiers.map(identifier => identifier.value)),
    ],
  )
  return found.map(({ place }) => place)
}

export type FacilityRow = { code: string; externalId: string | null; name: string; type: string }

export async function importFacilities(tx: Tx, rows: readonly FacilityRow[], now: InstantMs): Promise<number> {
  await tx.query(
    `insert into catalog.facility (code, external_id, name, type, created_at)
     select code, external_id, name, type, $5
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given (code, external_id, name, type)
     on conflict (code) do update set external_id = excluded.external_id, name = excluded.name, type = excluded.type`,
    [rows.map(row => row.code), rows.map(row => row.externalId), rows.map(row => row.name), rows.map(row => row.type), new Date(now)],
  )
  await catalogChanged(tx)
  return rows.length
}

/** Which of these rows carry the external id of another facility: their places in the list. */
export async function facilitiesInConflict(tx: Tx, rows: readonly FacilityRow[]): Promise<number[]> {
  const found = await tx.query<{ place: number }>(
    `select place - 1 as place from unnest($1::text[], $2::text[]) with ordinality as given (code, external_id, place)
       join catalog.facility known on known.external_id = given.external_id and known.code <> given.code`,
    [rows.map(row => row.code), rows.map(row => row.externalId)],
  )
  return found.map(({ place }) => place)
}

/** What every facility is called, by us and by the sender. */
export async function facilityKeys(sql: Sql): Promise<{ facilityId: number; code: string; externalId: string | null }[]> {
  return sql.query(
    `select facility_id as "facilityId", code, external_id as "externalId" from catalog.facility
     union all
     select facility_id, value, value from catalog.facility_alias`,
  )
}

const IDENTIFIERS_PER_STATEMENT = 20_000

/** Every identifier of every product; null where there are more than that. */
export async function productKeys(
  sql: Sql,
  { most }: { most: number },
): Promise<{ type: string; value: string; productId: number }[] | null> {
  const [counted] = await sql.query<{ identifiers: number }>(
    'select count(*) as identifiers from (select 1 from catalog.product_identifier limit $1) counted',
    [most + 1],
  )
  if ((counted?.identifiers ?? 0) > most) return null
  const keys: { type: string; value: string; productId: number }[] = []
  let after = { type: '', value: '' }
  for (;;) {
    const page = await sql.query<(typeof keys)[number]>(
      `select type, value, product_id as "productId" from catalog.product_identifier
        where (type, value) > ($1, $2) order by type, value limit ${IDENTIFIERS_PER_STATEMENT}`,
      [after.type, after.value],
    )
    for (const key of page) keys.push(key)
    const last = page.at(-1)
    if (!last || page.length < IDENTIFIERS_PER_STATEMENT) return keys
    after = last
  }
}

/** Where orders wait that no facility holds yet. They hold no stock, and no channel sells from them. */
const PARKINGS = [
  ['_NA_', 'Brokering queue'],
  ['PRE_ORDER_PARKING', 'Pre-order parking'],
  ['BACKORDER_PARKING', 'Backorder parking'],
] as const

/** Makes the parkings, unless they are there. Nothing that is promised depends on them. */
export async function addParkings(tx: Tx, now: InstantMs): Promise<void> {
  await tx.query(
    `insert into catalog.facility (code, name, type, created_at)
     select code, name, 'VIRTUAL_FACILITY', $3 from unnest($1::text[], $2::text[]) as given (code, name)
     on conflict (code) do nothing`,
    [PARKINGS.map(([code]) => code), PARKINGS.map(([, name]) => name), new Date(now)],
  )
}

/** Makes a channel group of these facilities, from now on. */
export async function addChannelGroup(
  tx: Tx,
  group: { code: string; name: string; facilityCodes: readonly string[]; now: InstantMs },
): Promise<number> {
  const rows = await tx.query<{ groupId: number }>(
    `insert into catalog.facility_group (code, name, type) values ($1, $2, 'CHANNEL_FAC_GROUP')
     on conflict (code) do update set name = excluded.name returning group_id as "groupId"`,
    [group.code, group.name],
  )
  const groupId = rows[0]?.groupId ?? 0
  await tx.query(
    `insert into catalog.facility_group_member (group_id, facility_id, from_at)
     select $1, f.facility_id, $3 from catalog.facility f
      where f.code = any($2::text[])
        and not exists (select 1 from catalog.facility_group_member m where m.group_id = $1 and m.facility_id = f.facility_id and m.thru_at is null)`,
    [groupId, [...group.facilityCodes], new Date(group.now)],
  )
  await catalogChanged(tx)
  return groupId
}

/** Maps a location to one facility, or to one group as its aggregate. */
export async function mapLocation(
  tx: Tx,
  mapping: { shopId: number; locationId: number; facilityId: number | null; groupId: number | null },
): Promise<void> {
  await tx.query(
    `insert into catalog.location_mapping (shop_id, location_id, facility_id, group_id) values ($1, $2, $3, $4)
     on conflict (shop_id, location_id) do update set facility_id = excluded.facility_id, group_id = excluded.group_id`,
    [mapping.shopId, mapping.locationId, mapping.facilityId, mapping.groupId],
  )
  await catalogChanged(tx)
}

/** From now on the location stands for nothing: its stock is left as it is. */
export async function unmapLocation(tx: Tx, shopId: number, locationId: number): Promise<void> {
  await tx.query('delete from catalog.location_mapping where shop_id = $1 and location_id = $2', [shopId, locationId])
  await catalogChanged(tx)
}

export async function isMapped(sql: Sql, shopId: number, locationId: number): Promise<boolean> {
  const rows = await sql.query('select 1 from catalog.location_mapping where shop_id = $1 and location_id = $2', [shopId, locationId])
  return rows.length > 0
}

/** Tells later rooms that a name, a link or a mapping changed. */
export async function catalogChanged(tx: Tx): Promise<void> {
  await raiseHead(tx, CATALOG_HEAD)
}

/** Shops whose catalogue was never read; what is unlinked counts as stuck, since it waits for a person. */
export async function catalogStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<{ unread: number; unlinked: number }>(
    `select (select count(*) from catalog.shop where is_enabled and catalog_read_at is null) as unread,
            (select count(*) from catalog.link_finding where code in ('CATALOG_SKU_DUPLICATE', 'CATALOG_SKU_NEAR')) as unlinked`,
  )
  return { backlog: rows[0]?.unread ?? 0, oldestAt: null, stuck: rows[0]?.unlinked ?? 0 }
}
