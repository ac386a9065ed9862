import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type ForeignPolicy, takenBy, waitingReason } from './foreign.ts'

export type Foreign = { locationId: number; productId: number; units: number; from: InstantMs; until: InstantMs }

export async function policiesOf(sql: Sql, shopId: number): Promise<Map<number, ForeignPolicy>> {
  const rows = await sql.query<{ locationId: number; policy: ForeignPolicy }>(
    'select location_id as "locationId", policy from channel.foreign_policy where shop_id = $1',
    [shopId],
  )
  return new Map(rows.map(row => [row.locationId, row.policy]))
}

export async function setPolicy(tx: Tx, of: { shopId: number; locationId: number; policy: ForeignPolicy }): Promise<void> {
  await tx.query('delete from channel.foreign_policy where shop_id = $1 and location_id = $2', [of.shopId, of.locationId])
  if (of.policy === 'ours') return
  await tx.query('insert into channel.foreign_policy (shop_id, location_id, policy) values ($1, $2, $3)', [
    of.shopId,
    of.locationId,
    of.policy,
  ])
}

/** Keeps what somebody else did to levels; what is not simply ours is not written until it is settled. */
export async function recordForeign(tx: Tx, shopId: number, found: readonly Foreign[], now: InstantMs): Promise<void> {
  const policies = await policiesOf(tx, shopId)
  const rows = found.map(each => ({ ...each, policy: policies.get(each.locationId) ?? ('ours' as const) }))
  await tx.query(
    `with found as (
       select * from unnest($2::integer[], $3::integer[], $4::integer[], $5::timestamptz[], $6::timestamptz[], $8::text[], $9::text[], $10::text[])
                  with ordinality as f (location_id, product_id, units, from_at, until_at, policy, taken, reason, n)
     ), paused as (
       insert into channel.control (kind, shop_id, location_id, product_id, reason, set_by, set_at)
       select 'pause', $1, location_id, product_id, reason, 'the policy of the location', $7 from found where policy <> 'ours'
       returning control_id, location_id, product_id
     )
     insert into channel.finding (shop_id, location_id, product_id, code, units, from_at, until_at, found_at, policy, taken, taken_by, taken_at,
                                  control_id, closed_at)
     select $1, f.location_id, f.product_id, 'CHANNEL_ANOTHER_WRITER', f.units, f.from_at, f.until_at, $7, f.policy, f.taken,
            case when f.taken is not null then 'the policy of the location' end, case when f.taken is not null then $7::timestamptz end,
            p.control_id, case when f.policy = 'ours' then $7::timestamptz end
       from found f left join paused p on p.location_id = f.location_id and p.product_id = f.product_id`,
    [
      shopId,
      rows.map(row => row.locationId),
      rows.map(row => row.productId),
      rows.map(row => row.units),
      rows.map(row => new Date(row.from)),
      rows.map(row => new Date(row.until)),
      new Date(now),
      rows.map(row => row.policy),
      rows.map(row => takenBy(row.policy)),
      rows.map(row => waitingReason(row.policy, row.units)),
    ],
  )
}

export type ToBook = { findingId: number; facilityId: number | null; productId: number; units: number; from: InstantMs; until: InstantMs }

/** What becomes our number and is not in the ledger yet, at the facility that the location stands for; null: at one of several. */
export async function foreignToBook(sql: Sql, shopId: number): Promise<ToBook[]> {
  return sql.query<ToBook>(
    `select f.finding_id as "findingId", m.facility_id as "facilityId", f.product_id as "productId", f.units, f.from_at as "from", f.until_at as "until"
       from channel.finding f left join catalog.location_mapping m using (shop_id, location_id)
      where f.shop_id = $1 and f.closed_at is null and f.taken = 'theirs' and f.booked_seq is null
      order by f.finding_id`,
    [shopId],
  )
}

export async function markBooked(sql: Sql, findingId: number, bookedSeq: number): Promise<void> {
  await sql.query('update channel.finding set booked_seq = $2 where finding_id = $1', [findingId, bookedSeq])
}

/** It cannot be booked by itself: a person is asked. */
export async function askInstead(sql: Sql, findingId: number, reason: string): Promise<void> {
  await sql.query(
    `update channel.finding set policy = 'ask', taken = null, taken_by = null, taken_at = null, reason = $2 where finding_id = $1`,
    [findingId, reason],
  )
}

/** Those that are settled: taken as ours, or booked and read by availability up to there. Gives the pauses that end with them. */
export async function closeSettled(tx: Tx, of: { shopId: number; readUpTo: number; now: InstantMs }): Promise<number[]> {
  const rows = await tx.query<{ controlId: number | null }>(
    `update channel.finding set closed_at = $3
      where shop_id = $1 and closed_at is null and (taken = 'ours' or (taken = 'theirs' and booked_seq <= $2))
     returning control_id as "controlId"`,
    [of.shopId, of.readUpTo, new Date(of.now)],
  )
  return rows.flatMap(row => (row.controlId === null ? [] : [row.controlId]))
}

export async function isAnyOpen(sql: Sql, shopId: number): Promise<boolean> {
  const rows = await sql.query<{ any: boolean }>(
    'select exists (select 1 from channel.finding where shop_id = $1 and closed_at is null) as any',
    [shopId],
  )
  return rows[0]?.any ?? false
}

export type KeptForeign = Foreign & {
  findingId: number
  location: string
  sku: string | null
  policy: ForeignPolicy
  taken: 'ours' | 'theirs' | null
  takenBy: string | null
  foundAt: InstantMs
  closedAt: InstantMs | null
  reason: string | null
}

const KEPT = `select f.finding_id as "findingId", f.location_id as "locationId", l.name as location, f.product_id as "productId",
    (select min(k.value) from catalog.product_identifier k where k.product_id = f.product_id and k.type = 'SKU') as sku,
    f.units, f.from_at as "from", f.until_at as "until", f.policy, f.taken, f.taken_by as "takenBy", f.found_at as "foundAt",
    f.closed_at as "closedAt", f.reason
  from channel.finding f left join catalog.location l on l.location_id = f.location_id`

/** What others wrote: what waits for a person first, then the newest. */
export async function foreignOf(sql: Sql, of: { shopId: number; limit: number; offset: number }): Promise<KeptForeign[]> {
  return sql.query<KeptForeign>(
    `${KEPT} where f.shop_id = $1 order by (f.closed_at is null and f.taken is null) desc, f.finding_id desc limit $2 offset $3`,
    [of.shopId, of.limit, of.offset],
  )
}

export async function countForeign(sql: Sql, shopId: number): Promise<number> {
  const rows = await sql.query<{ n: number }>('select count(*) as n from channel.finding where shop_id = $1', [shopId])
  return rows[0]?.n ?? 0
}

/** A person says whose number counts. False: it has been said already. */
export async function decide(
  tx: Tx,
  of: { shopId: number; findingId: number; taken: 'ours' | 'theirs'; by: string; reason: string; now: InstantMs },
): Promise<boolean> {
  const rows = await tx.query(
    `update channel.finding set taken = $3, taken_by = $4, taken_at = $5, reason = $6
      where shop_id = $1 and finding_id = $2 and closed_at is null and taken is null returning 1`,
    [of.shopId, of.findingId, of.taken, of.by, new Date(of.now), of.reason],
  )
  return rows.length > 0
}
