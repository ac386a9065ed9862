import { AVAILABILITY_HEAD } from '../availability/store.ts'
import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Sql } from '../db/connection.ts'
import { peekCursors, positionOf, readCursor, setCursors } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type RoomStatus, type StepReport } from '../kernel/report.ts'

/** The cursor whose lock is the tally's. */
const READS_TARGETS = 'reconcile:tally-targets'
const READS_LINKS = 'reconcile:tally-links'

/** Levels that one step counts anew. */
const LEVELS_PER_STEP_MAX = 50_000

/**
 * How a level stands: a level counts as equal only if its newest revision was read back equal. Null: nothing has to be equal
 * there, since nobody is told. `key` holds the levels that are asked for.
 */
const STANDING = `
  select k.shop_id, k.location_id, k.product_id,
         case
           when t.product_id is null or t.withdrawn_code is not null or l.product_id is null then null
           when o.revision is distinct from t.revision or o.verdict = 'waiting' then 'waiting'
           when o.verdict = 'equal' then 'equal'
           else 'different'
         end as state,
         case when o.revision = t.revision and o.verdict in ('different', 'not_stocked') then abs(o.expected_units - coalesce(o.shop_units, 0)) else 0 end as risk,
         o.different_since
    from key k
    left join availability.target t on t.shop_id = k.shop_id and t.location_id = k.location_id and t.product_id = k.product_id
    left join catalog.item_link l on l.shop_id = k.shop_id and l.product_id = k.product_id
    left join reconcile.observation o on o.shop_id = k.shop_id and o.location_id = k.location_id and o.product_id = k.product_id`

/** What the levels of `key` change in the tally, shop by shop. */
const DELTA = `
  select coalesce(f.shop_id, s.shop_id) as shop_id, (count(f.state) - count(s.state)) as levels,
         count(*) filter (where f.state = 'equal') - count(*) filter (where s.state = 'equal') as levels_equal,
         count(*) filter (where f.state = 'different') - count(*) filter (where s.state = 'different') as levels_different,
         count(*) filter (where f.state = 'waiting') - count(*) filter (where s.state = 'waiting') as levels_waiting,
         coalesce(sum(f.risk) filter (where f.state = 'different'), 0) - coalesce(sum(s.units_at_risk), 0) as units_at_risk
    from fresh f
    left join reconcile.standing s using (shop_id, location_id, product_id)
   group by 1`

/** Counts what changed since the last count; everything anew where links or mappings did. */
export async function countStep({ db }: { db: Db }): Promise<StepReport> {
  return db.transaction(async tx => {
    await readCursor(tx, READS_TARGETS)
    const at = await peekCursors(tx, [READS_TARGETS, READS_LINKS, AVAILABILITY_HEAD, CATALOG_HEAD])
    const isAll = at[CATALOG_HEAD] !== at[READS_LINKS]
    const [page] = await tx.query<{ upTo: number | null }>(
      `select max(seq) as "upTo" from (select seq from availability.target where seq > $1 and seq <= $2 order by seq limit ${LEVELS_PER_STEP_MAX}) t`,
      [at[READS_TARGETS], at[AVAILABILITY_HEAD]],
    )
    const upTo = isAll ? at[AVAILABILITY_HEAD] : (page?.upTo ?? at[READS_TARGETS])
    const [counted] = await tx.query<{ keys: number; listed: number }>(
      `with listed as (
         delete from reconcile.uncounted
          where ctid = any (array(select ctid from reconcile.uncounted limit ${isAll ? 'null' : LEVELS_PER_STEP_MAX}))
         returning shop_id, location_id, product_id
       ), key as (
         select shop_id, location_id, product_id from listed
         union
         select shop_id, location_id, product_id from availability.target where $3 or (seq > $1 and seq <= $2)
         union
         select shop_id, location_id, product_id from reconcile.standing where $3
       ), fresh as (${STANDING}), gone as (
         delete from reconcile.standing s using fresh f
          where f.state is null and s.shop_id = f.shop_id and s.location_id = f.location_id and s.product_id = f.product_id
       ), kept as (
         insert into reconcile.standing as s (shop_id, location_id, product_id, state, units_at_risk, different_since)
         select shop_id, location_id, product_id, state, case when state = 'different' then risk else 0 end, case when state = 'different' then different_since end
           from fresh where state is not null
         on conflict (shop_id, location_id, product_id) do update
            set state = excluded.state, units_at_risk = excluded.units_at_risk, different_since = excluded.different_since
          where (s.state, s.units_at_risk, s.different_since) is distinct from (excluded.state, excluded.units_at_risk, excluded.different_since)
       ), delta as (${DELTA}), added as (
         insert into reconcile.tally as y (shop_id, levels, levels_equal, levels_different, levels_waiting, units_at_risk)
         select * from delta
         on conflict (shop_id) do update
            set levels = y.levels + excluded.levels, levels_equal = y.levels_equal + excluded.levels_equal,
                levels_different = y.levels_different + excluded.levels_different, levels_waiting = y.levels_waiting + excluded.levels_waiting,
                units_at_risk = y.units_at_risk + excluded.units_at_risk
       )
       select (select count(*) from fresh) as keys, (select count(*) from listed) as listed`,
      [at[READS_TARGETS], upTo, isAll],
    )
    await setCursors(tx, { [READS_TARGETS]: upTo, [READS_LINKS]: at[CATALOG_HEAD] })
    const keys = counted?.keys ?? 0
    const isMore = upTo < at[AVAILABILITY_HEAD] || counted?.listed === LEVELS_PER_STEP_MAX
    return keys === 0 ? NOTHING_TO_DO : { read: keys, wrote: 0, more: isMore }
  })
}

