import type { LevelSeen } from '../channel/port.ts'
import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { BRAKE_DEFAULT, type BrakeLimits } from './brake.ts'
import { PROOF_ROWS_MAX, type Proof, type ProofRow } from './proof.ts'
import { COMPARED, type Differing, OBSERVED } from './store.ts'

/** Keeps what the shop showed until it is compared. */
export async function keepSeen(sql: Sql, runId: number, seen: readonly LevelSeen[]): Promise<void> {
  await sql.query(
    `insert into reconcile.seen (run_id, location_gid, inventory_item_gid, available, committed, reserved, is_active)
     select $1, * from unnest($2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::boolean[])`,
    [
      runId,
      seen.map(level => level.locationGid),
      seen.map(level => level.inventoryItemGid),
      seen.map(level => level.availableUnits),
      seen.map(level => level.committedUnits),
      seen.map(level => level.reservedUnits),
      seen.map(level => level.isActive),
    ],
  )
}

/** What was read is compared, or the reading broke off: it is forgotten, as is what earlier runs left lying about. */
export async function forgetSeen(sql: Sql, shopId: number): Promise<void> {
  await sql.query(`delete from reconcile.seen where run_id in (select run_id from reconcile.run where shop_id = $1)`, [shopId])
}

/** So that the comparison is planned for what is there. */
export async function measureSeen(sql: Sql): Promise<void> {
  await sql.query('analyze reconcile.seen')
}

export type Compared = Differing & { levels: number }

/**
 * Compares the next levels of a shop with what was read of it, in the order of their keys: keeps both numbers where
 * something changed, the differences with their causes, and adds to the counts of the run. Gives where it came to, or null
 * when nothing was left. The specification of a comparison is `compareLevel`, of a cause `causeOf`.
 */
export async function compareSeen(
  tx: Tx,
  run: { runId: number; shopId: number; startedAt: InstantMs; readAt: InstantMs },
  next: { after: Differing; limit: number },
): Promise<Compared | null> {
  const rows = await tx.query<Compared>(
    `with next as (
       select t.location_id, t.product_id from availability.target t
        where t.shop_id = $2 and (t.location_id, t.product_id) > ($5, $6)
        order by t.location_id, t.product_id limit $7
     ), asked as (
       select loc.location_gid, l.inventory_item_gid
         from next
         join catalog.location loc on loc.location_id = next.location_id
         join catalog.item_link l on l.shop_id = $2 and l.product_id = next.product_id
     ), seen as (
       select * from reconcile.seen where run_id = $1
     ), compared as materialized (${COMPARED}
     ), changed as (
       select compared.* from compared
         left join reconcile.observation o using (shop_id, location_id, product_id)
        where o.verdict is null or compared.verdict <> 'equal' or o.verdict <> 'equal' or o.revision <> compared.revision
           or o.expected_units <> compared.expected or o.shop_units is distinct from compared.available
     ), kept as (${OBSERVED.replace('from compared', 'from changed')}
       returning o.location_id, o.product_id, o.different_since
     ), differing as (
       insert into reconcile.difference
         (run_id, location_id, product_id, location, location_gid, sku, inventory_item_gid, verdict, cause, detail, expected_units, shop_units,
          different_since, read_at)
       select $1, c.location_id, c.product_id, c.location, c.location_gid, coalesce(sku.value, p.name), c.inventory_item_gid, c.verdict,
              case
                when c.verdict = 'not_stocked' then 'not_stocked'
                when c.verdict = 'different' then case when c.is_active then 'another_writer' else 'inactive' end
                when c.intent_state = 'blocked' then 'refused'
                when c.intent_state = 'sending' then 'on_its_way'
                when c.intent_state = 'confirmed' then 'moved'
                else 'queued'
              end,
              case when c.intent_state = 'blocked' then c.intent_code end, c.expected, c.available, kept.different_since, $4
         from compared c
         left join kept using (location_id, product_id)
         join catalog.product p on p.product_id = c.product_id
         left join lateral (
           select min(value) as value from catalog.product_identifier k where k.product_id = c.product_id and k.type = 'SKU'
         ) sku on true
        where c.verdict <> 'equal'
        order by c.location_id, c.product_id
        limit greatest(0, $8 - (select rows_kept from reconcile.run where run_id = $1))
       returning 1
     ), counted as (
       update reconcile.run r
          set levels_compared = levels_compared + c.compared, levels_equal = levels_equal + c.equal,
              levels_different = levels_different + c.different, levels_waiting = levels_waiting + c.waiting,
              levels_not_stocked = levels_not_stocked + c.not_stocked, units_over = units_over + c.over, units_under = units_under + c.under,
              oldest_different_at = least(oldest_different_at, (select min(different_since) from kept)),
              rows_kept = rows_kept + (select count(*) from differing)
         from (
           select count(*) as compared,
                  count(*) filter (where verdict = 'equal') as equal,
                  count(*) filter (where verdict = 'different') as different,
                  count(*) filter (where verdict = 'waiting') as waiting,
                  count(*) filter (where verdict = 'not_stocked') as not_stocked,
                  coalesce(sum(greatest(coalesce(available, 0) - expected, 0)) filter (where verdict in ('different', 'not_stocked')), 0) as over,
                  coalesce(sum(greatest(expected - coalesce(available, 0), 0)) filter (where verdict in ('different', 'not_stocked')), 0) as under
             from compared
         ) c
        where r.run_id = $1
     )
     select location_id as "locationId", product_id as "productId", (select count(*) from compared) as levels
       from next order by location_id desc, product_id desc limit 1`,
    [
      run.runId,
      run.shopId,
      new Date(run.startedAt),
      new Date(run.readAt),
      next.after.locationId,
      next.after.productId,
      next.limit,
      PROOF_ROWS_MAX,
    ],
  )
  return rows[0] ?? null
}

