import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { catalogChanged } from './store.ts'

export type Facility = {
  facilityId: number
  code: string
  name: string
  type: string
  externalId: string | null
  allowBrokering: boolean
  allowPickup: boolean
  groups: string[]
  locations: string[]
  /** Null: it is open. */
  closed: { at: InstantMs; by: string; reason: string } | null
}

const FACILITIES = `
  select f.facility_id as "facilityId", f.code, f.name, f.type, f.external_id as "externalId", f.allow_brokering as "allowBrokering", f.allow_pickup as "allowPickup",
         array(select distinct g.code from catalog.facility_group_member m join catalog.facility_group g using (group_id)
                where m.facility_id = f.facility_id and m.thru_at is null order by 1) as groups,
         array(select l.name from catalog.location_mapping m join catalog.location l using (shop_id, location_id) where m.facility_id = f.facility_id order by 1) as locations,
         case when f.closed_at is not null then json_build_object('at', (extract(epoch from f.closed_at) * 1000)::bigint, 'by', f.closed_by,
           'reason', f.closed_reason) end as closed
    from catalog.facility f`

const SEARCHED = `($1::text is null or position(lower($1) in lower(f.code || ' ' || f.name || ' ' || coalesce(f.external_id, ''))) > 0)`

/** Facilities that hold stock; parkings and configurations hold none. */
const REAL = `f.type not in ('VIRTUAL_FACILITY', 'CONFIGURATION')`

export async function facilitiesOf(sql: Sql, of: { search: string | null; limit: number; offset: number }): Promise<Facility[]> {
  return sql.query<Facility>(`${FACILITIES} where ${REAL} and ${SEARCHED} order by f.name, f.code limit $2 offset $3`, [
    of.search,
    of.limit,
    of.offset,
  ])
}

export async function countFacilities(sql: Sql, search: string | null): Promise<number> {
  const rows = await sql.query<{ total: number }>(`select count(*) as total from catalog.facility f where ${REAL} and ${SEARCHED}`, [
    search,
  ])
  return rows[0]?.total ?? 0
}

export async function facilityCalled(sql: Sql, code: string): Promise<Facility | null> {
  const rows = await sql.query<Facility>(`${FACILITIES} where f.code = $1`, [code])
  return rows[0] ?? null
}

/** Every facility that a person may declare, by code: those that hold stock, and configurations. */
export async function declaredFacilities(sql: Sql): Promise<Facility[]> {
  return sql.query<Facility>(`${FACILITIES} where f.type <> 'VIRTUAL_FACILITY' order by f.code`)
}

/** Switches a facility for all channels. What is left out stays as it is. */
export async function switchFacility(
  tx: Tx,
  facilityId: number,
  to: { allowBrokering?: boolean | undefined; allowPickup?: boolean | undefined },
): Promise<void> {
  await tx.query(
    'update catalog.facility set allow_brokering = coalesce($2, allow_brokering), allow_pickup = coalesce($3, allow_pickup) where facility_id = $1',
    [facilityId, to.allowBrokering ?? null, to.allowPickup ?? null],
  )
  await catalogChanged(tx)
}

/** Closes a facility: nothing that lies there is sold from now on. What it shows at locations of its own is whoever asked to end. */
export async function closeFacility(tx: Tx, of: { facilityId: number; by: string; reason: string; now: InstantMs }): Promise<void> {
  await tx.query('update catalog.facility set closed_at = $2, closed_by = $3, closed_reason = $4 where facility_id = $1', [
    ...[of.facilityId, new Date(of.now), of.by, of.reason],
  ])
  await catalogChanged(tx)
}

/** Opens it again: its groups sell from it at once; locations of its own are mapped anew. */
export async function openFacility(tx: Tx, facilityId: number): Promise<void> {
  await tx.query('update catalog.facility set closed_at = null, closed_by = null, closed_reason = null where facility_id = $1', [
    facilityId,
  ])
  await catalogChanged(tx)
}

export type Channel = {
  groupId: number
  code: string
  name: string
  type: string
  isSelling: boolean
  holdPreorder: boolean
  facilities: string[]
  locations: string[]
}

const CHANNELS = `
  select g.group_id as "groupId", g.code, g.name, g.type, g.is_selling as "isSelling", g.hold_preorder as "holdPreorder",
         array(select distinct f.code from catalog.facility_group_member m join catalog.facility f using (facility_id)
                where m.group_id = g.group_id and m.thru_at is null order by 1) as facilities,
         array(select l.name from catalog.location_mapping m join catalog.location l using (shop_id, location_id) where m.group_id = g.group_id order by 1) as locations
    from catalog.facility_group g`

export async function channels(sql: Sql): Promise<Channel[]> {
  return sql.query<Channel>(`${CHANNELS} order by g.name, g.code`)
}

export async function channelCalled(sql: Sql, code: string): Promise<Channel | null> {
  const rows = await sql.query<Channel>(`${CHANNELS} where g.code = $1`, [code])
  return rows[0] ?? null
}

/** From now on these are no members of the group any more. */
export async function endMemberships(tx: Tx, groupId: number, codes: readonly string[], now: InstantMs): Promise<void> {
  await tx.query(
    `update catalog.facility_group_member m set thru_at = $3 from catalog.facility f
      where m.group_id = $1 and m.facility_id = f.facility_id and f.code = any ($2::text[]) and m.thru_at is null`,
    [groupId, [...codes], new Date(now)],
  )
  await catalogChanged(tx)
}

/** Switches a channel. What is left out stays as it is. */
export async function switchChannel(
  tx: Tx,
  groupId: number,
  to: { isSelling?: boolean | undefined; holdPreorder?: boolean | undefined },
): Promise<void> {
  await tx.query(
    'update catalog.facility_group set is_selling = coalesce($2, is_selling), hold_preorder = coalesce($3, hold_preorder) where group_id = $1',
    [groupId, to.isSelling ?? null, to.holdPreorder ?? null],
  )
  await catalogChanged(tx)
}