export type SyncFigures = {
  /** Levels with a target, a link and a mapping: what has to be equal. */
  levels: number
  levelsEqual: number
  levelsDifferent: number
  /** Not confirmed, or confirmed and not read back yet: nothing can be said about them. */
  levelsWaiting: number
  unitsAtRisk: number
  differentSince: InstantMs | null
  /** When the newest comparison that ran to its end was finished; null: the shop was never compared. */
  comparedAt: InstantMs | null
}

const NO_FIGURES: SyncFigures = {
  ...{ levels: 0, levelsEqual: 0, levelsDifferent: 0, levelsWaiting: 0, unitsAtRisk: 0, differentSince: null, comparedAt: null },
}

/** Levels that the tally does not hold as they stand now, and how they stand. */
const NOT_COUNTED = `at as (
       select coalesce(${positionOf(READS_TARGETS)}, 0) as targets, coalesce(${positionOf(AVAILABILITY_HEAD)}, 0) as head,
              coalesce(${positionOf(CATALOG_HEAD)}, 0) is distinct from ${positionOf(READS_LINKS)} as is_all
     ), key as (
       select shop_id, location_id, product_id from reconcile.uncounted
       union
       select t.shop_id, t.location_id, t.product_id from availability.target t where t.seq > (select targets from at) and t.seq <= (select head from at)
       union
       select t.shop_id, t.location_id, t.product_id from availability.target t where (select is_all from at)
       union
       select s.shop_id, s.location_id, s.product_id from reconcile.standing s where (select is_all from at)
     ), fresh as materialized (${STANDING})`

/**
 * What is proved at this moment: the tally, and what of it changed since it was kept, in one snapshot. As exact as counting
 * everything, which is what is done while links changed and the tally has not followed.
 */
export async function syncFigures(sql: Sql): Promise<SyncFigures> {
  const rows = await sql.query<SyncFigures>(
    `with ${NOT_COUNTED}, delta as (${DELTA}), total as (
       select y.shop_id, y.levels, y.levels_equal, y.levels_different, y.levels_waiting, y.units_at_risk from reconcile.tally y
       union all
       select * from delta
     ), apart as (
       select min(since) as since
         from (
           select s.different_since as since
             from reconcile.standing s join catalog.shop using (shop_id)
            where s.state = 'different' and is_enabled
              and not exists (select 1 from key k where k.shop_id = s.shop_id and k.location_id = s.location_id and k.product_id = s.product_id)
           union all
           select different_since from fresh join catalog.shop using (shop_id) where state = 'different' and is_enabled
         ) s
     )
     select coalesce(sum(levels), 0) as levels, coalesce(sum(levels_equal), 0) as "levelsEqual", coalesce(sum(levels_different), 0) as "levelsDifferent",
            coalesce(sum(levels_waiting), 0) as "levelsWaiting", coalesce(sum(units_at_risk), 0) as "unitsAtRisk",
            (select since from apart) as "differentSince", (select max(finished_at) from reconcile.run where code is null) as "comparedAt"
       from total join catalog.shop s using (shop_id)
      where s.is_enabled`,
    [],
    { name: 'reconcile.figures' },
  )
  return rows[0] ?? NO_FIGURES
}

/** Levels that are not equal, as the tally and what it does not hold yet say together. */
const APART = `${NOT_COUNTED}, apart as (
       select shop_id, location_id, product_id, state from fresh where state <> 'equal'
       union all
       select shop_id, location_id, product_id, state from reconcile.standing s
        where s.state <> 'equal'
          and not exists (select 1 from key k where k.shop_id = s.shop_id and k.location_id = s.location_id and k.product_id = s.product_id)
     )`

/** What of each shop waits to be read back, for shops of which something does. */
export async function waitingToBeReadBack(sql: Sql): Promise<WaitingOfShop[]> {
  return sql.query<WaitingOfShop>(
    `with ${APART}
     select sh.code as shop, count(*) as backlog, min(i.changed_at) as "oldestAt", null as units
       from apart s
       join outbox.intent i using (shop_id, location_id, product_id)
       join catalog.shop sh using (shop_id)
      where i.state = 'confirmed' and s.state = 'waiting'
      group by sh.code`,
    [],
    { name: 'reconcile.waiting' },
  )
}

/** `units`: by how much the shop shows something else than it is to be told; null: that cannot be said. */
export type WaitingOfShop = { shop: string; backlog: number; oldestAt: InstantMs | null; units: number | null }

/** Confirmed levels that were not read back; those that differ are stuck until they are set right. */
export async function reconcileStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<RoomStatus>(
    `with ${APART}
     select count(*) filter (where s.state = 'waiting') as backlog, min(i.changed_at) filter (where s.state = 'waiting') as "oldestAt",
            count(*) filter (where s.state = 'different') as stuck
       from apart s
       join outbox.intent i using (shop_id, location_id, product_id)
      where i.state = 'confirmed'`,
    [],
    { name: 'reconcile.status' },
  )
  return rows[0] ?? { backlog: 0, oldestAt: null, stuck: 0 }
}
