import type { Sql, Tx } from '../db/connection.ts'
import { alreadyMapped, facilityClosed, facilityNotFound, groupNotFound, locationNotFound } from './not-as-asked.ts'

/** What a location can stand for: one of the two is null. */
export type StandsFor = { facilityId: number | null; groupId: number | null }

/** A location, and the code of what it stands for; both null: of nothing. */
export type Before = { location: string; facility: string | null; group: string | null }

export type WantedMapping = { shopId: number; shop: string; locationId: number; facility: string | null; group: string | null }

/**
 * What a location is to stand for, and what it stands for now. Throws where one of them is unknown or
 * closed, or stands for another location of the shop already.
 */
export async function mappingWanted(tx: Tx, wanted: WantedMapping): Promise<StandsFor & { before: Before }> {
  const { shopId, shop, locationId, facility, group } = wanted
  // Two people may map at once: one after the other, so that the second is told what the first did.
  await lockMappings(tx, shopId)
  const locations = await locationsOf(tx, shopId)
  const location = locations.find(each => each.locationId === locationId)
  if (location === undefined) throw locationNotFound(shop, locationId)
  const facilityId = facility === null ? null : await openFacilityCalled(tx, facility)
  const groupId = group === null ? null : await groupCalled(tx, group)
  if (group !== null && groupId === null) throw groupNotFound(group)
  const other = locations.find(
    each => each.locationId !== locationId && (facility === null ? each.group === group : each.facility === facility),
  )
  if (other) throw alreadyMapped({ shop, target: facility ?? group ?? '', location: other.name })
  return { facilityId, groupId, before: { location: location.name, facility: location.facility, group: location.group } }
}

/** Not `for update`: whoever only refers to the shop, as the import does while it links products, would wait for us, and we for it. */
async function lockMappings(tx: Tx, shopId: number): Promise<void> {
  await tx.query('select 1 from catalog.shop where shop_id = $1 for no key update', [shopId])
}

export type LocationRow = {
  locationId: number
  locationGid: string
  name: string
  isActive: boolean
  isFulfillmentService: boolean
  /** What it stands for, by its code. */
  facility: string | null
  group: string | null
}

export async function locationsOf(sql: Sql, shopId: number): Promise<LocationRow[]> {
  return sql.query<LocationRow>(
    `select l.location_id as "locationId", l.location_gid as "locationGid", l.name, l.is_active as "isActive",
            l.is_fulfillment_service as "isFulfillmentService", f.code as facility, g.code as "group"
       from catalog.location l
       left join catalog.location_mapping m using (shop_id, location_id)
       left join catalog.facility f using (facility_id)
       left join catalog.facility_group g using (group_id)
      where l.shop_id = $1
      order by l.is_active desc, l.name, l.location_id`,
    [shopId],
  )
}

async function openFacilityCalled(sql: Sql, code: string): Promise<number> {
  const rows = await sql.query<{ facilityId: number; isClosed: boolean }>(
    'select facility_id as "facilityId", closed_at is not null as "isClosed" from catalog.facility where code = $1',
    [code],
  )
  const [facility] = rows
  if (facility === undefined) throw facilityNotFound(code)
  if (facility.isClosed) throw facilityClosed(code)
  return facility.facilityId
}

async function groupCalled(sql: Sql, code: string): Promise<number | null> {
  const rows = await sql.query<{ groupId: number }>('select group_id as "groupId" from catalog.facility_group where code = $1', [code])
  return rows[0]?.groupId ?? null
}
