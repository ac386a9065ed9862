import { z } from 'zod'
import { instant } from './instant.ts'

export const jobRun = z
  .object({
    runId: z.number().int(),
    job: z.string(),
    room: z.string(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    /** null: it still runs. */
    outcome: z.enum(['finished', 'failed']).nullable(),
    read: z.number().int(),
    wrote: z.number().int(),
    code: z.string().nullable(),
    message: z.string().nullable(),
    cause: z.enum(['tick', 'nudge', 'person']),
  })
  .meta({ id: 'JobRun' })

export const jobInList = z
  .object({
    name: z.string(),
    slug: z.string(),
    category: z.string(),
    description: z.string(),
    steps: z.array(z.string()),
    cron: z.string(),
    /** null: the schedule has no next time. */
    nextAt: instant.nullable(),
    lastRun: jobRun.nullable(),
  })
  .meta({ id: 'Job' })

export const jobList = z.object({ rows: z.array(jobInList) })

const RUNS_SHOWN_MAX = 200

export const runsQuery = z.object({
  job: z.string().optional(),
  room: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(RUNS_SHOWN_MAX).default(50),
})

export const runList = z.object({ rows: z.array(jobRun) })

export const jobParams = z.object({ name: z.string().min(1) })

/** `isQueued` is false when a run of this job waits already; asking twice is asking once. */
export const jobAsked = z.object({ job: z.string(), isQueued: z.boolean() })
