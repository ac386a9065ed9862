import type { Tx } from '../db/connection.ts'
import { EFFECT_CODE } from '../import/effect.ts'
import { stagedTable } from '../import/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { CONTAINS_ALL, type Contains } from './contained.ts'

/** What of a believed file says which moments its rows speak of. */
export type Moments = {
  fileId: number
  feedId: number
  asOf: InstantMs
  hasRowAsOf: boolean
  orderLagMs: number
  /** Which of our own movements the sender's counts have in them already; not said: all up to their moment. */
  contains?: Contains | null
  /** Stretches of the ledger in which others may have moved; not said: all of it. Those of a large file's own parts are left out. */
  elsewhere?: readonly { from: number; to: number | null }[]
}

/** Which relations have to be looked at beside the positions, since something bears on the moments of this file. */
export type Bearing = {
  /** Movements took effect after a moment that the file speaks of: `sinceTable`. */
  hasSince: boolean
  /** Counts of a later moment are known: `newerTable`. */
  hasNewer: boolean
}

/** By how much a movement may have been recorded before it took effect, since clocks differ. */
const RECORDED_BEFORE_MS_MAX = 60_000

/** What moved at positions of this file after the moment of which their rows speak. */
export function sinceTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.since_')
}

/** The newest count of each position that is newer than the oldest moment of this file. */
export function newerTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.newer_')
}

/** The moment of a staged row `s`, in SQL. */
export function momentOfRow(moments: Pick<Moments, 'asOf' | 'hasRowAsOf'>): string {
  return moments.hasRowAsOf ? 's.as_of' : `'${new Date(moments.asOf).toISOString()}'::timestamptz`
}

/**
 * Looks whether anything lies after the moments of a file. Nearly always nothing does, and that is seen from a few pages; where
 * something does, it is added up in one scan of what was recorded since, and joined to the file as a set.
 */
export async function layBearing(tx: Tx, moments: Moments): Promise<Bearing> {
  const earliest = await earliestOf(tx, moments)
  const after = new Date(earliest - moments.orderLagMs)
  const recordedAfter = new Date(earliest - moments.orderLagMs - RECORDED_BEFORE_MS_MAX)
  const [found] = await unscanned(tx, () =>
    tx.query<Bearing>(
      `select exists (select 1 from inventory.movement where recorded_at >= $1 and effective_at > $2${notOwn(moments)}) as "hasSince",
              exists (select 1 from inventory.count_mark where as_of > $3) as "hasNewer"`,
      [recordedAfter, after, new Date(earliest)],
    ),
  )
  const bearing = found ?? { hasSince: false, hasNewer: false }
  const uncontained = uncontainedOf(moments)
  if (uncontained !== null && !bearing.hasSince) {
    const rows = await tx.query(
      `select 1 from inventory.own_movement o join ${stagedTable(moments.fileId)} s using (facility_id, product_id) where ${uncontained} limit 1`,
    )
    bearing.hasSince = rows.length > 0
  }
  if (bearing.hasSince) await unscanned(tx, () => laySince(tx, moments, { after, recordedAfter }))
  if (bearing.hasNewer) await layNewer(tx, moments.fileId, earliest)
  return bearing
}

/** What was laid down for one booking is of no use after it. */
export async function dropBearing(tx: Tx, fileId: number, bearing: Bearing): Promise<void> {
  if (bearing.hasSince) await tx.query(`drop table ${sinceTable(fileId)}`)
  if (bearing.hasNewer) await tx.query(`drop table ${newerTable(fileId)}`)
}

async function earliestOf(tx: Tx, moments: Moments): Promise<InstantMs> {
  if (!moments.hasRowAsOf) return moments.asOf
  const rows = await tx.query<{ earliest: InstantMs | null }>(`select min(as_of) as earliest from ${stagedTable(moments.fileId)}`)
  return rows[0]?.earliest ?? moments.asOf
}

/** In ranges of seq, which the ledger finds by a few pages: a large file would else go through all that it moved, once for every part. */
function notOwn({ elsewhere }: Moments): string {
  if (elsewhere === undefined) return ''
  return ` and (${elsewhere.map(({ from, to }) => `(seq >= ${from}${to === null ? '' : ` and seq <= ${to}`})`).join(' or ')})`
}

/**
 * The planner knows nothing of a ledger that has just grown by a million rows; left alone, it would read all of them, or go through the
 * whole of its key, which holds the time of recording last. What is left to it are the indexes that know of ranges of pages.
 */
async function unscanned<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await scans(tx, 'off')
  const result = await work()
  await scans(tx, 'on')
  return result
}

async function scans(tx: Tx, to: 'on' | 'off'): Promise<void> {
  for (const kind of ['enable_seqscan', 'enable_indexscan']) await tx.query(`set local ${kind} = ${to}`)
}

/**
 * What of our own movements `o` the count `s` lacks although they took effect before its moment, in SQL; null where a count has all of
 * them. `isContained` is the specification.
 */
function uncontainedOf(moments: Moments): string | null {
  const contains = moments.contains ?? CONTAINS_ALL
  if (contains.what === 'as_of') return null
  const moment = momentOfRow(moments)
  const isLacking =
    contains.what === 'lag'
      ? `o.effective_at > ${moment} - interval '${contains.lagMinutes} minutes'`
      : `(o.acknowledged_at is null or o.acknowledged_at > ${moment})`
  return `o.effective_at <= ${moment} and ${isLacking} and s.effect <> ${EFFECT_CODE.delta}`
}

