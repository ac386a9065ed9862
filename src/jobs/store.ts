import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Cause } from './room-loop.ts'

/** One pass of one step, as it is kept. `outcome` null: it still runs. */
export type Run = {
  runId: number
  job: string
  room: string
  startedAt: InstantMs
  finishedAt: InstantMs | null
  outcome: RunOutcome | null
  read: number
  wrote: number
  errors: number
  code: string | null
  message: string | null
  cause: Cause
  /** The person who asked for it; null: a schedule, or the room before. */
  askedBy: string | null
  parameters: Record<string, string>
  cancelAskedAt: InstantMs | null
}

/** `skipped`: its tick came and was to be passed over. `crashed`: its process died. */
export type RunOutcome = 'finished' | 'finished_with_errors' | 'failed' | 'crashed' | 'cancelled' | 'skipped'

export type RunStart = {
  job: string
  room: string
  startedAt: InstantMs
  cause: Cause
  askedBy: string | null
  parameters: Readonly<Record<string, string>>
}

/** Opens the row of a run that a tick or a person asked for, so that it can be seen running. */
export async function startRun(sql: Sql, run: RunStart): Promise<number> {
  const rows = await sql.query<{ run_id: number }>(
    `insert into jobs.run (job, room, started_at, cause, asked_by, parameters) values ($1, $2, $3, $4, $5, $6::jsonb) returning run_id`,
    [run.job, run.room, new Date(run.startedAt), run.cause, run.askedBy, JSON.stringify(run.parameters)],
  )
  return rows[0]?.run_id ?? 0
}

export type RunEnd = {
  finishedAt: InstantMs
  outcome: RunOutcome
  read: number
  wrote: number
  errors: number
  code: string | null
  message: string | null
}

/** Closes the row of a run; gives who wanted it to end before, null: nobody. */
export async function finishRun(sql: Sql, runId: number, end: RunEnd): Promise<string | null> {
  const rows = await sql.query<{ by: string | null }>(
    `update jobs.run set finished_at = $2, outcome = $3, read = $4, wrote = $5, code = $6, errors = $8,
            message = case when $3 = 'cancelled' then coalesce($7, cancel_asked_by || ' ended this run.') else $7 end
      where run_id = $1
     returning cancel_asked_by as by`,
    [runId, new Date(end.finishedAt), end.outcome, end.read, end.wrote, end.code, end.message, end.errors],
  )
  return rows[0]?.by ?? null
}

/** Shows how far a run has come, and says whether a person wants it to end. */
export async function showProgress(sql: Sql, runId: number, done: { read: number; wrote: number }): Promise<{ isToEnd: boolean }> {
  const rows = await sql.query<{ asked: InstantMs | null }>(
    'update jobs.run set read = $2, wrote = $3 where run_id = $1 returning cancel_asked_at as asked',
    [runId, done.read, done.wrote],
  )
  return { isToEnd: (rows[0]?.asked ?? null) !== null }
}

/** Asks a run to end; false when it is over or unknown. */
export async function askToEnd(sql: Sql, runId: number, who: { by: string; at: InstantMs }): Promise<boolean> {
  const rows = await sql.query(
    `update jobs.run set cancel_asked_at = coalesce(cancel_asked_at, $2), cancel_asked_by = coalesce(cancel_asked_by, $3)
      where run_id = $1 and finished_at is null returning run_id`,
    [runId, new Date(who.at), who.by],
  )
  return rows.length > 0
}

export type EndedRun = RunStart & RunEnd

/** Books runs that are over already. */
export async function recordRuns(sql: Sql, runs: readonly EndedRun[]): Promise<void> {
  await sql.query(
    `insert into jobs.run (job, room, started_at, finished_at, outcome, read, wrote, code, message, cause, errors, parameters, asked_by)
     select job, room, started_at, finished_at, outcome, read, wrote, code, message, cause, errors, parameters::jsonb, asked_by
       from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[], $8::text[],
                   $9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[])
            as ended (job, room, started_at, finished_at, outcome, read, wrote, code, message, cause, errors, parameters, asked_by)`,
    [
      runs.map(run => run.job),
      runs.map(run => run.room),
      runs.map(run => new Date(run.startedAt)),
      runs.map(run => new Date(run.finishedAt)),
      runs.map(run => run.outcome),
      runs.map(run => run.read),
      runs.map(run => run.wrote),
      runs.map(run => run.code),
      runs.map(run => run.message),
      runs.map(run => run.cause),
      runs.map(run => run.errors),
      runs.map(run => JSON.stringify(run.parameters)),
      runs.map(run => run.askedBy),
    ],
  )
}

/** Whom a run is for, as whoseRun says: an index is made of it. */
const WHOSE = `coalesce(parameters->>'shop', parameters->>'source', '')`

function ofRun(run: string): string {
  return WHOSE.replaceAll('parameters', `${run}.parameters`)
}

/**
 * Ends the runs of a job whose process died: of those that are for the same shop or source (`whose`, '' for all) one has its turn at a
 * time, so whatever of them is still open when the next one has it cannot be running.
 */
export async function closeLostRuns(
  sql: Sql,
  lost: { job: string; whose: string; now: InstantMs; code: string; message: string },
): Promise<void> {
  await sql.query(
    `update jobs.run set finished_at = $2, outcome = 'crashed', code = $3, message = $4
      where job = $1 and finished_at is null and ${WHOSE} = $5`,
    [lost.job, new Date(lost.now), lost.code, lost.message, lost.whose],
  )
}

