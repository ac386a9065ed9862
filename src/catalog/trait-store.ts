import type { Tx } from '../db/connection.ts'
import { readCursor } from '../db/cursor.ts'
import { PRODUCTS_HEAD, publishProducts } from './kit-store.ts'

/** How a file describes a product. A field that is left out stays as it is. Case and outer blanks do not count. */
export type ProductTraits = {
  productId: number
  type?: string | null
  vendor?: string | null
  tags?: readonly string[]
  features?: readonly string[]
}

/** Keeps how files describe these products, in front of what shops say. Gives how many descriptions changed. */
export async function setTraits(tx: Tx, traits: readonly ProductTraits[]): Promise<number> {
  const rows = [...new Map(traits.map(row => [row.productId, row])).values()]
  await readCursor(tx, PRODUCTS_HEAD)
  const [kept] = await tx.query<{ changed: number }>(
    `with given as (
       select * from unnest($1::integer[], $2::text[], $3::boolean[], $4::text[], $5::boolean[], $6::text[], $7::boolean[], $8::text[], $9::boolean[])
         as g (product_id, type, has_type, vendor, has_vendor, tags, has_tags, features, has_features)
     ), kept as (
       insert into catalog.product_trait as t (product_id, source, type, vendor, tags, features)
       select g.product_id, 'file',
              case when has_type then lower(nullif(btrim(g.type), '')) else k.type end,
              case when has_vendor then lower(nullif(btrim(g.vendor), '')) else k.vendor end,
              case when has_tags then g.tags::text[] else coalesce(k.tags, '{}') end,
              case when has_features then g.features::text[] else coalesce(k.features, '{}') end
         from given g left join catalog.product_trait k on k.product_id = g.product_id and k.source = 'file'
       on conflict (product_id, source) do update
          set type = excluded.type, vendor = excluded.vendor, tags = excluded.tags, features = excluded.features
        where (t.type, t.vendor, t.tags, t.features) is distinct from (excluded.type, excluded.vendor, excluded.tags, excluded.features)
       returning product_id
     ), changed as (
       insert into catalog.product_change (product_id, seq) select product_id, nextval('catalog.setting_seq') from kept
       on conflict (product_id) do update set seq = excluded.seq
       returning 1
     )
     select count(*) as changed from changed`,
    [
      rows.map(row => row.productId),
      ...[rows.map(row => row.type ?? null), rows.map(row => row.type !== undefined)],
      ...[rows.map(row => row.vendor ?? null), rows.map(row => row.vendor !== undefined)],
      ...[rows.map(row => asArray(row.tags ?? [])), rows.map(row => row.tags !== undefined)],
      ...[rows.map(row => asArray(row.features ?? [])), rows.map(row => row.features !== undefined)],
    ],
  )
  await publishProducts(tx)
  return kept?.changed ?? 0
}

/** An array as PostgreSQL writes it in text, for lists of lists of different lengths. */
function asArray(words: readonly string[]): string {
  const known = [...new Set(words.map(word => word.trim().toLowerCase()).filter(word => word !== ''))].sort()
  return `{${known.map(word => `"${word.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/**
 * Follows what the shops say of products, after one of them was read and linked anew: how they describe them, by the SKU to
 * the letter, and which of them this shop does not track. Needs the table `classified` of `relink`.
 */
export async function followShops(tx: Tx, shopId: number): Promise<void> {
  await readCursor(tx, PRODUCTS_HEAD)
  await tx.query(
    `with said as (
       select k.product_id, min(lower(i.product_type)) as type, min(lower(i.vendor)) as vendor,
              coalesce(array_agg(distinct lower(tag) order by lower(tag)) filter (where tag is not null), '{}') as tags
         from catalog.shop_item i
         join catalog.product_identifier k on k.type = 'SKU' and k.value = i.sku
         left join lateral unnest(i.tags) as tag on true
        where i.product_type is not null or i.vendor is not null or i.tags <> '{}'
        group by k.product_id
     ), gone as (
       delete from catalog.product_trait t
        where t.source = 'shop' and not exists (select 1 from said s where s.product_id = t.product_id)
       returning product_id
     ), kept as (
       insert into catalog.product_trait as t (product_id, source, type, vendor, tags)
       select product_id, 'shop', type, vendor, tags from said
       on conflict (product_id, source) do update set type = excluded.type, vendor = excluded.vendor, tags = excluded.tags
        where (t.type, t.vendor, t.tags) is distinct from (excluded.type, excluded.vendor, excluded.tags)
       returning product_id
     ), tracked as (
       delete from catalog.untracked u
        where u.shop_id = $1
          and not exists (select 1 from classified c where c.code = 'CATALOG_ITEM_UNTRACKED' and c.product_id = u.product_id)
       returning product_id
     ), untracked as (
       insert into catalog.untracked (shop_id, product_id)
       select distinct $1::integer, product_id from classified where code = 'CATALOG_ITEM_UNTRACKED'
       on conflict do nothing
       returning product_id
     )
     insert into catalog.product_change (product_id, seq)
     select product_id, nextval('catalog.setting_seq')
       from (select product_id from gone union select product_id from kept union select product_id from tracked union select product_id from untracked) c
     on conflict (product_id) do update set seq = excluded.seq`,
    [shopId],
  )
  await publishProducts(tx)
}
