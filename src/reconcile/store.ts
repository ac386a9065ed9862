import type { LevelSeen } from '../channel/port.ts'
import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RunKind } from './proof.ts'

export async function startRun(
  sql: Sql,
  run: { shopId: number; kind: RunKind; now: InstantMs; askedBy?: string | null; scope?: string | null },
): Promise<number> {
  const rows = await sql.query<{ runId: number }>(
    'insert into reconcile.run (shop_id, kind, started_at, asked_by, scope) values ($1, $2, $3, $4, $5) returning run_id as "runId"',
    [run.shopId, run.kind, new Date(run.now), run.askedBy ?? null, run.scope ?? null],
  )
  return rows[0]?.runId ?? 0
}

export type LevelDue = { locationId: number; locationGid: string; productId: number; inventoryItemGid: string }

/** Levels that confirmed a number nobody has read back since, by location. */
export async function levelsToReadBack(sql: Sql, due: { shopId: number; limit: number }): Promise<LevelDue[]> {
  return sql.query<LevelDue>(
    `select i.location_id as "locationId", loc.location_gid as "locationGid", i.product_id as "productId", l.inventory_item_gid as "inventoryItemGid"
       from outbox.intent i
       join catalog.item_link l on l.shop_id = i.shop_id and l.product_id = i.product_id
       join catalog.location loc on loc.location_id = i.location_id
       left join reconcile.observation o on o.shop_id = i.shop_id and o.location_id = i.location_id and o.product_id = i.product_id
       left join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
      where i.shop_id = $1 and i.state = 'confirmed'
        and (o.revision is null or o.revision < i.revision or o.verdict = 'waiting' or (o.verdict <> 'equal' and o.read_at < i.changed_at)
             -- Written since for another reason than a new promise: sales that nobody told us of, or a person who sells nothing.
             or (v.touched_at > o.read_at and v.frozen_by is null))
      order by i.location_id, i.product_id
      limit $2`,
    [due.shopId, due.limit],
  )
}

/** What was decided, less what the shop has set aside for customers since; before anything was decided, for unknown ones. */
const EXPECTED = `case
                when s.available is null then t.sellable_units - t.deficit_units
                when v.wanted_units is not null
                  then v.wanted_units - greatest(0, s.committed + s.reserved - v.committed_units - v.reserved_units)
                else t.sellable_units - t.deficit_units - greatest(s.committed - coalesce(open.units, 0), 0) - s.reserved
              end`

/**
 * What each level of `asked` (location_gid, inventory_item_gid) should show, and whether it does, by what the shop showed in
 * `seen`. Both stand before it; $2 is the shop, $3 the instant since which it was read. Its specification is `compareLevel` in
 * drift.ts.
 */
export const COMPARED = `
       select t.shop_id, t.location_id, t.product_id, t.revision, s.available, s.is_active, loc.name as location, asked.location_gid,
              asked.inventory_item_gid, i.state as intent_state, i.code as intent_code,
              ${EXPECTED} as expected,
              case
                when i.state is distinct from 'confirmed' or i.revision <> t.revision
                  or v.frozen_by is not null or v.touched_at > $3
                  or exists (select 1 from orders.demand_change d
                              where d.shop_id = $2 and d.inventory_item_gid = asked.inventory_item_gid
                                and d.location_gid = asked.location_gid and d.recorded_at > $3) then 'waiting'
                when s.available is null then 'not_stocked'
                when s.available = ${EXPECTED} then 'equal'
                else 'different'
              end as verdict
         from asked
         join catalog.location loc on loc.shop_id = $2 and loc.location_gid = asked.location_gid
         join catalog.item_link l on l.shop_id = $2 and l.inventory_item_gid = asked.inventory_item_gid
         join availability.target t on t.shop_id = $2 and t.location_id = loc.location_id and t.product_id = l.product_id
         left join outbox.intent i on i.shop_id = t.shop_id and i.location_id = t.location_id and i.product_id = t.product_id
         left join channel.level v on v.shop_id = t.shop_id and v.location_id = t.location_id and v.product_id = t.product_id
         left join seen s on s.location_gid = asked.location_gid and s.inventory_item_gid = asked.inventory_item_gid
         left join lateral (
           select sum(o.open_units)::integer as units from orders.open_line o
            where o.shop_id = $2 and o.inventory_item_gid = asked.inventory_item_gid and o.location_gid = asked.location_gid
         ) open on true`

