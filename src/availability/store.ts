import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor, raiseHead, setHead } from '../db/cursor.ts'
import { INVENTORY_HEAD } from '../inventory/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { ChannelTerms, FacilityTerms } from './availability.ts'

export const AVAILABILITY_HEAD = 'availability:head'
/** Rises whenever a rule changes; a rise makes the next step look at everything again. */
export const RULES_HEAD = 'availability:rules'
export const READS_INVENTORY = 'availability<-inventory'
export const READS_CATALOG = 'availability<-catalog'
export const READS_RULES = 'availability<-rules'

/** Lists the products whose stock changed after one seq and up to another. Dropped with the transaction. */
export async function gatherTouched(tx: Tx, range: { after: number; upTo: number }): Promise<number> {
  await tx.query('create temp table touched (product_id integer primary key) on commit drop')
  const rows = await tx.query<{ products: number }>(
    `with gathered as (
       insert into touched
       select product_id from inventory.movement where seq > $1 and seq <= $2
       union
       select product_id from inventory.queued where seq > $1 and seq <= $2
       returning 1
     )
     select count(*) as products from gathered`,
    [range.after, range.upTo],
  )
  await tx.query('analyze touched')
  return rows[0]?.products ?? 0
}

/** Lists every product that has a position: a rule, a link or a mapping changed. */
export async function gatherAll(tx: Tx): Promise<number> {
  await tx.query('create temp table touched (product_id integer primary key) on commit drop')
  const rows = await tx.query<{ products: number }>(
    `with gathered as (insert into touched select distinct product_id from inventory.position returning 1)
     select count(*) as products from gathered`,
  )
  await tx.query('analyze touched')
  return rows[0]?.products ?? 0
}

/**
 * Computes every target that draws on a touched product and keeps those that differ under a new revision. The
 * specification is `explainAvailability`. Gives the number of targets that changed.
 */
export async function recomputeTargets(tx: Tx, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ changed: number }>(
    `with spare as (
       select p.facility_id, p.product_id, greatest(0, p.on_hand_units - p.reserved_units - coalesce(s.units, 0)) as units
         from inventory.position p
         join touched using (product_id)
         left join availability.safety_stock s on s.facility_id = p.facility_id and s.product_id = p.product_id
        where p.counted_at is not null
     ), wanted as (
       select m.shop_id, m.location_id, spare.product_id, spare.units
         from spare
         join catalog.location_mapping m on m.facility_id = spare.facility_id
       union all
       select m.shop_id, m.location_id, spare.product_id,
              greatest(0, sum(spare.units) - coalesce(max(t.units), 0) - coalesce(max(q.units), 0))::integer
         from spare
         join catalog.facility_group_member g on g.facility_id = spare.facility_id
          and g.from_at <= $1 and (g.thru_at is null or g.thru_at > $1)
         join catalog.facility f on f.facility_id = spare.facility_id and f.type not in ('VIRTUAL_FACILITY', 'CONFIGURATION')
         join catalog.location_mapping m on m.group_id = g.group_id
         left join availability.threshold t on t.group_id = g.group_id and t.product_id = spare.product_id
         left join inventory.queued q on q.group_id = g.group_id and q.product_id = spare.product_id
        group by m.shop_id, m.location_id, spare.product_id
     ), changed as (
       insert into availability.target as t (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
       select shop_id, location_id, product_id, units, 1, nextval('availability.target_seq'), $1 from wanted
       on conflict (shop_id, location_id, product_id) do update
          set sellable_units = excluded.sellable_units, revision = t.revision + 1, seq = excluded.seq, changed_at = excluded.changed_at
        where t.sellable_units <> excluded.sellable_units
       returning 1
     )
     select count(*) as changed from changed`,
    [new Date(now)],
  )
  return rows[0]?.changed ?? 0
}

/** Tells the next room how far it may read. */
export async function publishHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ head: number }>(
    'select case when is_called then last_value else 0 end as head from availability.target_seq',
  )
  await setHead(tx, AVAILABILITY_HEAD, rows[0]?.head ?? 0)
}

/** Sets thresholds of a channel as a set; the targets follow at the next step. */
export async function setThresholds(tx: Tx, groupId: number, rows: readonly { productId: number; units: number }[]): Promise<void> {
  await tx.query(
    `insert into availability.threshold (group_id, product_id, units)
     select $1, product_id, units from unnest($2::integer[], $3::integer[]) as given (product_id, units)
     on conflict (group_id, product_id) do update set units = excluded.units`,
    [groupId, rows.map(row => row.productId), rows.map(row => row.units)],
  )
  await ruleChanged(tx)
}

