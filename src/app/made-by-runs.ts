import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import type { jobRun, madeByRun } from '../http/contract/job.ts'

type Run = Pick<Answer<typeof jobRun>, 'runId' | 'room' | 'startedAt' | 'finishedAt' | 'parameters'>
export type Made = Answer<typeof madeByRun>

const SHOWN_PER_RUN_MAX = 3

/**
 * The files, uploads, proofs and files that go out which these runs made, at most three of a run. A step of a room does one turn at a
 * time, so what it recorded while the run lasted is the run's.
 */
export async function madeByRuns(sql: Sql, runs: readonly Run[], now: number): Promise<ReadonlyMap<number, Made[]>> {
  const made = new Map<number, Made[]>()
  if (runs.length === 0) return made
  const rows = await sql.query<Made & { runId: number }>(
    `select r.run_id as "runId", m.kind, m.id, m.label
       from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[]) as r (run_id, room, started_at, ended_at, shop)
       cross join lateral (
         (select 'file' as kind, v.file_id as id, f.name as label from import.verdict v join feed.file f using (file_id)
           where r.room in ('import', 'large-files') and v.decided_at between r.started_at and r.ended_at order by v.decided_at limit $6)
         union all
         (select 'upload', u.upload_id, s.code from channel.upload u join catalog.shop s using (shop_id)
           where r.room = 'channel' and u.created_at between r.started_at and r.ended_at and (r.shop is null or s.code = r.shop)
           order by u.created_at limit $6)
         union all
         (select 'proof', p.run_id, s.code from reconcile.run p join catalog.shop s using (shop_id)
           where r.room in ('hard-sync', 'reconcile') and (p.kind = 'hard_sync') = (r.room = 'hard-sync') and p.kind <> 'recent'
             and p.started_at between r.started_at and r.ended_at and (r.shop is null or s.code = r.shop)
           order by p.started_at limit $6)
         union all
         (select 'report', o.report_id, o.name from inventory.report o
           where r.room = 'put-away' and o.made_at between r.started_at and r.ended_at order by o.made_at limit $6)
       ) m
      order by r.run_id, m.kind, m.id`,
    [
      runs.map(run => run.runId),
      runs.map(run => run.room),
      runs.map(run => new Date(run.startedAt)),
      runs.map(run => new Date(run.finishedAt ?? now)),
      runs.map(run => run.parameters.shop ?? null),
      SHOWN_PER_RUN_MAX,
    ],
  )
  for (const { runId, ...one } of rows) made.set(runId, [...(made.get(runId) ?? []), one])
  return made
}
