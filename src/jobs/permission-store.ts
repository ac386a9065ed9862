import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Job } from './job.ts'
import type { Permission } from './permission.ts'

/** To whom jobs were given, by slug; a job that is not named is everybody's who operates. */
export async function permissions(sql: Sql): Promise<Map<string, string[]>> {
  const rows = await sql.query<{ job: string; people: string[] }>('select job, people from jobs.permission')
  return new Map(rows.map(row => [row.job, row.people]))
}

export async function permissionOf(sql: Sql, job: Job): Promise<Permission> {
  return (await permissions(sql)).get(job.slug) ?? null
}

/** Gives a job to these people only; null: to every operator again. */
export async function setPermission(sql: Sql, job: Job, people: Permission, change: { by: string; at: InstantMs }): Promise<void> {
  if (people === null) await sql.query('delete from jobs.permission where job = $1', [job.slug])
  else
    await sql.query(
      `insert into jobs.permission (job, people, changed_at, changed_by) values ($1, $2, $3, $4)
       on conflict (job) do update set people = excluded.people, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
      [job.slug, [...people], new Date(change.at), change.by],
    )
}
