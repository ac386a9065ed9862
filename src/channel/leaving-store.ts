import type { Choice } from '../catalog/choice.ts'
import type { StandsFor } from '../catalog/mapping-store.ts'
import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/**
 * What leaves a shop: the products that a new choice leaves out, all that a location shows (`to`: and it stands for something else
 * then), or everything. `kept`: what a location goes on showing although the place that it stands for now has never counted it.
 */
export type Leaver =
  | { kind: 'products'; choice: Choice; productIds: readonly number[] }
  | { kind: 'location'; locationId: number; to?: StandsFor }
  | { kind: 'kept'; locationId: number; productIds: readonly number[] }
  | { kind: 'shop' }

export type Leaving = {
  leavingId: number
  kind: Leaver['kind']
  choice: Choice
  locationId: number | null
  location: string | null
  /** What the location stands for when it has left; both null: for nothing. */
  to: StandsFor
  /** The same, as it is called. */
  movesTo: string | null
  /** It stands for the other place already, and waits for the promises to follow. */
  hasMoved: boolean
  reason: string
  askedAt: InstantMs
  askedBy: string
  /** Levels that do not show 0 yet; of what is kept: that are kept still. */
  levelsLeft: number
  /** Of these, levels that the shop refuses to set to 0. What it has no longer, or does not sell there, is none of them. */
  levelsRefused: number
}

/** What waits to leave a shop, oldest first, and how many of its levels do not show 0 yet. */
export async function leavingsOf(sql: Sql, shopId: number): Promise<Leaving[]> {
  const rows = await sql.query<Omit<Leaving, 'choice' | 'to'> & Choice & StandsFor>(
    `select l.leaving_id as "leavingId", left_over.levels as "levelsLeft", left_over.refused as "levelsRefused", l.kind, l.tags, l.vendors, l.product_types as "productTypes", l.skus, l.location_id as "locationId",
            loc.name as location, l.to_facility_id as "facilityId", l.to_group_id as "groupId", l.moved_at is not null as "hasMoved",
            coalesce((select f.code from catalog.facility f where f.facility_id = l.to_facility_id),
                     (select g.code from catalog.facility_group g where g.group_id = l.to_group_id)) as "movesTo", coalesce(l.reason, '') as reason, l.asked_at as "askedAt", l.asked_by as "askedBy"
       from channel.leaving l left join catalog.location loc on loc.location_id = l.location_id
      cross join lateral (
        select count(*) as levels, 0 as refused from channel.control x where l.kind = 'kept' and x.leaving_id = l.leaving_id and x.ended_at is null
        having l.kind = 'kept'
        union all
        select count(*), count(*) filter (where i.state = 'blocked')
          from channel.control x
          join outbox.intent i on i.shop_id = l.shop_id and (x.product_id is null or i.product_id = x.product_id)
                              and (x.location_id is null or i.location_id = x.location_id)
          left join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
         where l.kind <> 'kept' and x.leaving_id = l.leaving_id
           and (i.state in ('pending', 'sending') or (i.state = 'confirmed' and v.available_units > 0)
                or (i.state = 'blocked' and i.blocked_until <> 'catalog'))
        having l.kind <> 'kept') left_over
      where l.shop_id = $1 and l.done_at is null order by l.leaving_id`,
    [shopId],
  )
  return rows.map(({ tags, vendors, productTypes, skus, facilityId, groupId, ...leaving }) => ({
    ...leaving,
    choice: { tags, vendors, productTypes, skus },
    to: { facilityId, groupId },
  }))
}

/** The choice that waits to take effect; null: none does. */
export async function leavingOf(sql: Sql, shopId: number): Promise<Leaving | null> {
  return (await leavingsOf(sql, shopId)).find(leaving => leaving.kind === 'products') ?? null
}

const EVERYTHING: Choice = { tags: [], vendors: [], productTypes: [], skus: [] }

