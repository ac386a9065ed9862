import type { Sql } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import { mappingCheck } from '../http/contract/shop-care.ts'
import { adminUrl } from './admin-url.ts'
import { checkMapping, type MappedLocation, type StockedFacility } from './mapping-check.ts'
import { knownShop } from './shop-routes.ts'

/** How the locations of a shop stand for facilities, what is wrong with it, and what hangs on it. */
export function mappingRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/mapping',
      summary: 'The locations of a shop with what they show, and what is wrong with the mapping, with the units at stake',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      answer: mappingCheck,
      wholeLists: ['locations', 'problems'],
      async handle({ params }) {
        const { shopId, apiUrl } = await knownShop(db, params.code)
        const locations = await locationsOf(db, shopId)
        const facilities = await facilitiesOf(db)
        return {
          facilityNames: Object.fromEntries(facilities.filter(one => one.name !== one.facility).map(one => [one.facility, one.name])),
          locations: locations.map(({ locationGid, ...location }) => ({
            ...{ ...location, facilities: [...location.facilities] },
            link: adminUrl(apiUrl, { kind: 'location', locationGid }),
          })),
          problems: checkMapping(locations, facilities).map(problem => ({
            code: problem.code,
            location: 'location' in problem ? problem.location : null,
            facility: 'facility' in problem ? problem.facility : null,
            locations: 'locations' in problem ? [...problem.locations] : [],
            units: problem.units,
          })),
        }
      },
    }),
  ]
}

type Location = MappedLocation & { locationGid: string; group: string | null; levels: number }

async function locationsOf(sql: Sql, shopId: number): Promise<Location[]> {
  return sql.query<Location>(
    `select l.location_id as "locationId", l.location_gid as "locationGid", l.name, l.is_active as "isActive",
            l.is_fulfillment_service as "isFulfillmentService", g.code as "group",
            coalesce(array(
              select f.code from catalog.facility f
               where f.facility_id = m.facility_id
                  or (f.closed_at is null and exists (select 1 from catalog.facility_group_member x
                              where x.group_id = m.group_id and x.facility_id = f.facility_id and x.thru_at is null))
               order by f.code), '{}') as facilities,
            coalesce(t.units, 0) as "promisedUnits", coalesce(t.levels, 0) as levels
       from catalog.location l
       left join catalog.location_mapping m using (shop_id, location_id)
       left join catalog.facility_group g on g.group_id = m.group_id
       left join lateral (
         select sum(greatest(sellable_units, 0)) as units, count(*) as levels
           from availability.target t where t.shop_id = l.shop_id and t.location_id = l.location_id) t on m.location_id is not null
      where l.shop_id = $1
      order by l.is_active desc, l.name, l.location_id`,
    [shopId],
  )
}

async function facilitiesOf(sql: Sql): Promise<(StockedFacility & { name: string })[]> {
  return sql.query<StockedFacility & { name: string }>(
    `select f.code as facility, f.name, coalesce(sum(p.on_hand_units) filter (where p.counted_at is not null), 0) as "onHandUnits"
       from catalog.facility f
       left join inventory.position p using (facility_id)
      where f.type not in ('VIRTUAL_FACILITY', 'CONFIGURATION') and f.closed_at is null
      group by f.code, f.name order by f.code`,
  )
}
