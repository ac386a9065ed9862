import type { Tx } from '../db/connection.ts'
import { readCursor, setHead } from '../db/cursor.ts'

/** Where the changes of what products are made of and how they are described end: availability follows them. */
export const PRODUCTS_HEAD = 'catalog:products'

export type KitRow = { kitProductId: number; componentProductId: number; units: number }

/**
 * Says anew what each of these kits is made of; one with no rows is a kit no more. A shared pool is a kit of one unit of
 * the pool. A component that is a kit itself is not resolved further: the caller refuses it (`kitsInConflict`).
 */
export async function setKits(tx: Tx, kitProductIds: readonly number[], rows: readonly KitRow[]): Promise<void> {
  await readCursor(tx, PRODUCTS_HEAD)
  await tx.query(
    `with given as (
       select * from unnest($2::integer[], $3::integer[], $4::integer[]) as g (kit, component, units)
     ), gone as (
       delete from catalog.kit_component k
        where k.kit_product_id = any($1::integer[])
          and not exists (select 1 from given g where g.kit = k.kit_product_id and g.component = k.component_product_id)
       returning kit_product_id, component_product_id
     ), kept as (
       insert into catalog.kit_component as k (kit_product_id, component_product_id, units) select kit, component, units from given
       on conflict (kit_product_id, component_product_id) do update set units = excluded.units where k.units <> excluded.units
       returning kit_product_id, component_product_id
     ), touched as (
       select kit_product_id as product_id from gone union select component_product_id from gone
       union select kit_product_id from kept union select component_product_id from kept
     )
     insert into catalog.product_change (product_id, seq) select product_id, nextval('catalog.setting_seq') from touched
     on conflict (product_id) do update set seq = excluded.seq`,
    [[...kitProductIds], rows.map(row => row.kitProductId), rows.map(row => row.componentProductId), rows.map(row => row.units)],
  )
  await publishProducts(tx)
}

/** Which of these would be a kit of kits: kits that are components elsewhere, or whose components are kits. */
export async function kitsInConflict(tx: Tx, rows: readonly KitRow[]): Promise<number[]> {
  const found = await tx.query<{ kit: number }>(
    `with given as (select * from unnest($1::integer[], $2::integer[]) as g (kit, component))
     select distinct kit from given g
      where exists (select 1 from given o where o.kit = g.component)
         or exists (select 1 from catalog.kit_component k where k.kit_product_id = g.component and g.component not in (select kit from given))
         or exists (select 1 from catalog.kit_component k where k.component_product_id = g.kit and k.kit_product_id not in (select kit from given))`,
    [rows.map(row => row.kitProductId), rows.map(row => row.componentProductId)],
  )
  return found.map(row => row.kit)
}

/** The head's lock, taken before the first number was drawn, makes the numbers commit in their order. */
export async function publishProducts(tx: Tx): Promise<void> {
  const rows = await tx.query<{ head: number | null }>('select max(seq) as head from catalog.product_change')
  await setHead(tx, PRODUCTS_HEAD, rows[0]?.head ?? 0)
}