/** Sets safety stock per facility and product as a set; the targets follow at the next step. */
export async function setSafetyStock(tx: Tx, rows: readonly { facilityId: number; productId: number; units: number }[]): Promise<void> {
  await tx.query(
    `insert into availability.safety_stock (facility_id, product_id, units)
     select facility_id, product_id, units from unnest($1::integer[], $2::integer[], $3::integer[]) as given (facility_id, product_id, units)
     on conflict (facility_id, product_id) do update set units = excluded.units`,
    [rows.map(row => row.facilityId), rows.map(row => row.productId), rows.map(row => row.units)],
  )
  await ruleChanged(tx)
}

async function ruleChanged(tx: Tx): Promise<void> {
  await raiseHead(tx, RULES_HEAD)
}

export type TargetTerms = {
  shopId: number
  locationId: number
  productId: number
  shop: string
  location: string
  kind: 'facility' | 'group'
  /** The stored number, which the explanation has to add up to. */
  sellableUnits: number
  revision: number
  changedAt: InstantMs
} & ChannelTerms

/** Everything that each target of a product is made of, read in one statement and so in one snapshot. */
export async function termsOfProduct(sql: Sql, productId: number, now: InstantMs): Promise<TargetTerms[]> {
  const rows = await sql.query<Omit<TargetTerms, 'facilities'> & { facilities: FacilityTerms[] }>(
    `select t.shop_id as "shopId", t.location_id as "locationId", t.product_id as "productId", shop.code as shop, loc.name as location,
            case when m.group_id is null then 'facility' else 'group' end as kind,
            t.sellable_units as "sellableUnits", t.revision, t.changed_at as "changedAt",
            coalesce(th.units, 0) as "thresholdUnits", coalesce(q.units, 0) as "queuedUnits",
            (select coalesce(json_agg(json_build_object(
                      'facility', f.name,
                      'onHandUnits', case when p.counted_at is null then null else p.on_hand_units end,
                      'reservedUnits', coalesce(p.reserved_units, 0),
                      'safetyStockUnits', coalesce(s.units, 0)) order by f.facility_id), '[]'::json)
               from catalog.facility f
               left join inventory.position p on p.facility_id = f.facility_id and p.product_id = t.product_id
               left join availability.safety_stock s on s.facility_id = f.facility_id and s.product_id = t.product_id
              where f.facility_id = m.facility_id
                 or (f.type not in ('VIRTUAL_FACILITY', 'CONFIGURATION') and p.facility_id is not null and exists (
                       select 1 from catalog.facility_group_member g
                        where g.group_id = m.group_id and g.facility_id = f.facility_id
                          and g.from_at <= $2 and (g.thru_at is null or g.thru_at > $2)))) as facilities
       from availability.target t
       join catalog.shop shop using (shop_id)
       join catalog.location loc on loc.location_id = t.location_id
       join catalog.location_mapping m on m.shop_id = t.shop_id and m.location_id = t.location_id
       left join availability.threshold th on th.group_id = m.group_id and th.product_id = t.product_id
       left join inventory.queued q on q.group_id = m.group_id and q.product_id = t.product_id
      where t.product_id = $1
      order by shop.code, m.group_id nulls last, loc.name`,
    [productId, new Date(now)],
  )
  return rows
}

/** Movements and order changes whose targets were not computed yet. */
export async function availabilityStatus(sql: Sql, now: InstantMs): Promise<RoomStatus> {
  const seen = await peekCursor(sql, READS_INVENTORY)
  const head = await peekCursor(sql, INVENTORY_HEAD)
  const rulesWaiting = (await peekCursor(sql, RULES_HEAD)) - (await peekCursor(sql, READS_RULES))
  const linksWaiting = (await peekCursor(sql, CATALOG_HEAD)) - (await peekCursor(sql, READS_CATALOG))
  const backlog = Math.max(0, head - seen) + Math.max(0, rulesWaiting) + Math.max(0, linksWaiting)
  if (backlog === 0) return { backlog: 0, oldestAt: null, stuck: 0 }
  const rows = await sql.query<{ since: InstantMs | null }>('select min(recorded_at) as since from inventory.movement where seq > $1', [
    seen,
  ])
  return { backlog, oldestAt: rows[0]?.since ?? now, stuck: 0 }
}