async function laySince(tx: Tx, moments: Moments, { after, recordedAfter }: { after: Date; recordedAfter: Date }): Promise<void> {
  const moment = momentOfRow(moments)
  const uncontained = uncontainedOf(moments)
  await tx.query(
    `create unlogged table ${sinceTable(moments.fileId)} as
     select facility_id, product_id, sum(on_hand_units)::integer as on_hand_units, sum(reserved_units)::integer as reserved_units
       from (
         select facility_id, product_id,
                case when m.effective_at > ${moment} then m.on_hand_units else 0 end as on_hand_units,
                case when m.effective_at > ${moment} - interval '${moments.orderLagMs} milliseconds' then m.reserved_units else 0 end as reserved_units
           from inventory.movement m
           join ${stagedTable(moments.fileId)} s using (facility_id, product_id)
          where m.recorded_at >= '${recordedAfter.toISOString()}' and m.effective_at > '${after.toISOString()}' and s.effect <> ${EFFECT_CODE.delta}${notOwn(moments)}
         ${
           uncontained === null
             ? ''
             : `union all
         select facility_id, product_id, o.units, 0
           from inventory.own_movement o join ${stagedTable(moments.fileId)} s using (facility_id, product_id)
          where ${uncontained}`
         }
       ) moved
      group by facility_id, product_id`,
  )
}

async function layNewer(tx: Tx, fileId: number, earliest: InstantMs): Promise<void> {
  await tx.query(
    `create unlogged table ${newerTable(fileId)} as
     select distinct on (facility_id, product_id) facility_id, product_id, as_of, file_id
       from inventory.count_mark cross join lateral unnest(product_ids) as product_id
      where as_of > '${new Date(earliest).toISOString()}'
      order by facility_id, product_id, as_of desc`,
  )
}

export type FacilityCount = { facilityId: number; rows: number; units: number; zeroes: number }

/** Keeps which positions a file counted, so that an older count of them is known for what it is. One row for each facility. */
export async function markCounted(tx: Tx, moments: Moments, now: InstantMs): Promise<FacilityCount[]> {
  return tx.query<FacilityCount>(
    `insert into inventory.count_mark (facility_id, file_id, feed_id, as_of, rows, units, zeroes, atp_rows, product_ids, marked_at)
     select facility_id, $1, $2, $3, count(*), sum(units), count(*) filter (where units = 0),
            count(*) filter (where effect = ${EFFECT_CODE.atp_reset}), array_agg(product_id), $4
       from ${stagedTable(moments.fileId)}
      where effect <> ${EFFECT_CODE.delta}
      group by facility_id
     returning facility_id as "facilityId", rows, units, zeroes`,
    [moments.fileId, moments.feedId, moments.hasRowAsOf ? null : new Date(moments.asOf), new Date(now)],
  )
}

/** Tells each position the moment of its own row, where rows have one; a mark for the whole file could not. */
export async function tellMoments(tx: Tx, fileId: number): Promise<void> {
  await tx.query(
    `update inventory.position p set counted_as_of = s.as_of
       from ${stagedTable(fileId)} s
      where s.effect <> ${EFFECT_CODE.delta} and p.facility_id = s.facility_id and p.product_id = s.product_id
        and (p.counted_as_of is null or p.counted_as_of < s.as_of)`,
  )
}

/** How long a mark is kept by itself once its feed has counted the facility anew. */
export const MARK_KEPT_MS = 2 * 24 * 60 * 60 * 1_000

/**
 * Tells positions what old marks know and no newer one does, and drops the marks: they would else grow with every file. The
 * newest of each feed and facility stays, whatever its age.
 */
export async function foldMarks(tx: Tx, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ folded: number }>(
    `with old as (
       delete from inventory.count_mark m
        where m.marked_at < $1
          and exists (select 1 from inventory.count_mark n
                       where n.feed_id = m.feed_id and n.facility_id = m.facility_id and n.file_id > m.file_id)
       returning facility_id, file_id, as_of, product_ids
     ), told as (
       select facility_id, product_id, max(as_of) as as_of
         from old cross join lateral unnest(product_ids) as product_id
        where as_of is not null
        group by facility_id, product_id
     ), kept as (
       select m.facility_id, product_id, max(m.as_of) as as_of
         from inventory.count_mark m cross join lateral unnest(m.product_ids) as product_id
        where m.as_of is not null and m.facility_id in (select facility_id from old)
          and not exists (select 1 from old o where o.file_id = m.file_id and o.facility_id = m.facility_id)
        group by m.facility_id, product_id
     ), positioned as (
       update inventory.position p set counted_as_of = t.as_of
         from told t
        where p.facility_id = t.facility_id and p.product_id = t.product_id
          and (p.counted_as_of is null or p.counted_as_of < t.as_of)
          and not exists (select 1 from kept k where k.facility_id = t.facility_id and k.product_id = t.product_id and k.as_of >= t.as_of)
     )
     select count(*) as folded from old`,
    [new Date(now - MARK_KEPT_MS)],
  )
  return rows[0]?.folded ?? 0
}
