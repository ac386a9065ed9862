import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** How the street stood at one moment, as the first page said it. */
export type StreetSample = {
  at: InstantMs
  state: string
  levels: number
  levelsEqual: number
  levelsDifferent: number
  unitsAtRisk: number
  backlog: number
  oldestMs: number | null
}

export async function hasSample(sql: Sql, at: InstantMs): Promise<boolean> {
  return (await sql.query('select 1 from reconcile.street_sample where at = $1', [new Date(at)])).length > 0
}

/** Keeps one moment, and lets go of those before `keptSince`. */
export async function addSample(sql: Sql, sample: StreetSample, keptSince: InstantMs): Promise<void> {
  await sql.query(
    `insert into reconcile.street_sample (at, state, levels, levels_equal, levels_different, units_at_risk, backlog, oldest_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (at) do nothing`,
    [
      ...[new Date(sample.at), sample.state, sample.levels, sample.levelsEqual, sample.levelsDifferent, sample.unitsAtRisk],
      ...[sample.backlog, sample.oldestMs],
    ],
  )
  await sql.query('delete from reconcile.street_sample where at < $1', [new Date(keptSince)])
}

export type StreetPoint = Omit<StreetSample, 'state'>

/** The worst of each span of time since then, oldest first; a span of which nobody kept anything is left out. */
export async function streetPoints(sql: Sql, { since, spanMs }: { since: InstantMs; spanMs: number }): Promise<StreetPoint[]> {
  return sql.query<StreetPoint>(
    `select date_bin($2 * interval '1 millisecond', at, 'epoch') as at, min(levels_equal) as "levelsEqual", max(levels) as levels,
            max(levels_different) as "levelsDifferent", max(units_at_risk) as "unitsAtRisk", max(backlog) as backlog, max(oldest_ms) as "oldestMs"
       from reconcile.street_sample where at >= $1 group by 1 order by 1`,
    [new Date(since), spanMs],
  )
}
