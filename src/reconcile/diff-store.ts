import type { ControlKind } from '../channel/control.ts'
import { CONTROLLED } from '../channel/control-store.ts'
import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { PAUSED } from './diff.ts'

/**
 * Every level that is not equal, with its cause: what the queue could not hand over or has not yet, and of what it did, what the
 * shop does not show or was not read. Equal levels are not looked at.
 */
const APART = (now: string) => `
  select i.shop_id, i.location_id, i.product_id,
         case
           when i.state = 'pending' and ${CONTROLLED('pause', 'i', now)} then '${PAUSED}'
           else coalesce(i.code, case i.state when 'sending' then 'out_and_unanswered' else 'waits_to_be_sent' end)
         end as cause, i.created_at as since,
         abs(t.sellable_units - t.deficit_units - coalesce(v.available_units, 0)) as units
    from outbox.intent i
    join availability.target t using (shop_id, location_id, product_id)
    left join channel.level v using (shop_id, location_id, product_id)
   where i.state <> 'confirmed'
  union all
  select s.shop_id, s.location_id, s.product_id,
         case when s.state = 'waiting' then 'not_read_back' when o.verdict = 'not_stocked' then 'CHANNEL_ROW_NOT_STOCKED' else 'RECONCILE_LEVEL_DIFFERS' end,
         coalesce(s.different_since, i.changed_at), s.units_at_risk
    from reconcile.standing s
    join outbox.intent i using (shop_id, location_id, product_id)
    left join reconcile.observation o using (shop_id, location_id, product_id)
   where s.state <> 'equal' and i.state = 'confirmed'`

export async function causes(sql: Sql, now: InstantMs): Promise<{ cause: string; levels: number; units: number }[]> {
  return sql.query(
    `select cause, count(*) as levels, coalesce(sum(units), 0) as units
       from (${APART('$1::timestamptz')}) a join catalog.shop s using (shop_id) where s.is_enabled group by cause order by 3 desc, 1`,
    [new Date(now)],
  )
}

export type DiffRow = {
  sku: string
  shop: string
  location: string
  erpUnits: number | null
  onHandUnits: number | null
  promisedUnits: number
  shopUnits: number | null
  cause: string
  units: number
  since: InstantMs | null
  /** What a person has switched off there, the one that counts first. */
  control: { kind: ControlKind; reason: string; setBy: string; untilAt: InstantMs | null } | null
}

export type DiffWanted = { cause: string | null; shop: string | null; search: string | null; now: InstantMs }

const WANTED = `s.is_enabled and ($1::text is null or a.cause = $1) and ($2::text is null or s.code = $2)
  and ($3::text is null or exists (select 1 from catalog.product_identifier k
        where k.product_id = a.product_id and k.type = 'SKU' and position(lower($3) in lower(k.value)) > 0))`

/** A page of them, the largest first; what files and the ledger say is looked up for the page alone. */
export async function apart(sql: Sql, of: DiffWanted & { limit: number; offset: number }): Promise<DiffRow[]> {
  return sql.query<DiffRow>(
    `with page as (
       select a.*, s.code as shop from (${APART('$4')}) a join catalog.shop s using (shop_id)
        where ${WANTED} order by a.units desc, a.shop_id, a.location_id, a.product_id limit $5 offset $6
     )
     select coalesce((select min(value) from catalog.product_identifier k where k.product_id = p.product_id and k.type = 'SKU'),
                     (select name from catalog.product n where n.product_id = p.product_id)) as sku,
            p.shop, l.name as location, held.erp as "erpUnits", held.on_hand as "onHandUnits", t.sellable_units - t.deficit_units as "promisedUnits",
            case when o.read_at > v.read_at or v.read_at is null then o.shop_units else v.available_units end as "shopUnits",
            p.cause, p.units, p.since, off.control
       from page p
       join catalog.location l on l.location_id = p.location_id
       join availability.target t on t.shop_id = p.shop_id and t.location_id = p.location_id and t.product_id = p.product_id
       left join channel.level v on v.shop_id = p.shop_id and v.location_id = p.location_id and v.product_id = p.product_id
       left join reconcile.observation o on o.shop_id = p.shop_id and o.location_id = p.location_id and o.product_id = p.product_id
       left join lateral (
         select sum(h.on_hand_units) filter (where h.counted_at is not null) as on_hand,
                sum(h.on_hand_units - later.units) filter (where last.seq is not null) as erp
           from availability.supply u
           join inventory.position h on h.facility_id = u.facility_id and h.product_id = p.product_id
           left join lateral (
             select m.seq from inventory.movement m
              where m.facility_id = h.facility_id and m.product_id = h.product_id and m.file_id is not null order by m.seq desc limit 1
           ) last on true
           left join lateral (
             select coalesce(sum(m.on_hand_units), 0) as units from inventory.movement m
              where m.facility_id = h.facility_id and m.product_id = h.product_id and m.seq > last.seq
           ) later on true
          where u.shop_id = p.shop_id and u.location_id = p.location_id
       ) held on true
       left join lateral (
         select json_build_object('kind', c.kind, 'reason', c.reason, 'setBy', c.set_by, 'untilAt', (extract(epoch from c.until_at) * 1000)::bigint) as control
           from channel.control c
          where c.ended_at is null and (c.until_at is null or c.until_at > $4) and (c.shop_id is null or c.shop_id = p.shop_id)
            and (c.location_id is null or c.location_id = p.location_id) and (c.product_id is null or c.product_id = p.product_id)
          order by c.kind, c.set_at limit 1
       ) off on true
      order by p.units desc, p.shop_id, p.location_id, p.product_id`,
    [of.cause, of.shop, of.search, new Date(of.now), of.limit, of.offset],
  )
}

export async function countApart(sql: Sql, of: DiffWanted, limit: number): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select 1 from (${APART('$4')}) a join catalog.shop s using (shop_id) where ${WANTED} limit $5) counted`,
    [of.cause, of.shop, of.search, new Date(of.now), limit],
  )
  return rows[0]?.total ?? 0
}
