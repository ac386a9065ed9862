import type { Sql } from '../db/connection.ts'
import { TrueupError } from '../kernel/error.ts'
import { positionKey } from './document-store.ts'

/** The facility that a person means by its code or by the ERP's id for it. */
export async function facilityOf(sql: Sql, called: string): Promise<number> {
  const rows = await sql.query<{ facilityId: number }>(
    'select facility_id as "facilityId" from catalog.facility where code = $1 or external_id = $1 order by code = $1 desc limit 1',
    [called],
  )
  const found = rows[0]
  if (found === undefined)
    throw new TrueupError('CATALOG_FACILITY_NOT_FOUND', `There is no facility ${called}.`, {
      retry: 'never',
      hint: 'Use the code of a facility or the id that the ERP has for it.',
      detail: { facility: called },
    })
  return found.facilityId
}

/** The products of some lines, in their order; one that nobody knows refuses them all. */
export async function productsOf(sql: Sql, lines: readonly { idType: string; idValue: string }[]): Promise<number[]> {
  const rows = await sql.query<{ place: number; productId: number | null }>(
    `select place, p.product_id as "productId"
       from unnest($1::text[], $2::text[]) with ordinality as a (type, value, place)
       left join catalog.product_identifier p on p.type = upper(a.type) and p.value = a.value
      order by place`,
    [lines.map(line => line.idType), lines.map(line => line.idValue)],
  )
  return rows.map(({ place, productId }) => {
    const { idType, idValue } = lines[place - 1] ?? { idType: '', idValue: '' }
    if (productId === null)
      throw new TrueupError('CATALOG_SKU_NOT_FOUND', `Line ${place}: no product has ${idType} ${idValue}.`, {
        retry: 'never',
        hint: 'Use an identifier of the catalogue to the letter, or import the product first. None of the lines was booked.',
        detail: { line: place, idType, idValue },
      })
    return productId
  })
}

export type Named = { sku: string | null; product: string; facility: string }

/** How people call the positions. */
export async function namesOf(sql: Sql, positions: readonly { facilityId: number; productId: number }[]): Promise<Map<string, Named>> {
  const rows = await sql.query<Named & { facilityId: number; productId: number }>(
    `select facility_id as "facilityId", product_id as "productId", ${NAMES}
       from (select distinct * from unnest($1::integer[], $2::integer[]) as a (facility_id, product_id)) m
       join catalog.product p using (product_id) join catalog.facility f using (facility_id)`,
    [positions.map(one => one.facilityId), positions.map(one => one.productId)],
  )
  return new Map(rows.map(({ facilityId, productId, ...named }) => [positionKey({ facilityId, productId }), named]))
}

export const NAMES = `(select min(i.value) from catalog.product_identifier i where i.type = 'SKU' and i.product_id = m.product_id) as sku,
  p.name as product, f.name as facility`
