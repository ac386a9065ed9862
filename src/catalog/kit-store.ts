import type { Sql, Tx } from '../db/connection.ts'
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

export async function productOfSku(sql: Sql, sku: string): Promise<{ productId: number; name: string } | null> {
  const rows = await sql.query<{ productId: number; name: string }>(
    `select p.product_id as "productId", p.name from catalog.product_identifier i join catalog.product p using (product_id)
      where i.type = 'SKU' and i.value = $1`,
    [sku],
  )
  return rows[0] ?? null
}

export type Kit = { sku: string; name: string; components: { sku: string; name: string; units: number }[] }

const SKU_OF = (productId: string) =>
  `(select min(i.value) from catalog.product_identifier i where i.product_id = ${productId} and i.type = 'SKU')`

const KITS = `
  select coalesce(${SKU_OF('p.product_id')}, p.name) as sku, p.name,
         (select json_agg(json_build_object('sku', coalesce(${SKU_OF('c.product_id')}, c.name), 'name', c.name, 'units', k.units) order by c.product_id)
            from catalog.kit_component k join catalog.product c on c.product_id = k.component_product_id
           where k.kit_product_id = p.product_id) as components
    from catalog.product p`

const SEARCHED_KITS = `
  p.product_id in (select kit_product_id from catalog.kit_component)
  and ($1::text is null or exists (
        select 1 from catalog.product one
         where (one.product_id = p.product_id or one.product_id in (
                  select k.component_product_id from catalog.kit_component k where k.kit_product_id = p.product_id))
           and position(lower($1) in lower(one.name || ' ' || coalesce(${SKU_OF('one.product_id')}, ''))) > 0))`

export async function kitsOf(sql: Sql, of: { search: string | null; limit: number; offset: number }): Promise<Kit[]> {
  return sql.query<Kit>(`${KITS} where ${SEARCHED_KITS} order by p.name, p.product_id limit $2 offset $3`, [of.search, of.limit, of.offset])
}

export async function countKits(sql: Sql, search: string | null): Promise<number> {
  const rows = await sql.query<{ total: number }>(`select count(*) as total from catalog.product p where ${SEARCHED_KITS}`, [search])
  return rows[0]?.total ?? 0
}

/** null: it is no kit. */
export async function kitOf(sql: Sql, productId: number): Promise<Kit | null> {
  const rows = await sql.query<Kit>(
    `${KITS} where p.product_id = $1 and exists (select 1 from catalog.kit_component where kit_product_id = $1)`,
    [productId],
  )
  return rows[0] ?? null
}