/** Of what a schedule or a person began, so much is kept of each job and shop or source however much came after it. */
export const ASKED_RUNS_KEPT = 50

/**
 * Keeps about the newest `kept` runs; what still runs; and the newest of those that a tick or a person began. Rooms that wake each other
 * fill the history within hours, and without these a job that ran last night would be said to have never run.
 */
export async function purgeRuns(sql: Sql, kept: number): Promise<void> {
  await sql.query(
    `delete from jobs.run old
      where run_id <= (select max(run_id) - $1 from jobs.run) and finished_at is not null
        and (cause = 'nudge' or (
          select count(*) from (
            select 1 from jobs.run newer
             where newer.job = old.job and ${ofRun('newer')} = ${ofRun('old')}
               and newer.cause <> 'nudge' and newer.outcome is distinct from 'skipped' and newer.run_id > old.run_id
             limit $2
          ) counted
        ) >= $2)`,
    [kept, ASKED_RUNS_KEPT],
  )
}

const RUN = `run_id as "runId", job, room, started_at as "startedAt", finished_at as "finishedAt", outcome, read, wrote, errors,
            code, message, cause, asked_by as "askedBy", parameters, cancel_asked_at as "cancelAskedAt"`

/** The newest runs, of one job or of all. */
export async function latestRuns(sql: Sql, options: { job: string | null; limit: number }): Promise<Run[]> {
  return sql.query<Run>(`select ${RUN} from jobs.run where $1::text is null or job = $1 order by run_id desc limit $2`, [
    options.job,
    options.limit,
  ])
}

export type RunFilter = {
  job: string | null
  room: string | null
  /** `running`: those that are not over. */
  outcome: RunOutcome | 'running' | null
  cause: Cause | null
  /** The shop or source that it was for. */
  whose: string | null
  /** In the job's name or in what it said. */
  search: string | null
}

const MATCHING = `($1::text is null or job = $1) and ($2::text is null or room = $2)
          and ($3::text is null or case $3 when 'running' then finished_at is null else outcome = $3 end)
          and ($4::text is null or cause = $4)
          and ($5::text is null or job ilike $5 or message ilike $5 or code ilike $5)
          and ($6::text is null or ${WHOSE} = $6)`

/** A page of the history, newest first. */
export async function runsPage(sql: Sql, filter: RunFilter, page: { limit: number; offset: number }): Promise<Run[]> {
  return sql.query<Run>(`select ${RUN} from jobs.run where ${MATCHING} order by run_id desc limit $7 offset $8`, [
    ...matching(filter),
    page.limit,
    page.offset,
  ])
}

/** How many runs match, counted up to `countedMax`. */
export async function countRuns(sql: Sql, filter: RunFilter, countedMax: number): Promise<number> {
  const rows = await sql.query<{ n: number }>(`select count(*) as n from (select 1 from jobs.run where ${MATCHING} limit $7) counted`, [
    ...matching(filter),
    countedMax,
  ])
  return rows[0]?.n ?? 0
}

function matching({ job, room, outcome, cause, whose, search }: RunFilter): unknown[] {
  return [job, room, outcome, cause, search === null ? null : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`, whose]
}

/** The runs since then that a tick or a person began, of every job, newest first. */
export async function askedRunsSince(sql: Sql, since: InstantMs, limit: number): Promise<Run[]> {
  return sql.query<Run>(`select ${RUN} from jobs.run where started_at >= $1 and cause <> 'nudge' order by started_at desc limit $2`, [
    new Date(since),
    limit,
  ])
}

/** One run, as it stands. */
export async function runOf(sql: Sql, runId: number): Promise<Run | null> {
  return (await sql.query<Run>(`select ${RUN} from jobs.run where run_id = $1`, [runId]))[0] ?? null
}

/** More than any job has rooms. */
const LAST_RUNS_MAX = 8

/**
 * The newest runs that a tick or a person began of each of these jobs, for the shop or source that stands beside it; '' for all of them. Each
 * of the job's rooms has its own; newest first.
 */
export async function lastAskedRuns(sql: Sql, jobs: readonly { job: string; whose: string }[]): Promise<(Run & { whose: string })[]> {
  return sql.query<Run & { whose: string }>(
    `select ${RUN}, named.whose from unnest($1::text[], $2::text[]) as named (name, whose)
      cross join lateral (
        select * from jobs.run
         where job = named.name and ${WHOSE} = named.whose and cause <> 'nudge' and outcome is distinct from 'skipped'
         order by run_id desc limit $3
      ) newest
      order by run_id desc`,
    [jobs.map(one => one.job), jobs.map(one => one.whose), LAST_RUNS_MAX],
  )
}

/** When the program's database was made: no tick before it was missed. */
export async function knownSince(sql: Sql): Promise<InstantMs> {
  const rows = await sql.query<{ at: InstantMs | null }>('select min(applied_at) as at from migration.applied')
  return rows[0]?.at ?? 0
}

/** Who changed a job, newest first; `whose`: only what was changed for that shop or source. */
export async function editsOf(sql: Sql, job: string, whose: string | null = null): Promise<Edit[]> {
  return sql.query<Edit>(
    `select seq, at, who, action, subject, name, before, after, reason from audit.entry
      where subject = 'job' and name = $1 and ($3::text is null or coalesce(after->>'shop', after->>'source') = $3) order by seq desc limit $2`,
    [job, EDITS_SHOWN, whose],
  )
}

const EDITS_SHOWN = 50

type Edit = {
  seq: number
  at: InstantMs
  who: string
  action: string
  subject: string
  name: string
  before: unknown
  after: unknown
  reason: string | null
}