/** Keeps what was `compared`; $1 is the run, $4 when it was read. Equal levels that were equal before are as they were. */
export const OBSERVED = `
     insert into reconcile.observation as o
       (shop_id, location_id, product_id, run_id, revision, expected_units, shop_units, verdict, different_since, read_at)
     select shop_id, location_id, product_id, $1, revision, expected, available, verdict,
            case when verdict in ('different', 'not_stocked') then $4::timestamptz end, $4
       from compared
     on conflict (shop_id, location_id, product_id) do update
        set run_id = excluded.run_id, revision = excluded.revision, expected_units = excluded.expected_units,
            shop_units = excluded.shop_units, verdict = excluded.verdict, read_at = excluded.read_at,
            different_since = case when excluded.different_since is null then null else coalesce(o.different_since, excluded.different_since) end
      where o.read_at <= excluded.read_at`

/**
 * Compares what the shop shows with what we want it to show, level by level, and keeps both numbers. `asked` are the levels
 * that were asked for; one that is not among `seen` is not stocked.
 */
export async function recordObservations(
  tx: Tx,
  run: { runId: number; shopId: number; startedAt: InstantMs; readAt: InstantMs },
  asked: readonly { locationGid: string; inventoryItemGid: string }[],
  seen: readonly LevelSeen[],
): Promise<void> {
  await tx.query(
    `with asked as (
       select distinct location_gid, inventory_item_gid from unnest($5::text[], $6::text[]) as a (location_gid, inventory_item_gid)
     ), seen as (
       select * from unnest($7::text[], $8::text[], $9::integer[], $10::integer[], $11::integer[], $12::boolean[])
         as s (location_gid, inventory_item_gid, available, committed, reserved, is_active)
     ), compared as (${COMPARED}
     )${OBSERVED}`,
    [
      run.runId,
      run.shopId,
      new Date(run.startedAt),
      new Date(run.readAt),
      asked.map(level => level.locationGid),
      asked.map(level => level.inventoryItemGid),
      seen.map(level => level.locationGid),
      seen.map(level => level.inventoryItemGid),
      seen.map(level => level.availableUnits),
      seen.map(level => level.committedUnits),
      seen.map(level => level.reservedUnits),
      seen.map(level => level.isActive),
    ],
  )
}

export type Differing = { locationId: number; productId: number }

/** How much this run found to differ. */
export async function differencesFound(sql: Sql, runId: number): Promise<{ corrections: number; units: number }> {
  const rows = await sql.query<{ corrections: number; units: number }>(
    `select count(*) as corrections, coalesce(sum(abs(expected_units - coalesce(shop_units, 0))), 0) as units
       from reconcile.observation where run_id = $1 and verdict in ('different', 'not_stocked')`,
    [runId],
  )
  return rows[0] ?? { corrections: 0, units: 0 }
}

/** The next levels that this run found to differ, after a place in their order. */
export async function differingOf(sql: Sql, of: { runId: number; after: Differing; limit: number }): Promise<Differing[]> {
  return sql.query<Differing>(
    `select location_id as "locationId", product_id as "productId"
       from reconcile.observation
      where run_id = $1 and verdict in ('different', 'not_stocked') and (location_id, product_id) > ($2, $3)
      order by location_id, product_id limit $4`,
    [of.runId, of.after.locationId, of.after.productId, of.limit],
  )
}

/** Ends a run with what its observations say, which may not be what the step believes it did. */
export async function countObservations(tx: Sql, runId: number): Promise<void> {
  await tx.query(
    `update reconcile.run r
        set levels_compared = c.compared, levels_equal = c.equal, levels_different = c.different, levels_waiting = c.waiting,
            levels_not_stocked = c.not_stocked, units_over = c.over, units_under = c.under, oldest_different_at = c.oldest
       from (
         select count(*) as compared,
                count(*) filter (where verdict = 'equal') as equal,
                count(*) filter (where verdict = 'different') as different,
                count(*) filter (where verdict = 'waiting') as waiting,
                count(*) filter (where verdict = 'not_stocked') as not_stocked,
                coalesce(sum(greatest(coalesce(shop_units, 0) - expected_units, 0)) filter (where verdict in ('different', 'not_stocked')), 0) as over,
                coalesce(sum(greatest(expected_units - coalesce(shop_units, 0), 0)) filter (where verdict in ('different', 'not_stocked')), 0) as under,
                min(different_since) as oldest
           from reconcile.observation where run_id = $1
       ) c
      where r.run_id = $1`,
    [runId],
  )
}

export async function finishRun(
  tx: Sql,
  run: { runId: number; now: InstantMs; code: string | null; reason: string | null; corrections: number },
): Promise<void> {
  await tx.query('update reconcile.run set finished_at = $2, code = $3, reason = $4, corrections = $5 where run_id = $1', [
    run.runId,
    new Date(run.now),
    run.code,
    run.reason,
    run.corrections,
  ])
}
