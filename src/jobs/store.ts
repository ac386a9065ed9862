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
  outcome: 'finished' | 'failed' | null
  read: number
  wrote: number
  code: string | null
  message: string | null
  cause: Cause
}

export type Heartbeat = { room: string; beatAt: InstantMs; outcome: 'finished' | 'failed'; code: string | null; message: string | null }

/** Opens the row of a run that a tick or a person asked for, so that it can be seen running. */
export async function startRun(sql: Sql, run: { job: string; room: string; startedAt: InstantMs; cause: Cause }): Promise<number> {
  const rows = await sql.query<{ run_id: number }>(
    `insert into jobs.run (job, room, started_at, cause) values ($1, $2, $3, $4) returning run_id`,
    [run.job, run.room, new Date(run.startedAt), run.cause],
  )
  return rows[0]?.run_id ?? 0
}

export type RunEnd = {
  finishedAt: InstantMs
  outcome: 'finished' | 'failed'
  read: number
  wrote: number
  code: string | null
  message: string | null
}

/** Closes the row of a run. */
export async function finishRun(sql: Sql, runId: number, end: RunEnd): Promise<void> {
  await sql.query(`update jobs.run set finished_at = $2, outcome = $3, read = $4, wrote = $5, code = $6, message = $7 where run_id = $1`, [
    runId,
    new Date(end.finishedAt),
    end.outcome,
    end.read,
    end.wrote,
    end.code,
    end.message,
  ])
}

export type EndedRun = { job: string; room: string; startedAt: InstantMs; cause: Cause } & RunEnd

/** Books runs that are over already. */
export async function recordRuns(sql: Sql, runs: readonly EndedRun[]): Promise<void> {
  await sql.query(
    `insert into jobs.run (job, room, started_at, finished_at, outcome, read, wrote, code, message, cause)
     select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[],
                          $8::text[], $9::text[], $10::text[])`,
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
    ],
  )
}

/**
 * Ends the runs of a job whose process died: its queue lets one run at a time, so whatever of it is still open when the
 * next one begins cannot be running.
 */
export async function closeLostRuns(sql: Sql, lost: { job: string; now: InstantMs; code: string; message: string }): Promise<void> {
  await sql.query(
    `update jobs.run set finished_at = $2, outcome = 'failed', code = $3, message = $4 where job = $1 and finished_at is null`,
    [lost.job, new Date(lost.now), lost.code, lost.message],
  )
}

/** Keeps about the newest `kept` runs. */
export async function purgeRuns(sql: Sql, kept: number): Promise<void> {
  await sql.query(`delete from jobs.run where run_id <= (select max(run_id) - $1 from jobs.run)`, [kept])
}

/** Writes the newest heartbeat of each room in one statement; an older one never takes the place of a newer. */
export async function beat(sql: Sql, beats: readonly Heartbeat[]): Promise<void> {
  await sql.query(
    `insert into jobs.heartbeat (room, beat_at, outcome, code, message)
     select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
     on conflict (room) do update
     set beat_at = excluded.beat_at, outcome = excluded.outcome, code = excluded.code, message = excluded.message
     where jobs.heartbeat.beat_at <= excluded.beat_at`,
    [
      beats.map(one => one.room),
      beats.map(one => new Date(one.beatAt)),
      beats.map(one => one.outcome),
      beats.map(one => one.code),
      beats.map(one => one.message),
    ],
  )
}

/** Every room's last heartbeat. */
export async function heartbeats(sql: Sql): Promise<Heartbeat[]> {
  return sql.query<Heartbeat>(`select room, beat_at as "beatAt", outcome, code, message from jobs.heartbeat order by room`)
}

/** The newest runs, of one job or of all. */
export async function latestRuns(sql: Sql, options: { job: string | null; limit: number }): Promise<Run[]> {
  return sql.query<Run>(
    `select run_id as "runId", job, room, started_at as "startedAt", finished_at as "finishedAt", outcome, read, wrote,
            code, message, cause
     from jobs.run where $1::text is null or job = $1 order by run_id desc limit $2`,
    [options.job, options.limit],
  )
}

/** The newest run of every job: what the list of jobs shows beside each name. */
export async function lastRunOfEachJob(sql: Sql): Promise<Run[]> {
  return sql.query<Run>(
    `select distinct on (job) run_id as "runId", job, room, started_at as "startedAt", finished_at as "finishedAt", outcome,
            read, wrote, code, message, cause
     from jobs.run order by job, run_id desc`,
  )
}
