import type { Sql, Tx } from '../db/connection.ts'
import { raiseHead } from '../db/cursor.ts'
import type { Candidate } from './near.ts'
import { catalogChanged, NAMES_HEAD } from './store.ts'

export type Known = Candidate & { name: string }

/** How many neighbours in the order of names are looked at on either side. */
const NEIGHBOURS_MAX = 5

/** Products that could be meant by these names: alike but for case, dashes and zeroes, of another type, or next to them in order. */
export async function candidates(sql: Sql, unknown: readonly Candidate[]): Promise<(Known & { of: number })[]> {
  return sql.query<Known & { of: number }>(
    `with asked as (select * from unnest($1::text[], $2::text[]) with ordinality as a (type, value, place))
     select a.place - 1 as of, found.type, found.value, p.name
       from asked a
       cross join lateral (
         (select type, value, product_id from catalog.product_identifier i where i.value = a.value limit ${NEIGHBOURS_MAX})
         union
         (select type, value, product_id from catalog.product_identifier i
           where ltrim(regexp_replace(upper(i.value), '[^A-Z0-9]+', '', 'g'), '0') = ltrim(regexp_replace(upper(a.value), '[^A-Z0-9]+', '', 'g'), '0')
             and a.value ~ '[A-Za-z1-9]' limit ${NEIGHBOURS_MAX})
         union
         (select type, value, product_id from catalog.product_identifier i
           where i.type = a.type and i.value > a.value order by i.value limit ${NEIGHBOURS_MAX})
         union
         (select type, value, product_id from catalog.product_identifier i
           where i.type = a.type and i.value < a.value order by i.value desc limit ${NEIGHBOURS_MAX})
       ) found
       join catalog.product p using (product_id)`,
    [unknown.map(one => one.type), unknown.map(one => one.value)],
  )
}

export type FacilityName = { code: string; name: string; externalId: string | null }

export async function facilityNames(sql: Sql): Promise<FacilityName[]> {
  return sql.query<FacilityName>('select code, name, external_id as "externalId" from catalog.facility order by code')
}

/** Which product goes by this name; null: none. */
export async function productCalled(sql: Sql, name: Candidate): Promise<{ productId: number; name: string } | null> {
  const rows = await sql.query<{ productId: number; name: string }>(
    `select product_id as "productId", p.name from catalog.product_identifier i join catalog.product p using (product_id)
      where i.type = upper($1) and i.value = $2`,
    [name.type, name.value],
  )
  return rows[0] ?? null
}

/** A product goes by one more name. The caller has seen that nobody else does. */
export async function addIdentifier(tx: Tx, productId: number, name: Candidate): Promise<void> {
  await tx.query('insert into catalog.product_identifier (type, value, product_id) values (upper($1), $2, $3)', [
    name.type,
    name.value,
    productId,
  ])
  await raiseHead(tx, NAMES_HEAD)
  await catalogChanged(tx)
}

/** A facility goes by one more name. False: there is no facility of that code, or another one has the name. */
export async function addFacilityAlias(tx: Tx, code: string, value: string): Promise<boolean> {
  const rows = await tx.query(
    `insert into catalog.facility_alias (value, facility_id)
     select $2, facility_id from catalog.facility where code = $1
        and not exists (select 1 from catalog.facility other where other.code = $2 or other.external_id = $2)
     on conflict do nothing returning 1`,
    [code, value],
  )
  if (rows.length > 0) await catalogChanged(tx)
  return rows.length > 0
}