/** Levels that the shop shows and that are none of ours: counted, never touched. */
export async function countForeign(tx: Tx, run: { runId: number; shopId: number }): Promise<void> {
  await tx.query(
    `update reconcile.run r set levels_foreign = (
       select count(*)
         from reconcile.seen s
         left join catalog.location loc on loc.shop_id = $2 and loc.location_gid = s.location_gid
         left join catalog.item_link l on l.shop_id = $2 and l.inventory_item_gid = s.inventory_item_gid
         left join availability.target t on t.shop_id = $2 and t.location_id = loc.location_id and t.product_id = l.product_id
        where s.run_id = $1 and t.product_id is null)
      where r.run_id = $1`,
    [run.runId, run.shopId],
  )
}

export type ProofRead = Omit<Proof, 'finishedAt'> & {
  finishedAt: InstantMs | null
  digest: string | null
  code: string | null
  reason: string | null
  corrections: number
  askedBy: string | null
  scope: string | null
  releasedAt: InstantMs | null
  releasedBy: string | null
}

export const PROOF_COLUMNS = `r.run_id as "runId", s.code as shop, r.kind, r.started_at as "startedAt", r.finished_at as "finishedAt",
            r.levels_compared as "levelsCompared", r.levels_equal as "levelsEqual", r.levels_different as "levelsDifferent",
            r.levels_waiting as "levelsWaiting", r.levels_not_stocked as "levelsNotStocked", r.levels_foreign as "levelsForeign",
            r.units_over as "unitsOver", r.units_under as "unitsUnder", r.oldest_different_at as "oldestDifferentAt", r.rows_kept as "rowsKept",
            r.digest, r.code, r.reason, r.corrections, r.asked_by as "askedBy", r.scope, r.released_at as "releasedAt", r.released_by as "releasedBy"`

export async function proofOf(sql: Sql, runId: number): Promise<ProofRead | null> {
  const rows = await sql.query<ProofRead>(
    `select ${PROOF_COLUMNS} from reconcile.run r join catalog.shop s using (shop_id) where r.run_id = $1`,
    [runId],
  )
  return rows[0] ?? null
}

const ROWS_PER_READ = 5_000

/** The rows of a proof in the one order that its digest is made of. */
export async function* proofRows(sql: Sql, runId: number): AsyncIterable<ProofRow[]> {
  for (let after = { locationId: 0, productId: 0 }; ; ) {
    const rows = await sql.query<ProofRow & Differing>(
      `select location_id as "locationId", product_id as "productId", location, location_gid as "locationGid", sku,
              inventory_item_gid as "inventoryItemGid", verdict, cause, detail, expected_units as "expectedUnits", shop_units as "shopUnits",
              different_since as "differentSince", read_at as "readAt"
         from reconcile.difference
        where run_id = $1 and (location_id, product_id) > ($2, $3)
        order by location_id, product_id limit $4`,
      [runId, after.locationId, after.productId, ROWS_PER_READ],
    )
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last
  }
}

export async function recordDigest(sql: Sql, runId: number, digest: string): Promise<void> {
  await sql.query('update reconcile.run set digest = $2 where run_id = $1', [runId, digest])
}

/** The brake of a run is lifted. False: it was not on, or somebody was quicker. */
export async function markReleased(tx: Tx, run: { runId: number; by: string; now: InstantMs }): Promise<{ shopId: number } | null> {
  const rows = await tx.query<{ shopId: number }>(
    `update reconcile.run set released_at = $2, released_by = $3
      where run_id = $1 and code = 'RECONCILE_BRAKE' and released_at is null and finished_at is not null
     returning shop_id as "shopId"`,
    [run.runId, new Date(run.now), run.by],
  )
  return rows[0] ?? null
}

export async function addCorrections(tx: Tx, runId: number, corrections: number): Promise<void> {
  await tx.query('update reconcile.run set corrections = corrections + $2 where run_id = $1', [runId, corrections])
}

export async function brakeOf(sql: Sql, shopId: number): Promise<BrakeLimits> {
  const rows = await sql.query<BrakeLimits>(
    'select corrections_max as "correctionsMax", units_max as "unitsMax" from reconcile.brake where shop_id = $1',
    [shopId],
  )
  return rows[0] ?? BRAKE_DEFAULT
}

export async function setBrake(tx: Tx, shopId: number, limits: BrakeLimits): Promise<void> {
  await tx.query(
    `insert into reconcile.brake (shop_id, corrections_max, units_max) values ($1, $2, $3)
     on conflict (shop_id) do update set corrections_max = excluded.corrections_max, units_max = excluded.units_max`,
    [shopId, limits.correctionsMax, limits.unitsMax],
  )
}

/** Runs that broke off: nobody works for the shop any more, so they never end. With a run: only that one. */
export async function endLostRuns(sql: Sql, shopId: number, now: InstantMs, runId: number | null = null): Promise<void> {
  await sql.query(
    `update reconcile.run set finished_at = $2, code = 'RECONCILE_BROKE_OFF', reason = 'The comparison broke off and is begun anew.'
      where shop_id = $1 and finished_at is null and run_id = coalesce($3, run_id)`,
    [shopId, new Date(now), runId],
  )
}

/** Forgets what is old: proofs after a season, the small comparisons in between after a week. */
export async function forgetOldRuns(tx: Tx, shopId: number, before: { proofs: InstantMs; others: InstantMs }): Promise<void> {
  await tx.query(
    `delete from reconcile.run
      where shop_id = $1 and started_at < case when kind in ('hard_sync', 'sync_now') then $2::timestamptz else $3::timestamptz end`,
    [shopId, new Date(before.proofs), new Date(before.others)],
  )
}
