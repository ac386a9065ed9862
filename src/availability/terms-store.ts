import type { Sql } from '../db/connection.ts'
import type { FacilityTerms, TargetTerms } from './availability.ts'

/** What the last matching rule says of a product at a facility; null: none says it. */
const RULED = (column: string, productId: string, facilityId: string) =>
  `(select r.${column} from availability.class_facility r
     where r.facility_id = ${facilityId}
       and r.class_id = coalesce((select c.class_id from availability.product_class c where c.product_id = ${productId}), 0))`

/** What is there of a product or a part of it at a facility, and what is kept back, as one JSON object. */
const STOCK_OF = (productId: string, facilityId: string) => `
  'onHandUnits', (select h.on_hand_units from inventory.position h
                   where h.facility_id = ${facilityId} and h.product_id = ${productId} and h.counted_at is not null),
  'reservedUnits', coalesce((select h.reserved_units from inventory.position h where h.facility_id = ${facilityId} and h.product_id = ${productId}), 0)
    + coalesce((select sum(h.reserved_units * i.units) from catalog.kit_component i
                  join inventory.position h on h.product_id = i.kit_product_id and h.facility_id = ${facilityId}
                 where i.component_product_id = ${productId}), 0),
  'safetyStockUnits', coalesce(${RULED('safety_stock_units', productId, facilityId)}, (select s.safety_stock_units from catalog.product_facility s
                                 where s.facility_id = ${facilityId} and s.product_id = ${productId}), 0),
  'safetyRule', (select u.name from availability.rule u where u.rule_id = ${RULED('safety_rule_id', productId, facilityId)})`

/** Units that wait at a group for a product, also in kits of it. */
const NEEDED = (productId: string) => `
  coalesce((select q.units from inventory.queued q where q.group_id = m.group_id and q.product_id = ${productId}), 0)
  + coalesce((select sum(q.units * i.units) from catalog.kit_component i
                join inventory.queued q on q.product_id = i.kit_product_id and q.group_id = m.group_id
               where i.component_product_id = ${productId}), 0)`

/** Everything that each promise of a product is made of, or one of them, read in one statement and so in one snapshot. */
export async function termsOfProduct(sql: Sql, productId: number, at?: { shopId: number; locationId: number }): Promise<TargetTerms[]> {
  return sql.query<Omit<TargetTerms, 'facilities'> & { facilities: FacilityTerms[] }>(
    `select t.shop_id as "shopId", t.location_id as "locationId", t.product_id as "productId", shop.code as shop, loc.name as location,
            case when m.group_id is null then 'facility' else 'group' end as kind,
            t.sellable_units as "sellableUnits", t.deficit_units as "deficitUnits", t.revision, t.changed_at as "changedAt",
            t.withdrawn_code as "withdrawnCode", (select u.name from availability.class_excluded x join availability.rule u using (rule_id)
                                                   where x.class_id = pc.class_id and t.withdrawn_code = 'OUTBOX_EXCLUDED') as "withdrawnRule",
            coalesce(r.threshold_units, c.threshold_units, 0) as "thresholdUnits",
            (select u.name from availability.rule u where u.rule_id = r.threshold_rule_id) as "thresholdRule",
            coalesce((select max(ceil((${NEEDED('k.component_product_id')}) / k.units::float8))
                        from catalog.kit_component k where k.kit_product_id = t.product_id), ${NEEDED('t.product_id')})::integer as "queuedUnits",
            g.group_id is not null and (not g.is_selling or not coalesce(
              case coalesce(m.gate, case when g.type = 'PICKUP' then 'pickup' else 'brokering' end)
                when 'pickup' then coalesce(r.allow_pickup, c.allow_pickup)
                when 'brokering' then coalesce(r.allow_brokering, c.allow_brokering) end, true)) as "isSwitchedOff",
            (select u.name from availability.rule u where u.rule_id = case coalesce(m.gate, case when g.type = 'PICKUP' then 'pickup' else 'brokering' end)
                when 'pickup' then r.pickup_rule_id when 'brokering' then r.brokering_rule_id end) as "switchRule",
            coalesce(g.hold_preorder and (select w.preorder_units > 0 from inventory.queued w
                                           where w.group_id = m.group_id and w.product_id = t.product_id), false) as "isHeldForPreorders",
            (select coalesce(json_agg(json_build_object(
                      'facility', f.name,
                      ${STOCK_OF('t.product_id', 'f.facility_id')},
                      'isSwitchedOff', not coalesce(case u.gate
                         when 'pickup' then coalesce(${RULED('allow_pickup', 't.product_id', 'f.facility_id')}, s.allow_pickup)
                         when 'brokering' then coalesce(${RULED('allow_brokering', 't.product_id', 'f.facility_id')}, s.allow_brokering) end, true),
                      'switchRule', (select o.name from availability.rule o where o.rule_id = case u.gate
                         when 'pickup' then ${RULED('pickup_rule_id', 't.product_id', 'f.facility_id')}
                         when 'brokering' then ${RULED('brokering_rule_id', 't.product_id', 'f.facility_id')} end),
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
                and (m.facility_id is not null
                     or exists (select 1 from inventory.position h where h.facility_id = u.facility_id and h.product_id = t.product_id)
                     or exists (select 1 from catalog.kit_component k
                                  join inventory.position h on h.facility_id = u.facility_id and h.product_id = k.component_product_id
                                 where k.kit_product_id = t.product_id))) as facilities
       from availability.target t
       join catalog.shop shop using (shop_id)
       join catalog.location loc on loc.location_id = t.location_id
       join catalog.location_mapping m on m.shop_id = t.shop_id and m.location_id = t.location_id
       left join catalog.facility_group g on g.group_id = m.group_id
       left join catalog.product_channel c on c.group_id = m.group_id and c.product_id = t.product_id
       left join availability.product_class pc on pc.product_id = t.product_id
       left join availability.class_channel r on r.group_id = m.group_id and r.class_id = coalesce(pc.class_id, 0)
      where t.product_id = $1 and ($2::integer is null or (t.shop_id = $2 and t.location_id = $3))
      order by shop.code, m.group_id nulls last, loc.name`,
    [productId, at?.shopId ?? null, at?.locationId ?? null],
    { name: 'availability.terms' },
  )
}
