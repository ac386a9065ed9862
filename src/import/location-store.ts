import type { Sql } from '../db/connection.ts'

/** The shops by their code. */
export async function shopsByCode(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ code: string; shopId: number }>('select code, shop_id as "shopId" from catalog.shop')
  return new Map(rows.map(({ code, shopId }) => [code, shopId]))
}

/** What locations stand for now, by the number of the location; and the facilities that are closed. */
export async function standingMappings(
  sql: Sql,
): Promise<{ at: Map<number, { facilityId: number | null; groupId: number | null }>; closed: Set<number> }> {
  const mappings = await sql.query<{ locationId: number; facilityId: number | null; groupId: number | null }>(
    'select location_id as "locationId", facility_id as "facilityId", group_id as "groupId" from catalog.location_mapping',
  )
  const closed = await sql.query<{ facilityId: number }>(
    'select facility_id as "facilityId" from catalog.facility where closed_at is not null',
  )
  return { at: new Map(mappings.map(({ locationId, ...to }) => [locationId, to])), closed: new Set(closed.map(row => row.facilityId)) }
}

/** The locations that shops have told of, by the number of the shop and Shopify's id. */
export async function locationsByGid(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ shopId: number; gid: string; locationId: number }>(
    'select shop_id as "shopId", location_gid as gid, location_id as "locationId" from catalog.location',
  )
  return new Map(rows.map(({ shopId, gid, locationId }) => [`${shopId} ${gid}`, locationId]))
}
