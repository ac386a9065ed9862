import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { CONTROLLED } from './control-store.ts'
import type { LevelKey } from './level-store.ts'
import type { LevelSeen } from './port.ts'

export async function isShadow(sql: Sql, shopId: number): Promise<boolean> {
  const rows = await sql.query<{ shadow: boolean }>('select is_shadow as shadow from channel.setting where shop_id = $1', [shopId])
  return rows[0]?.shadow ?? false
}

export async function setShadow(tx: Tx, shopId: number, shadow: boolean): Promise<void> {
  await tx.query(
    `insert into channel.setting (shop_id, is_shadow) values ($1, $2)
     on conflict (shop_id) do update set is_shadow = excluded.is_shadow`,
    [shopId, shadow],
  )
}

/** A person wants the shop compared now. */
export async function askToCompare(tx: Tx, shopId: number, now: InstantMs): Promise<void> {
  await tx.query(
    `insert into channel.setting (shop_id, compare_asked_at) values ($1, $2)
     on conflict (shop_id) do update set compare_asked_at = excluded.compare_asked_at`,
    [shopId, new Date(now)],
  )
}

/** When a person last wanted it compared; null: nobody did. */
export async function compareAskedAt(sql: Sql, shopId: number): Promise<InstantMs | null> {
  const rows = await sql.query<{ at: InstantMs | null }>('select compare_asked_at as at from channel.setting where shop_id = $1', [shopId])
  return rows[0]?.at ?? null
}

/** Whether anything was written to the shop, as far back as its job log is kept. */
export async function wasWritten(sql: Sql, shopId: number): Promise<boolean> {
  return (await sql.query(`select 1 from channel.exchange where shop_id = $1 and effect = 'write' limit 1`, [shopId])).length > 0
}

/** Whether it would be the first time that anything is written to the shop: nobody has seen yet what that changes. */
export async function isFirstTime(sql: Sql, shopId: number): Promise<boolean> {
  const live = await sql.query('select 1 from channel.setting where shop_id = $1 and live_at is not null', [shopId])
  return live.length === 0 && !(await wasWritten(sql, shopId))
}

/** Somebody has seen what going live changes, and lets it. The first time counts. */
export async function setLive(sql: Sql, shopId: number, now: InstantMs): Promise<void> {
  await sql.query(
    `insert into channel.setting as s (shop_id, live_at) values ($1, $2)
     on conflict (shop_id) do update set live_at = coalesce(s.live_at, excluded.live_at)`,
    [shopId, new Date(now)],
  )
}

/** Somebody else wrote this shop until now: what changed since any base says nothing about sales. Each level is looked at anew. */
export async function dropBases(tx: Tx, shopId: number): Promise<void> {
  await tx.query(
    `update channel.level set base_from = null, base_until = null, noted_from = null, noted_until = null
      where shop_id = $1 and (base_until is not null or noted_until is not null)`,
    [shopId],
  )
}

/** One that broke off is begun anew after so long. */
const BEGUN_ANEW_MS = 3_600_000

/** When the shop was last compared so, or begun to be; null: never, or it broke off. */
export async function lastRunAt(sql: Sql, shopId: number, now: InstantMs): Promise<InstantMs | null> {
  const rows = await sql.query<{ at: InstantMs | null }>(
    'select max(started_at) as at from channel.shadow_run where shop_id = $1 and (finished_at is not null or started_at > $2)',
    [shopId, new Date(now - BEGUN_ANEW_MS)],
  )
  return rows[0]?.at ?? null
}

export async function startRun(sql: Sql, shopId: number, now: InstantMs): Promise<number> {
  const rows = await sql.query<{ runId: number }>(
    'insert into channel.shadow_run (shop_id, started_at) values ($1, $2) returning shadow_run_id as "runId"',
    [shopId, new Date(now)],
  )
  return rows[0]?.runId ?? 0
}

export type SeenOfOurs = LevelKey & LevelSeen

/** Of what the shop shows, what is a level of ours. */
export async function oursAmong(sql: Sql, shopId: number, seen: readonly LevelSeen[]): Promise<SeenOfOurs[]> {
  const keys = await sql.query<LevelKey & { ordinal: number }>(
    `select i.shop_id as "shopId", i.location_id as "locationId", i.product_id as "productId", s.ordinal - 1 as ordinal
       from unnest($2::text[], $3::text[]) with ordinality as s (item, location, ordinal)
       join catalog.location loc on loc.shop_id = $1 and loc.location_gid = s.location
       join outbox.intent i on i.shop_id = $1 and i.location_id = loc.location_id and i.inventory_item_gid = s.item`,
    [shopId, seen.map(level => level.inventoryItemGid), seen.map(level => level.locationGid)],
  )
  return keys.flatMap(({ ordinal, ...key }) => {
    const level = seen[ordinal]
    return level === undefined ? [] : [{ ...key, ...level }]
  })
}

