import type { Tx } from '../db/connection.ts'

/** One promise: a product at a location of a shop. */
export type LevelKey = { shopId: number; locationId: number; productId: number }

/** Which promises have to be looked at again: named one by one where they are few, else in the table `wanted`. */
export type Touched = readonly LevelKey[] | 'table'

export type Differing = { with: string; values: number[][] }

/**
 * The promises that differ from the stored ones, as the beginning of a statement whose values follow its first. Few levels
 * are one statement; for many the same parts are made one after the other, so that the planner knows their size.
 */
export async function promised(tx: Tx, touched: Touched): Promise<Differing> {
  if (touched !== 'table') {
    return {
      with: `with wanted as (
         select * from unnest($2::integer[], $3::integer[], $4::integer[]) as t (shop_id, location_id, product_id)
       ), part as (${PART}), stock as (${STOCK}), made as (select * from stock union all ${kitsOf('stock')}), summed as (${SUMMED}),
       queued as (${QUEUED}), differing as (${DIFFERING}),`,
      values: [touched.map(level => level.shopId), touched.map(level => level.locationId), touched.map(level => level.productId)],
    }
  }
  await tx.query(`set local work_mem = '${WORK_MEMORY}'`)
  await keep(tx, 'part', PART)
  await keep(tx, 'made', STOCK)
  await tx.query(`insert into made ${kitsOf('made')}`)
  await keep(tx, 'feeder', FEEDER)
  await keep(tx, 'summed', SUMMED_BY_FEEDER)
  await keep(tx, 'queued', QUEUED)
  return { with: `with differing as (${DIFFERING}),`, values: [] }
}

/** What sorting and hashing a million rows may take, of one connection at a time: the room's lock sees to that. */
const WORK_MEMORY = '128MB'

async function keep(tx: Tx, table: string, query: string): Promise<void> {
  await tx.query(`create temp table ${table} on commit drop as ${query}`)
  await tx.query(`analyze ${table}`)
}

/** What each wanted product is made of: itself, or the components of a kit. */
const PART = `
  select p.product_id, coalesce(k.component_product_id, p.product_id) as part_id, coalesce(k.units, 1) as units, k.kit_product_id is not null as is_kit
    from (select distinct product_id from wanted) p
    left join catalog.kit_component k on k.kit_product_id = p.product_id`

/** Settings of a product at a facility, in the order in which they count: the last rule that matches, what was said, the default. */
const SETTING_JOINS = (of: string) => `
    left join catalog.product_facility s on s.facility_id = ${of}.facility_id and s.product_id = ${of}.product_id
    left join availability.product_class c on c.product_id = ${of}.product_id
    left join availability.class_facility r on r.facility_id = ${of}.facility_id and r.class_id = coalesce(c.class_id, 0)`
const SAFETY_STOCK = 'coalesce(r.safety_stock_units, s.safety_stock_units, 0)'
const SWITCHES = `coalesce(r.allow_brokering, s.allow_brokering, true) as brokering, coalesce(r.allow_pickup, s.allow_pickup, true) as pickup`

/** What each facility has of each part and can spare of it. */
const STOCK = `
  select facility_id, product_id, free, case when free < 0 then free else greatest(0, free - safety) end as spare, brokering, pickup
    from (
      select h.facility_id, h.product_id, greatest(h.on_hand_units, 0) - h.reserved_units - coalesce(k.units, 0) as free,
             ${SAFETY_STOCK} as safety, ${SWITCHES}
        from inventory.position h
        left join (
          select o.facility_id, k.component_product_id as product_id, sum(o.reserved_units * k.units) as units
            from catalog.kit_component k
            join inventory.position o on o.product_id = k.kit_product_id and o.reserved_units <> 0
           where k.component_product_id in (select part_id from part)
           group by o.facility_id, k.component_product_id
        ) k on k.facility_id = h.facility_id and k.product_id = h.product_id
        ${SETTING_JOINS('h')}
       where h.counted_at is not null and h.product_id in (select part_id from part)
    ) stock`

/** Kits, made of the stock of their components: as many as the scarcest allows, where every one was counted. */
const kitsOf = (stock: string) => `
  select k.facility_id, k.product_id, k.free, case when k.spare < 0 then k.spare else greatest(0, k.spare - ${SAFETY_STOCK}) end, ${SWITCHES}
    from (
      select s.facility_id, p.product_id, min(floor(s.free / p.units::float8))::bigint as free, min(floor(s.spare / p.units::float8))::bigint as spare
        from part p
        join ${stock} s on s.product_id = p.part_id
       where p.is_kit
       group by s.facility_id, p.product_id
      having count(*) = (select count(*) from part o where o.product_id = p.product_id)
    ) k
    ${SETTING_JOINS('k')}`

/** Each location's sums, from every facility that feeds it. */
const SUMMED = `
  select w.shop_id, w.location_id, w.product_id, count(m.product_id) as known,
         coalesce(sum(m.free) filter (where ${isOpenAt('m')}), 0)::integer as free,
         coalesce(sum(m.spare) filter (where ${isOpenAt('m')}), 0)::integer as spare
    from wanted w
    left join (availability.supply u join made m on m.facility_id = u.facility_id)
      on u.shop_id = w.shop_id and u.location_id = w.location_id and m.product_id = w.product_id
   group by w.shop_id, w.location_id, w.product_id`

