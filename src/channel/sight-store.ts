import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import { positionOf } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { CONTROLLED } from './control-store.ts'
import { asSight, columnsOf, IS_OLD, type LevelKey } from './level-store.ts'
import { FRESH_MS, HOT_MS, type PoolLevel } from './publish.ts'

export type LevelInSight = PoolLevel &
  LevelKey & {
    locationGid: string
    inventoryItemGid: string
    onHandUnits: number | null
    /** When its last look ended, by the shop's clock, where that look waits for its proof. */
    notedUntil: InstantMs | null
    /** Orders, movements or mappings that its promise does not hold yet. */
    isPromiseBehind: boolean
    isHot: boolean
  }

export type Behind = {
  demandSeen: number
  movementsSeen: number
  isFarBehind: boolean
  /** Up to where the promises know what locations stand for: beyond it any of them may be that of another place. */
  catalogSeen: number
}

/**
 * Whether a level's own positions moved since its promise was made: asked by their key, where so much moved elsewhere that looking it all
 * through would take longer. A large file that is booked in parts is such a time, and what it does not touch need not wait for it.
 */
const HAS_MOVED = `exists (
               select 1 from availability.supply u
                cross join lateral (
                  select k.product_id union all select c.component_product_id from catalog.kit_component c where c.kit_product_id = k.product_id
                ) part
                 join inventory.movement m on m.facility_id = u.facility_id and m.product_id = part.product_id and m.seq > $6
                where u.shop_id = k.shop_id and u.location_id = k.location_id)`

/**
 * These levels as they are, each with what is promised, known and open at it, in one snapshot. One that was never looked at
 * has no base and is not fresh. `isPooled` says of which it matters what they draw on.
 */
export async function levelsInSight(
  tx: Tx,
  keys: readonly (LevelKey & { isPooled: boolean })[],
  at: Behind & { now: InstantMs },
): Promise<LevelInSight[]> {
  const { demandSeen, movementsSeen, isFarBehind, catalogSeen, now } = at
  return tx.query<LevelInSight>(
    `with moved as (
       select m.product_id from inventory.movement m where not $7 and m.seq > $6
       union
       select q.product_id from inventory.queued q where q.seq > $6
     )
     select k.shop_id as "shopId", k.location_id as "locationId", k.product_id as "productId", loc.location_gid as "locationGid",
            i.inventory_item_gid as "inventoryItemGid", v.on_hand_units as "onHandUnits", v.noted_until as "notedUntil",
            t.sellable_units - t.deficit_units as "promisedUnits", ${CONTROLLED('sell_nothing', 'k', '$4::timestamptz')} as "sellsNothing",
            coalesce(draws.list, '[]'::json) as draws, coalesce(draws.queued, 0) as "queuedUnits", draws.group_id as "groupId",
            json_build_object('availableUnits', coalesce(v.available_units, 0), 'committedUnits', coalesce(v.committed_units, 0),
              'reservedUnits', coalesce(v.reserved_units, 0), 'openUnits', open.units, 'ownUnits', coalesce(v.own_units, 0)) as seen,
            case when v.base_until is not null then ${asSight('base')} end as base,
            coalesce(did.taken, 0)::integer as "takenUnits", coalesce(did.returned, 0)::integer as "returnedUnits",
            v.frozen_by is null as "isSettled",
            v.shop_id is not null and v.read_at >= $4::timestamptz - $8 * interval '1 ms' and not ${IS_OLD} as "isFresh",
            coalesce(st.is_merged, true) as "isMerged", sh.weight as "shareWeight",
            coalesce(v.stale_at > $4::timestamptz - $9 * interval '1 ms', false) as "isHot",
            ($11 < coalesce(${positionOf(CATALOG_HEAD)}, 0)
             or i.revision is distinct from t.revision
             or ($7 and ${HAS_MOVED})
             or exists (select 1 from orders.demand_change d
                         where d.shop_id = k.shop_id and d.inventory_item_gid = i.inventory_item_gid and d.seq > $5)
             or k.product_id in (select product_id from moved)
             or exists (select 1 from catalog.kit_component c join moved m on m.product_id = c.component_product_id
                         where c.kit_product_id = k.product_id)) as "isPromiseBehind"
       from unnest($1::integer[], $2::integer[], $3::integer[], $10::boolean[]) as k (shop_id, location_id, product_id, is_pooled)
       join catalog.shop s on s.shop_id = k.shop_id and s.is_enabled and s.access_scope is distinct from 'no_access'
       join catalog.location loc on loc.location_id = k.location_id
       join outbox.intent i on i.shop_id = k.shop_id and i.location_id = k.location_id and i.product_id = k.product_id and i.inventory_item_gid is not null
       join availability.target t on t.shop_id = k.shop_id and t.location_id = k.location_id and t.product_id = k.product_id
       left join channel.level v on v.shop_id = k.shop_id and v.location_id = k.location_id and v.product_id = k.product_id
                                and v.inventory_item_gid = i.inventory_item_gid
       left join channel.setting st on st.shop_id = k.shop_id
       left join channel.share sh on sh.shop_id = k.shop_id and sh.location_id = k.location_id
       left join lateral (
         select coalesce(sum(o.open_units), 0)::integer as units from orders.open_line o
          where o.shop_id = k.shop_id and o.inventory_item_gid = i.inventory_item_gid and o.location_gid = loc.location_gid
       ) open on true
       left join lateral (
         select -sum(e.units) filter (where e.units < 0 and e.not_before > v.base_until) as taken,
                sum(e.units) filter (where e.units > 0) as returned
           from orders.effect e
          where v.base_until is not null and e.shop_id = k.shop_id and e.inventory_item_gid = i.inventory_item_gid
            and e.location_gid = loc.location_gid and e.not_after >= v.base_from
       ) did on true
       left join lateral (
         select json_agg(json_build_object('stock', u.facility_id || ':' || part.product_id, 'place', u.facility_id::text, 'unitsEach', part.units,
                  'freeUnits', coalesce(p.on_hand_units - p.reserved_units, 0)) order by u.facility_id, part.product_id) as list,
                (select sum(q.units) from inventory.queued q where q.product_id = k.product_id and q.group_id = max(u.group_id))::integer as queued,
                max(u.group_id) as group_id
           from availability.supply u
          cross join lateral (
            select c.component_product_id as product_id, c.units from catalog.kit_component c where c.kit_product_id = k.product_id
            union all
            select k.product_id, 1 where not exists (select 1 from catalog.kit_component c where c.kit_product_id = k.product_id)
          ) part
           left join inventory.position p on p.facility_id = u.facility_id and p.product_id = part.product_id
          where k.is_pooled and u.shop_id = k.shop_id and u.location_id = k.location_id
       ) draws on true`,
    [
      ...columnsOf(keys),
      new Date(now),
      demandSeen,
      movementsSeen,
      isFarBehind,
      FRESH_MS,
      HOT_MS,
      keys.map(key => key.isPooled),
      catalogSeen,
    ],
    { name: 'channel.levelsInSight' },
  )
}

/** Keeps what each of these should show, as decided now. */
export async function recordWanted(tx: Tx, levels: readonly (LevelKey & { wantedUnits: number })[]): Promise<void> {
  await tx.query(
    `update channel.level v set wanted_units = w.wanted
       from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[]) as w (shop_id, location_id, product_id, wanted)
      where v.shop_id = w.shop_id and v.location_id = w.location_id and v.product_id = w.product_id and v.wanted_units is distinct from w.wanted`,
    [...columnsOf(levels), levels.map(level => level.wantedUnits)],
  )
}
