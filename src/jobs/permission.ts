import { TrueupError } from '../kernel/error.ts'
import type { Job } from './job.ts'

/** Who may run and change a job beside admins: the names of those who were chosen; null: every operator. */
export type Permission = readonly string[] | null

/** Refuses whom the job was not given to. That the asker is an operator at least, the gate has seen to. */
export function allow(job: Pick<Job, 'name'>, who: { name: string; role: string }, permission: Permission): void {
  if (who.role === 'admin' || permission === null || permission.includes(who.name)) return
  const chosen = permission.length === 0 ? 'admins' : `${permission.join(', ')} and admins`
  throw new TrueupError('JOBS_NOT_PERMITTED', `${job.name} may be run and changed by ${chosen} only.`, {
    retry: 'after-operator',
    hint: 'Ask one of them, or an admin to give you this job.',
    detail: { job: job.name, people: [...permission] },
  })
}
