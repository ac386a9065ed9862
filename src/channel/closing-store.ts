import type { Sql } from '../db/connection.ts'

export type OwnLocation = { shopId: number; shop: string; locationId: number; location: string; levels: number; units: number }

/** Where shops show a facility alone: how many levels they are told there, and how many units those show together. */
export async function ownLocationsOf(sql: Sql, facilityId: number): Promise<OwnLocation[]> {
  return sql.query<OwnLocation>(
    `select m.shop_id as "shopId", s.code as shop, m.location_id as "locationId", l.name as location, told.levels, told.units
       from catalog.location_mapping m
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = m.location_id
       cross join lateral (
         select count(*) as levels, coalesce(sum(greatest(i.units, 0)), 0) as units from outbox.intent i
          where i.shop_id = m.shop_id and i.location_id = m.location_id and i.inventory_item_gid is not null) told
      where m.facility_id = $1 order by s.code, l.name`,
    [facilityId],
  )
}

/** The groups that sell what lies there together with others, and the locations that show them. */
export async function groupsWith(sql: Sql, facilityId: number): Promise<{ group: string; locations: string[] }[]> {
  return sql.query(
    `select g.code as "group", array(select s.code || ' / ' || l.name from catalog.location_mapping m join catalog.shop s using (shop_id)
              join catalog.location l on l.location_id = m.location_id where m.group_id = g.group_id order by 1) as locations
       from catalog.facility_group g
      where exists (select 1 from catalog.facility_group_member x where x.group_id = g.group_id and x.facility_id = $1 and x.thru_at is null)
      order by g.code`,
    [facilityId],
  )
}

/** Units that lie there and are free, of everything that was counted. */
export async function freeUnitsAt(sql: Sql, facilityId: number): Promise<number> {
  const rows = await sql.query<{ units: number }>(
    `select coalesce(sum(greatest(on_hand_units - reserved_units, 0)), 0) as units from inventory.position
      where facility_id = $1 and counted_at is not null`,
    [facilityId],
  )
  return rows[0]?.units ?? 0
}

/** Whether a location is on its way to stand for a facility. */
export async function isMovedTo(sql: Sql, facilityId: number): Promise<boolean> {
  const rows = await sql.query('select 1 from channel.leaving where to_facility_id = $1 and done_at is null limit 1', [facilityId])
  return rows.length > 0
}
