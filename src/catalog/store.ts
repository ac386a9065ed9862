import type { Sql, Tx } from '../db/connection.ts'
import { raiseHead } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { ShopItem, ShopLocation } from './port.ts'

/** Rises whenever a link or a mapping changes, so that later rooms look again. */
export const CATALOG_HEAD = 'catalog:head'

export type Shop = {
  shopId: number
  code: string
  name: string
  apiUrl: string
  apiVersion: string
  accessScope: 'no_access' | 'read_only' | 'read_and_write'
  tokenSealed: string | null
  isEnabled: boolean
  catalogReadAt: InstantMs | null
}

const SHOP_COLUMNS = `shop_id as "shopId", code, name, api_url as "apiUrl", api_version as "apiVersion", access_scope as "accessScope",
  token_sealed as "tokenSealed", is_enabled as "isEnabled", catalog_read_at as "catalogReadAt"`

export async function enabledShops(sql: Sql): Promise<Shop[]> {
  return sql.query<Shop>(`select ${SHOP_COLUMNS} from catalog.shop where is_enabled order by shop_id`)
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
  shop: Pick<Shop, 'code' | 'name' | 'apiUrl' | 'apiVersion' | 'accessScope' | 'tokenSealed'>,
): Promise<number> {
  const rows = await tx.query<{ shopId: number }>(
    `insert into catalog.shop (code, name, api_url, api_version, access_scope, token_sealed) values ($1, $2, $3, $4, $5, $6)
     on conflict (code) do update set name = excluded.name, api_url = excluded.api_url, api_version = excluded.api_version,
            access_scope = excluded.access_scope, token_sealed = excluded.token_sealed
     returning shop_id as "shopId"`,
    [shop.code, shop.name, shop.apiUrl, shop.apiVersion, shop.accessScope, shop.tokenSealed],
  )
  return rows[0]?.shopId ?? 0
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
  return sql.query('select facility_id as "facilityId", code, external_id as "externalId" from catalog.facility')
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

/** Replaces what is known of a shop's locations; one that is gone stays as inactive, since a mapping may point at it. */
export async function recordLocations(tx: Tx, shopId: number, locations: readonly ShopLocation[], now: InstantMs): Promise<void> {
  await tx.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, is_fulfillment_service, seen_at)
     select $1, gid, name, active, service, $6
       from unnest($2::text[], $3::text[], $4::boolean[], $5::boolean[]) as given (gid, name, active, service)
     on conflict (shop_id, location_gid) do update
        set name = excluded.name, is_active = excluded.is_active, is_fulfillment_service = excluded.is_fulfillment_service, seen_at = excluded.seen_at`,
    [
      shopId,
      locations.map(location => location.locationGid),
      locations.map(location => location.name),
      locations.map(location => location.isActive),
      locations.map(location => location.isFulfillmentService),
      new Date(now),
    ],
  )
  await tx.query('update catalog.location set is_active = false where shop_id = $1 and seen_at < $2 and is_active', [shopId, new Date(now)])
}

/** Adds one chunk of what a shop sells. */
export async function recordItems(tx: Tx, shopId: number, items: readonly ShopItem[], now: InstantMs): Promise<void> {
  await tx.query(
    `insert into catalog.shop_item (shop_id, inventory_item_gid, variant_gid, sku, is_tracked, is_bundle_parent, seen_at)
     select $1, item, max(variant), max(sku), bool_and(tracked), bool_or(bundle), $7
       from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[]) as given (item, variant, sku, tracked, bundle)
      group by item
     on conflict (shop_id, inventory_item_gid) do update
        set variant_gid = excluded.variant_gid, sku = excluded.sku, is_tracked = excluded.is_tracked,
            is_bundle_parent = excluded.is_bundle_parent, seen_at = excluded.seen_at`,
    [
      shopId,
      items.map(item => item.inventoryItemGid),
      items.map(item => item.variantGid),
      items.map(item => item.sku),
      items.map(item => item.isTracked),
      items.map(item => item.isBundleParent),
      new Date(now),
    ],
  )
}

/** Ends a whole reading of a shop's catalogue: what was not seen in it is gone. */
export async function finishReading(tx: Tx, shopId: number, startedAt: InstantMs): Promise<void> {
  await tx.query('delete from catalog.shop_item where shop_id = $1 and seen_at < $2', [shopId, new Date(startedAt)])
  await tx.query('update catalog.shop set catalog_read_at = $2 where shop_id = $1', [shopId, new Date(startedAt)])
}

/** Says what each item is, in one statement; `linkItems` in identity.ts is the specification. Gives the number of links. */
export async function relink(tx: Tx, shopId: number, now: InstantMs): Promise<{ links: number; findings: number; changed: boolean }> {
  await tx.query(
    `create temp table classified on commit drop as
     with sku as (select value, product_id from catalog.product_identifier where type = 'SKU'),
     near as (select distinct lower(regexp_replace(value, '\\s+', '', 'g')) as folded from sku)
     select i.inventory_item_gid, i.sku, sku.product_id,
            case
              when i.sku is null or btrim(i.sku, E' \\t\\r\\n') = '' then 'CATALOG_ITEM_NO_SKU'
              when sku.product_id is null and near.folded is not null then 'CATALOG_SKU_NEAR'
              when sku.product_id is null then 'CATALOG_ITEM_NOT_IN_ERP'
              when count(*) over (partition by i.sku) > 1 or count(*) over (partition by sku.product_id) > 1 then 'CATALOG_SKU_DUPLICATE'
              when i.is_bundle_parent then 'CATALOG_ITEM_BUNDLE_PARENT'
              when not i.is_tracked then 'CATALOG_ITEM_UNTRACKED'
            end as code
       from catalog.shop_item i
       left join sku on sku.value = i.sku
       left join near on near.folded = lower(regexp_replace(i.sku, '\\s+', '', 'g'))
      where i.shop_id = $1`,
    [shopId],
  )
  const [counts] = await tx.query<{ removed: number; added: number; links: number }>(
    `with removed as (
       delete from catalog.item_link l
        where l.shop_id = $1 and not exists (
          select 1 from classified c where c.code is null and c.product_id = l.product_id and c.inventory_item_gid = l.inventory_item_gid)
       returning 1
     ) select (select count(*) from removed) as removed, 0 as added, 0 as links`,
    [shopId],
  )
  const [added] = await tx.query<{ added: number; links: number }>(
    `with added as (
       insert into catalog.item_link (shop_id, product_id, inventory_item_gid)
       select $1, product_id, inventory_item_gid from classified where code is null
       on conflict do nothing
       returning 1
     ) select (select count(*) from added) as added, (select count(*) from classified where code is null) as links`,
    [shopId],
  )
  await tx.query('delete from catalog.link_finding where shop_id = $1', [shopId])
  const [findings] = await tx.query<{ findings: number }>(
    `with found as (
       insert into catalog.link_finding (shop_id, code, sku, inventory_item_gid, product_id, detail, found_at)
       select $1::integer, code, coalesce(sku, ''), inventory_item_gid, product_id, '', $2::timestamptz from classified where code is not null
       union all
       select $1::integer, 'CATALOG_PRODUCT_NOT_IN_SHOP', min(p.value), null, p.product_id, '', $2::timestamptz
         from catalog.product_identifier p
        where p.type = 'SKU'
        group by p.product_id
       having not bool_or(exists (select 1 from classified c where c.sku = p.value))
       returning 1
     ) select count(*) as findings from found`,
    [shopId, new Date(now)],
  )
  const changed = (counts?.removed ?? 0) + (added?.added ?? 0) > 0
  if (changed) await catalogChanged(tx)
  return { links: added?.links ?? 0, findings: findings?.findings ?? 0, changed }
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
