import type { Sql } from '../db/connection.ts'

/** The shops by their code. */
export async function shopsByCode(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ code: string; shopId: number }>('select code, shop_id as "shopId" from catalog.shop')
  return new Map(rows.map(({ code, shopId }) => [code, shopId]))
}

/** The locations that shops have told of, by the number of the shop and Shopify's id. */
export async function locationsByGid(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ shopId: number; gid: string; locationId: number }>(
    'select shop_id as "shopId", location_gid as gid, location_id as "locationId" from catalog.location',
  )
  return new Map(rows.map(({ shopId, gid, locationId }) => [`${shopId} ${gid}`, locationId]))
}