export type Difference = {
  locationId: number
  productId: number
  ourUnits: number
  theirUnits: number
  promisedUnits: number
  unseenUnits: number
}

export async function recordDifferences(tx: Tx, runId: number, rows: readonly Difference[]): Promise<void> {
  await tx.query(
    `insert into channel.shadow_difference (shadow_run_id, location_id, product_id, our_units, their_units, promised_units, unseen_units)
     select $1, location, product, ours, theirs, promised, unseen
       from unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::integer[])
              as d (location, product, ours, theirs, promised, unseen)
     on conflict do nothing`,
    [
      runId,
      rows.map(row => row.locationId),
      rows.map(row => row.productId),
      rows.map(row => row.ourUnits),
      rows.map(row => row.theirUnits),
      rows.map(row => row.promisedUnits),
      rows.map(row => row.unseenUnits),
    ],
  )
}

/**
 * What the shop does not stock where we would sell it, or has no level of: it would be stocked there and told our number, so it differs
 * by all of it. `since`: what was seen in this run was seen from then on.
 */
export async function recordUnstocked(sql: Sql, runId: number, of: { shopId: number; since: InstantMs; now: InstantMs }): Promise<void> {
  await sql.query(
    `insert into channel.shadow_difference (shadow_run_id, location_id, product_id, our_units, their_units, promised_units, unseen_units)
     select $1, i.location_id, i.product_id, i.units, 0, i.units, 0
       from outbox.intent i
       join catalog.location l on l.location_id = i.location_id and l.is_active
      where i.shop_id = $2 and i.inventory_item_gid is not null and i.state <> 'blocked' and i.units > 0
        and not ${CONTROLLED('sell_nothing', 'i', '$4::timestamptz')}
        and not exists (select 1 from channel.level v
                         where v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id and v.read_at >= $3)
     on conflict do nothing`,
    [runId, of.shopId, new Date(of.since), new Date(of.now)],
  )
}

export async function finishRun(sql: Sql, runId: number, of: { levels: number; now: InstantMs }): Promise<void> {
  await sql.query(
    `update channel.shadow_run r
        set finished_at = $3, levels = $2, different = d.different, units = d.units
       from (select count(*) as different, coalesce(sum(abs(our_units - their_units)), 0) as units
               from channel.shadow_difference where shadow_run_id = $1) d
      where r.shadow_run_id = $1`,
    [runId, of.levels, new Date(of.now)],
  )
}

const RUNS_KEPT_MS = 30 * 86_400_000

/** Lists older than a month are taken away with their differences. */
export async function purgeRuns(sql: Sql, shopId: number, now: InstantMs): Promise<void> {
  await sql.query('delete from channel.shadow_run where shop_id = $1 and started_at < $2', [shopId, new Date(now - RUNS_KEPT_MS)])
}

export type Run = { runId: number; startedAt: InstantMs; finishedAt: InstantMs | null; levels: number; different: number; units: number }

export async function runsOf(sql: Sql, shopId: number, limit: number): Promise<Run[]> {
  return sql.query<Run>(
    `select shadow_run_id as "runId", started_at as "startedAt", finished_at as "finishedAt", levels, different, units
       from channel.shadow_run where shop_id = $1 order by started_at desc limit $2`,
    [shopId, limit],
  )
}

export type DifferenceInList = Difference & { sku: string; location: string }

/** The differences of a run, largest first; of one SKU where it is searched for. */
export async function differencesOf(
  sql: Sql,
  of: { runId: number; search: string | null; limit: number; offset: number },
): Promise<DifferenceInList[]> {
  return sql.query<DifferenceInList>(
    `select d.location_id as "locationId", d.product_id as "productId", d.our_units as "ourUnits", d.their_units as "theirUnits",
            d.promised_units as "promisedUnits", d.unseen_units as "unseenUnits", coalesce(sku.value, p.name) as sku, l.name as location
       from ${DIFFERENCES}
      where d.shadow_run_id = $1 and ${WANTED}
      order by abs(d.our_units - d.their_units) desc, d.location_id, d.product_id limit $3 offset $4`,
    [of.runId, of.search, of.limit, of.offset],
  )
}

export async function countDifferences(sql: Sql, of: { runId: number; search: string | null }): Promise<number> {
  const rows = await sql.query<{ total: number }>(`select count(*) as total from ${DIFFERENCES} where d.shadow_run_id = $1 and ${WANTED}`, [
    of.runId,
    of.search,
  ])
  return rows[0]?.total ?? 0
}

const DIFFERENCES = `channel.shadow_difference d
  join catalog.product p on p.product_id = d.product_id
  join catalog.location l on l.location_id = d.location_id
  left join lateral (
    select min(value) as value from catalog.product_identifier k where k.product_id = d.product_id and k.type = 'SKU') sku on true`
const WANTED = `($2::text is null or position(lower($2) in lower(coalesce(sku.value, p.name))) > 0)`
