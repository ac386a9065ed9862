import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor, readCursor, setHead } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { ShopItem, ShopLocation } from './port.ts'
import { catalogChanged, NAMES_HEAD } from './store.ts'
import { followShops } from './trait-store.ts'

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

/** A location that somebody says a shop has, before the shop was read. What is known of it already stays. */
export async function declareLocation(
  tx: Tx,
  shopId: number,
  location: { locationGid: string; name: string },
  now: InstantMs,
): Promise<void> {
  await tx.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values ($1, $2, $3, true, $4)
     on conflict (shop_id, location_gid) do nothing`,
    [shopId, location.locationGid, location.name, new Date(now)],
  )
}

export type KnownLocation = { locationId: number; locationGid: string; name: string; facility: string | null; group: string | null }

/** The locations of a shop and what each stands for, by Shopify's id. */
export async function locationsKnown(sql: Sql, shopId: number): Promise<KnownLocation[]> {
  return sql.query<KnownLocation>(
    `select l.location_id as "locationId", l.location_gid as "locationGid", l.name, f.code as facility, g.code as "group"
       from catalog.location l
       left join catalog.location_mapping m using (shop_id, location_id)
       left join catalog.facility f using (facility_id)
       left join catalog.facility_group g using (group_id)
      where l.shop_id = $1 order by l.location_gid`,
    [shopId],
  )
}

/**
 * Adds one chunk of what a shop sells, as it was from `now` on. What was read of an item since stays: a whole reading may take its time.
 * Gives how many of them are new, or other than they were known to be.
 */
export async function recordItems(tx: Tx, shopId: number, items: readonly ShopItem[], now: InstantMs): Promise<number> {
  const rows = await tx.query<{ changed: number }>(
    `with given as (
       select item, max(variant) as variant, max(sku) as sku, bool_and(tracked) as tracked, bool_or(bundle) as bundle, bool_or(at_zero) as at_zero,
              max(product) as product, max(vendor) as vendor, max(type) as type, max(tags)::text[] as tags
         from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $8::boolean[], $9::text[], $10::text[], $11::text[], $12::text[])
                as given (item, variant, sku, tracked, bundle, at_zero, product, vendor, type, tags)
        group by item
     ), differing as (
       select 1 from given g left join catalog.shop_item i on i.shop_id = $1 and i.inventory_item_gid = g.item
        where (i.variant_gid, i.sku, i.is_tracked, i.is_bundle_parent, i.is_sold_at_zero, i.product_gid, i.vendor, i.product_type, i.tags)
              is distinct from (g.variant, g.sku, g.tracked, g.bundle, g.at_zero, g.product, g.vendor, g.type, g.tags)
     ), kept as (
       insert into catalog.shop_item as i
         (shop_id, inventory_item_gid, variant_gid, sku, is_tracked, is_bundle_parent, is_sold_at_zero, product_gid, vendor, product_type, tags, seen_at)
       select $1, item, variant, sku, tracked, bundle, at_zero, product, vendor, type, tags, $7 from given
       on conflict (shop_id, inventory_item_gid) do update
          set variant_gid = excluded.variant_gid, sku = excluded.sku, is_tracked = excluded.is_tracked,
              is_bundle_parent = excluded.is_bundle_parent, is_sold_at_zero = excluded.is_sold_at_zero, product_gid = excluded.product_gid,
              vendor = excluded.vendor, product_type = excluded.product_type, tags = excluded.tags, seen_at = excluded.seen_at
        where i.seen_at <= excluded.seen_at
     )
     select count(*) as changed from differing`,
    [
      shopId,
      items.map(item => item.inventoryItemGid),
      items.map(item => item.variantGid),
      items.map(item => item.sku),
      items.map(item => item.isTracked),
      items.map(item => item.isBundleParent),
      new Date(now),
      items.map(item => item.isSoldAtZero),
      items.map(item => item.productGid),
      items.map(item => item.vendor),
      items.map(item => item.productType),
      items.map(item => arrayText(item.tags)),
    ],
  )
  return rows[0]?.changed ?? 0
}

/** A list as PostgreSQL writes it: a list of lists of unequal lengths is no array. */
function arrayText(texts: readonly string[]): string {
  return `{${texts.map(text => `"${text.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`
}

/** What was asked for by name and is not there any more. Gives how many of them were known. */
export async function forgetItems(
  tx: Tx,
  shopId: number,
  asked: { inventoryItemGids: readonly string[]; productGids: readonly string[] },
  seen: readonly string[],
): Promise<number> {
  const rows = await tx.query<{ gone: number }>(
    `with gone as (
       delete from catalog.shop_item
        where shop_id = $1 and (inventory_item_gid = any ($2) or product_gid = any ($3)) and inventory_item_gid <> all ($4)
       returning 1
     )
     select count(*) as gone from gone`,
    [shopId, asked.inventoryItemGids, asked.productGids, seen],
  )
  return rows[0]?.gone ?? 0
}

export type Reading = { catalogReadAt: InstantMs | null; newsUntil: InstantMs | null }

/** When a shop was last read whole, and up to when its changes were asked for. */
export async function readingOf(sql: Sql, shopId: number): Promise<Reading> {
  const rows = await sql.query<Reading>(
    'select catalog_read_at as "catalogReadAt", news_until as "newsUntil" from catalog.shop where shop_id = $1',
    [shopId],
  )
  return rows[0] ?? { catalogReadAt: null, newsUntil: null }
}

export async function moveNews(tx: Tx, shopId: number, until: InstantMs): Promise<void> {
  await tx.query('update catalog.shop set news_until = $2 where shop_id = $1', [shopId, new Date(until)])
}

/** Ends a whole reading of a shop's catalogue: what was not seen in it is gone. */
export async function finishReading(tx: Tx, shopId: number, startedAt: InstantMs): Promise<void> {
  await tx.query('delete from catalog.shop_item where shop_id = $1 and seen_at < $2', [shopId, new Date(startedAt)])
  await tx.query('update catalog.shop set catalog_read_at = $2 where shop_id = $1', [shopId, new Date(startedAt)])
}

/** Whether an item `i` is among what `c` chooses. The specification is `isChosen`. */
export const IS_CHOSEN = `(c.shop_id is null or cardinality(c.tags || c.vendors || c.product_types || c.skus) = 0
  or exists (select 1 from unnest(c.tags) one join unnest(i.tags) tag on lower(btrim(one)) = lower(btrim(tag)))
  or exists (select 1 from unnest(c.vendors) one where lower(btrim(one)) = lower(btrim(i.vendor)))
  or exists (select 1 from unnest(c.product_types) one where lower(btrim(one)) = lower(btrim(i.product_type)))
  or i.sku = any (c.skus))`

const linkedUpTo = (shopId: number): string => `catalog:linked:${shopId}`

/** Whether products came, or were named, that no linking of this shop has seen: one that ran at the same moment cannot have. */
export async function isLinkingBehind(sql: Sql, shopId: number): Promise<boolean> {
  return (await peekCursor(sql, linkedUpTo(shopId))) < (await peekCursor(sql, NAMES_HEAD))
}

/**
 * Says what each item is, in one statement; `linkItems` in identity.ts is the specification. Gives the number of links. `isChosenAnew`: a
 * person has said what becomes of all that is not chosen; else what is linked stays so until somebody has.
 */
export async function relink(
  tx: Tx,
  shopId: number,
  now: InstantMs,
  { isChosenAnew = false } = {},
): Promise<{ links: number; findings: number; changed: boolean }> {
  // One after the other: what somebody else links at this moment would be taken for a link that nothing speaks for.
  await readCursor(tx, linkedUpTo(shopId))
  // Before the products are looked at: what comes later, or is not committed yet, is linked by the next look.
  const productsUpTo = await peekCursor(tx, NAMES_HEAD)
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
            end as code, i.is_sold_at_zero, coalesce(${IS_CHOSEN}, false) as is_chosen
       from catalog.shop_item i
       left join sku on sku.value = i.sku
       left join near on near.folded = lower(regexp_replace(i.sku, '\\s+', '', 'g'))
       left join catalog.shop_choice c on c.shop_id = i.shop_id
      where i.shop_id = $1 and (${IS_CHOSEN} or (not $2::boolean and exists (
              select 1 from catalog.item_link l where l.shop_id = i.shop_id and l.inventory_item_gid = i.inventory_item_gid)))`,
    [shopId, isChosenAnew],
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
       select $1::integer, 'CATALOG_ITEM_SOLD_AT_ZERO', coalesce(sku, ''), inventory_item_gid, product_id, '', $2::timestamptz
         from classified where code is null and is_sold_at_zero
       union all
       select $1::integer, 'CATALOG_ITEM_LEFT_CHOICE', coalesce(sku, ''), inventory_item_gid, product_id, '', $2::timestamptz
         from classified where code is null and not is_chosen
       union all
       select $1::integer, 'CATALOG_PRODUCT_NOT_IN_SHOP', min(p.value), null, p.product_id, '', $2::timestamptz
         from catalog.product_identifier p
        where p.type = 'SKU'
        group by p.product_id
       having not bool_or(exists (select 1 from catalog.shop_item i where i.shop_id = $1 and i.sku = p.value))
       returning 1
     ) select count(*) as findings from found`,
    [shopId, new Date(now)],
  )
  await followShops(tx, shopId)
  const changed = (counts?.removed ?? 0) + (added?.added ?? 0) > 0
  if (changed) await catalogChanged(tx)
  await setHead(tx, linkedUpTo(shopId), productsUpTo)
  return { links: added?.links ?? 0, findings: findings?.findings ?? 0, changed }
}
