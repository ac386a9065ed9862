import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { ChannelTerms, FacilityTerms } from './availability.ts'

export type TargetTerms = {
  shopId: number
  locationId: number
  productId: number
  shop: string
  location: string
  kind: 'facility' | 'group'
  /** The stored number, which the explanation has to add up to. */
  sellableUnits: number
  deficitUnits: number
  revision: number
  changedAt: InstantMs
} & ChannelTerms

/** What is there of a product or a part of it at a facility, and what is kept back, as one JSON object. */
const STOCK_OF = (productId: string, facilityId: string) => `
  'onHandUnits', (select h.on_hand_units from inventory.position h
                   where h.facility_id = ${facilityId} and h.product_id = ${productId} and h.counted_at is not null),
  'reservedUnits', coalesce((select h.reserved_units from inventory.position h where h.facility_id = ${facilityId} and h.product_id = ${productId}), 0)
    + coalesce((select sum(h.reserved_units * i.units) from catalog.kit_component i
                  join inventory.position h on h.product_id = i.kit_product_id and h.facility_id = ${facilityId}
                 where i.component_product_id = ${productId}), 0),
  'safetyStockUnits', coalesce((select s.safety_stock_units from catalog.product_facility s
                                 where s.facility_id = ${facilityId} and s.product_id = ${productId}), 0)`

/** Units that wait at a group for a product, also in kits of it. */
const NEEDED = (productId: string) => `
  coalesce((select q.units from inventory.queued q where q.group_id = m.group_id and q.product_id = ${productId}), 0)
  + coalesce((select sum(q.units * i.units) from catalog.kit_component i
                join inventory.queued q on q.product_id = i.kit_product_id and q.group_id = m.group_id
               where i.component_product_id = ${productId}), 0)`

/** Everything that each promise of a product is made of, read in one statement and so in one snapshot. */
export async function termsOfProduct(sql: Sql, productId: number): Promise<TargetTerms[]> {
  return sql.query<Omit<TargetTerms, 'facilities'> & { facilities: FacilityTerms[] }>(
    `select t.shop_id as "shopId", t.location_id as "locationId", t.product_id as "productId", shop.code as shop, loc.name as location,
            case when m.group_id is null then 'facility' else 'group' end as kind,
            t.sellable_units as "sellableUnits", t.deficit_units as "deficitUnits", t.revision, t.changed_at as "changedAt",
            coalesce(c.threshold_units, 0) as "thresholdUnits",
            coalesce((select max(ceil((${NEEDED('k.component_product_id')}) / k.units::float8))
                        from catalog.kit_component k where k.kit_product_id = t.product_id), ${NEEDED('t.product_id')})::integer as "queuedUnits",
            g.group_id is not null and (not g.is_selling or not coalesce(
              case coalesce(m.gate, case when g.type = 'PICKUP' then 'pickup' else 'brokering' end)
                when 'pickup' then c.allow_pickup when 'brokering' then c.allow_brokering end, true)) as "isSwitchedOff",
            coalesce(g.hold_preorder and (select w.preorder_units > 0 from inventory.queued w
                                           where w.group_id = m.group_id and w.product_id = t.product_id), false) as "isHeldForPreorders",
            (select coalesce(json_agg(json_build_object(
                      'facility', f.name,
                      ${STOCK_OF('t.product_id', 'f.facility_id')},
                      'isSwitchedOff', not coalesce(case u.gate when 'pickup' then s.allow_pickup when 'brokering' then s.allow_brokering end, true),
                      'components', (
                        select coalesce(json_agg(json_build_object(
                                  'sku', (select min(value) from catalog.product_identifier i where i.product_id = k.component_product_id and i.type = 'SKU'),
                                  'unitsPerKit', k.units,
                                  ${STOCK_OF('k.component_product_id', 'f.facility_id')}) order by k.component_product_id), '[]'::json)
                          from catalog.kit_component k where k.kit_product_id = t.product_id)
                    ) order by f.facility_id), '[]'::json)
               from availability.supply u
               join catalog.facility f on f.facility_id = u.facility_id
               left join catalog.product_facility s on s.facility_id = u.facility_id and s.product_id = t.product_id
              where u.shop_id = t.shop_id and u.location_id = t.location_id
                and (m.facility_id is not null or exists (
                       select 1 from inventory.position h
                        where h.facility_id = u.facility_id
                          and (h.product_id = t.product_id or h.product_id in (
                                 select k.component_product_id from catalog.kit_component k where k.kit_product_id = t.product_id))))) as facilities
       from availability.target t
       join catalog.shop shop using (shop_id)
       join catalog.location loc on loc.location_id = t.location_id
       join catalog.location_mapping m on m.shop_id = t.shop_id and m.location_id = t.location_id
       left join catalog.facility_group g on g.group_id = m.group_id
       left join catalog.product_channel c on c.group_id = m.group_id and c.product_id = t.product_id
      where t.product_id = $1
      order by shop.code, m.group_id nulls last, loc.name`,
    [productId],
  )
}