function isOpenAt(made: string): string {
  return `case u.gate when 'brokering' then ${made}.brokering when 'pickup' then ${made}.pickup else true end`
}

/** Facilities that feed the same locations in the same way have the same number: their stock is added up once for all of these. */
const FEEDER = `
  select facility_id, dense_rank() over (order by feeds) as feeder
    from (
      select facility_id, array_agg(row(shop_id, location_id, gate)::text order by shop_id, location_id) as feeds
        from availability.supply group by facility_id
    ) fed`

const SUMMED_BY_FEEDER = `
  select w.shop_id, w.location_id, w.product_id, coalesce(sum(p.known), 0) as known,
         coalesce(sum(case u.gate when 'brokering' then p.free_online when 'pickup' then p.free_pickup else p.free end), 0)::integer as free,
         coalesce(sum(case u.gate when 'brokering' then p.spare_online when 'pickup' then p.spare_pickup else p.spare end), 0)::integer as spare
    from wanted w
    left join (
      (select distinct f.feeder, s.shop_id, s.location_id, s.gate from availability.supply s join feeder f using (facility_id)) u
      join (
        select f.feeder, m.product_id, count(*) as known, sum(m.free) as free, sum(m.spare) as spare,
               sum(m.free) filter (where m.brokering) as free_online, sum(m.spare) filter (where m.brokering) as spare_online,
               sum(m.free) filter (where m.pickup) as free_pickup, sum(m.spare) filter (where m.pickup) as spare_pickup
          from made m join feeder f using (facility_id)
         group by f.feeder, m.product_id
      ) p on p.feeder = u.feeder
    ) on u.shop_id = w.shop_id and u.location_id = w.location_id and p.product_id = w.product_id
   group by w.shop_id, w.location_id, w.product_id`

/** What waits at each group, in units of the product: of a kit as many as its most wanted component stands for. */
const QUEUED = `
  select n.group_id, p.product_id, max(ceil(n.units / p.units::float8))::integer as units
    from part p
    join (
      select q.group_id, q.product_id, sum(q.units) as units
        from (
          select group_id, product_id, units from inventory.queued where product_id in (select part_id from part)
          union all
          select q.group_id, k.component_product_id, q.units * k.units
            from catalog.kit_component k join inventory.queued q on q.product_id = k.kit_product_id
           where k.component_product_id in (select part_id from part)
        ) q
       group by q.group_id, q.product_id
    ) n on n.product_id = p.part_id
   group by n.group_id, p.product_id`

/** From the sums to the promises, as far as they are other than the stored ones. */
const DIFFERING = `
  select p.shop_id, p.location_id, p.product_id, greatest(p.units, 0) as sellable_units, greatest(-p.units, 0) as deficit_units, p.withdrawn_code,
         p.free, p.spare, p.queued, p.threshold
    from (
      select t.shop_id, t.location_id, t.product_id, t.known, t.withdrawn_code, t.free, t.spare, t.queued, t.threshold,
             least(case when t.free - t.queued < 0 then t.free - t.queued else greatest(0, t.spare - t.queued - t.threshold) end,
                   case when t.is_shut then 0 end) as units
        from (
          select s.*, coalesce(q.units, 0) as queued, coalesce(r.threshold_units, o.threshold_units, 0) as threshold,
                 g.group_id is not null
                 and (not g.is_selling
                      or not coalesce(case coalesce(m.gate, case when g.type = 'PICKUP' then 'pickup' else 'brokering' end)
                                        when 'pickup' then coalesce(r.allow_pickup, o.allow_pickup)
                                        when 'brokering' then coalesce(r.allow_brokering, o.allow_brokering) end, true)
                      or (g.hold_preorder and coalesce(w.preorder_units, 0) > 0)) as is_shut,
                 case when x.class_id is not null then 'OUTBOX_EXCLUDED' when n.product_id is not null then 'OUTBOX_UNTRACKED' end as withdrawn_code
            from summed s
            join catalog.location_mapping m using (shop_id, location_id)
            left join catalog.facility_group g using (group_id)
            left join queued q on q.group_id = m.group_id and q.product_id = s.product_id
            left join inventory.queued w on w.group_id = m.group_id and w.product_id = s.product_id
            left join catalog.product_channel o on o.group_id = m.group_id and o.product_id = s.product_id
            left join availability.product_class c on c.product_id = s.product_id
            left join availability.class_channel r on r.group_id = m.group_id and r.class_id = coalesce(c.class_id, 0)
            left join availability.class_excluded x on x.class_id = coalesce(c.class_id, 0)
            left join catalog.untracked n on n.shop_id = s.shop_id and n.product_id = s.product_id
        ) t
    ) p
    left join availability.target t using (shop_id, location_id, product_id)
   where case when t.product_id is null then p.known > 0 and p.withdrawn_code is null
              else t.sellable_units - t.deficit_units <> p.units or t.withdrawn_code is distinct from p.withdrawn_code end`