/** Has what leaves sell nothing in the shop until it is gone, and leaves alone what is kept. Gives the controls that see to it. */
export async function beginLeaving(
  tx: Tx,
  of: { shopId: number; leaver: Leaver; reason: string; by: string; now: InstantMs },
): Promise<number[]> {
  const { leaver } = of
  const choice = leaver.kind === 'products' ? leaver.choice : EVERYTHING
  const locationId = 'locationId' in leaver ? leaver.locationId : null
  const to: StandsFor = (leaver.kind === 'location' ? leaver.to : undefined) ?? { facilityId: null, groupId: null }
  const rows = await tx.query<{ controlId: number }>(
    `with begun as (
       insert into channel.leaving (shop_id, tags, vendors, product_types, skus, asked_by, asked_at, kind, location_id, reason, to_facility_id, to_group_id)
       values ($1, $2, $3, $4, $5, $6, $7, $10, $11, $8, $13, $14)
       returning leaving_id)
     insert into channel.control (kind, shop_id, location_id, product_id, reason, set_by, set_at, leaving_id)
     select $12, $1, $11, product, $8, $6, $7, leaving_id from begun cross join unnest($9::integer[]) as p (product)
     returning control_id as "controlId"`,
    [
      ...[of.shopId, choice.tags, choice.vendors, choice.productTypes, choice.skus, of.by, new Date(of.now), of.reason],
      ...['productIds' in leaver ? leaver.productIds : [null], leaver.kind, locationId],
      ...[leaver.kind === 'kept' ? 'pause' : 'sell_nothing', to.facilityId, to.groupId],
    ],
  )
  return rows.map(row => row.controlId)
}

/** Takes one for this transaction, as it is now; null: it is over. */
export async function takeLeaving(tx: Tx, shopId: number, leavingId: number): Promise<Leaving | null> {
  await tx.query('select 1 from channel.leaving where leaving_id = $1 for update', [leavingId])
  return (await leavingsOf(tx, shopId)).find(leaving => leaving.leavingId === leavingId) ?? null
}

/** It is over. Gives the controls that were in effect until now. */
export async function finishLeaving(tx: Tx, leavingId: number, now: InstantMs): Promise<number[]> {
  await tx.query('update channel.leaving set done_at = $2 where leaving_id = $1', [leavingId, new Date(now)])
  return endControlsOf(tx, leavingId, now, 'true')
}

export async function noteMoved(tx: Tx, leavingId: number, now: InstantMs): Promise<void> {
  await tx.query('update channel.leaving set moved_at = $2 where leaving_id = $1', [leavingId, new Date(now)])
}

/** Ends what is kept of a product that the place has counted by now. Gives the controls that ended. */
export async function endCounted(tx: Tx, leavingId: number, now: InstantMs): Promise<number[]> {
  return endControlsOf(tx, leavingId, now, IS_COUNTED('c'))
}

async function endControlsOf(tx: Tx, leavingId: number, now: InstantMs, which: string): Promise<number[]> {
  const rows = await tx.query<{ controlId: number }>(
    `update channel.control c set ended_by = 'its end', ended_at = $2 where c.leaving_id = $1 and c.ended_at is null and ${which}
     returning c.control_id as "controlId"`,
    [leavingId, new Date(now)],
  )
  return rows.map(row => row.controlId)
}

/** Whether what a location stands for has ever counted a product, or every part of a kit: else nothing is known of it there. */
const IS_COUNTED = (level: string) => `exists (
  select 1 from catalog.location_mapping m
    join catalog.facility f on f.closed_at is null and (f.facility_id = m.facility_id or exists (
      select 1 from catalog.facility_group_member x where x.group_id = m.group_id and x.facility_id = f.facility_id and x.thru_at is null))
   where m.shop_id = ${level}.shop_id and m.location_id = ${level}.location_id
     and (exists (select 1 from inventory.position p where p.facility_id = f.facility_id and p.product_id = ${level}.product_id and p.counted_at is not null)
          or (exists (select 1 from catalog.kit_component k where k.kit_product_id = ${level}.product_id)
              and not exists (
                select 1 from catalog.kit_component k
                 where k.kit_product_id = ${level}.product_id and not exists (
                   select 1 from inventory.position p
                    where p.facility_id = f.facility_id and p.product_id = k.component_product_id and p.counted_at is not null)))))`

/** Products that are told at a location, and that what it stands for has never counted. */
export async function notCountedAt(tx: Tx, at: { shopId: number; locationId: number }): Promise<number[]> {
  const rows = await tx.query<{ productId: number }>(
    `select i.product_id as "productId" from outbox.intent i
      where i.shop_id = $1 and i.location_id = $2 and i.inventory_item_gid is not null and not ${IS_COUNTED('i')} order by 1`,
    [at.shopId, at.locationId],
  )
  return rows.map(row => row.productId)
}

/** What a shop is told at a location now: how many levels, and how many units they show together. */
export async function toldAt(sql: Sql, at: { shopId: number; locationId: number }): Promise<{ levels: number; units: number }> {
  const rows = await sql.query<{ levels: number; units: number }>(
    `select count(*) as levels, coalesce(sum(greatest(i.units, 0)), 0) as units from outbox.intent i
      where i.shop_id = $1 and i.location_id = $2 and i.inventory_item_gid is not null`,
    [at.shopId, at.locationId],
  )
  return rows[0] ?? { levels: 0, units: 0 }
}
