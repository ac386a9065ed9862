import type { Sql, Tx } from '../db/connection.ts'
import { type Choice, EVERYTHING } from './choice.ts'
import { IS_CHOSEN } from './reading-store.ts'

export async function choiceOf(sql: Sql, shopId: number): Promise<Choice> {
  const rows = await sql.query<Choice>(
    'select tags, vendors, product_types as "productTypes", skus from catalog.shop_choice where shop_id = $1',
    [shopId],
  )
  return rows[0] ?? EVERYTHING
}

export async function setChoice(tx: Tx, shopId: number, choice: Choice): Promise<void> {
  await tx.query(
    `insert into catalog.shop_choice (shop_id, tags, vendors, product_types, skus) values ($1, $2, $3, $4, $5)
     on conflict (shop_id) do update set tags = excluded.tags, vendors = excluded.vendors, product_types = excluded.product_types, skus = excluded.skus`,
    [shopId, choice.tags, choice.vendors, choice.productTypes, choice.skus],
  )
}

export type ChoiceCounts = { items: number; chosen: number; linked: number; leaving: number[] }

/** What a choice would come to: items of the shop, those chosen, those linked now, and the products whose link would end. */
export async function countsUnder(sql: Sql, shopId: number, choice: Choice): Promise<ChoiceCounts> {
  const rows = await sql.query<ChoiceCounts>(
    `with c as (select 1 as shop_id, $2::text[] as tags, $3::text[] as vendors, $4::text[] as product_types, $5::text[] as skus),
     judged as (
       select l.product_id, ${IS_CHOSEN} as is_chosen
         from catalog.shop_item i cross join c
         left join catalog.item_link l on l.shop_id = i.shop_id and l.inventory_item_gid = i.inventory_item_gid
        where i.shop_id = $1)
     select count(*) as items, count(*) filter (where is_chosen) as chosen, count(product_id) as linked,
            coalesce(array_agg(product_id) filter (where product_id is not null and not is_chosen), '{}') as leaving
       from judged`,
    [shopId, choice.tags, choice.vendors, choice.productTypes, choice.skus],
  )
  return rows[0] ?? { items: 0, chosen: 0, linked: 0, leaving: [] }
}
