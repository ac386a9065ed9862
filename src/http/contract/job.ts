import { z } from 'zod'
import { auditEntry } from './audit.ts'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

export const RUN_OUTCOMES = ['finished', 'finished_with_errors', 'failed', 'crashed', 'cancelled', 'skipped'] as const
const CAUSES = ['tick', 'nudge', 'person'] as const
const PER = ['shop', 'source'] as const
/** The frequencies that people choose by name; anything else is a schedule of their own. */
export const FREQUENCIES = [
  { name: 'Every 5 minutes', cron: '*/5 * * * *', isForSlowJobs: false },
  { name: 'Every 15 minutes', cron: '*/15 * * * *', isForSlowJobs: false },
  { name: 'Every 30 minutes', cron: '*/30 * * * *', isForSlowJobs: false },
  { name: 'Hourly', cron: '0 * * * *', isForSlowJobs: false },
  { name: 'Every 6 hours', cron: '0 */6 * * *', isForSlowJobs: true },
  { name: 'Daily at 02:00', cron: '0 2 * * *', isForSlowJobs: true },
] as const

/** What a run is told, by the parameter's name. */
const parameterValues = z.record(z.string().max(60), z.string().max(400))

export const jobRun = z
  .object({
    runId: z.number().int(),
    job: z.string(),
    room: z.string(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    /** null: it still runs. */
    outcome: z.enum(RUN_OUTCOMES).nullable(),
    read: z.number().int(),
    wrote: z.number().int(),
    errors: z.number().int(),
    code: z.string().nullable(),
    message: z.string().nullable(),
    cause: z.enum(CAUSES),
    askedBy: z.string().nullable(),
    parameters: parameterValues,
    cancelAskedAt: instant.nullable(),
  })
  .meta({ id: 'JobRun' })

export const jobFinding = z
  .object({
    code: z.string(),
    since: instant.nullable(),
    evidence: z.string(),
    action: z.enum(['Run now', 'Resume', 'Change schedule', 'Terminate', 'Start a worker']),
  })
  .meta({ id: 'JobFinding' })

export const jobSchedule = z
  .object({
    cron: z.string(),
    timeZone: z.string(),
    firstRunAt: instant.nullable(),
    paused: z.object({ at: instant, by: z.string(), reason: z.string() }).nullable(),
    skippedUntil: instant.nullable(),
    /** Whether the job's rooms also run when the room before has written something. */
    isRealTime: z.boolean(),
    parameters: parameterValues,
    changedAt: instant.nullable(),
    changedBy: z.string().nullable(),
  })
  .meta({ id: 'JobSchedule' })

export const jobParameter = z
  .object({
    name: z.string(),
    type: z.enum(['text', 'shop', 'source', 'choice']),
    description: z.string(),
    isRequired: z.boolean(),
    isProtected: z.boolean(),
    choices: z.array(z.string()),
    default: z.string().nullable(),
    aliases: z.array(z.string()),
  })
  .meta({ id: 'JobParameter' })

const ownSchedule = z.object({
  /** The code of the shop, or the name of the source. */
  whose: z.string(),
  schedule: jobSchedule,
  nextAt: z.array(instant),
  lastRun: jobRun.nullable(),
  /** What waits for it in the job's rooms; `units`: by how much it shows something else meanwhile, null where that cannot be said. */
  waiting: z.object({ backlog: z.number().int(), oldestAt: instant.nullable(), units: z.number().int().nullable() }),
  findings: z.array(jobFinding),
})

export const jobInList = z
  .object({
    name: z.string(),
    slug: z.string(),
    category: z.string(),
    description: z.string(),
    steps: z.array(z.string()),
    /** The names and enum ids under which HotWax's Job Manager lists it. */
    aliases: z.array(z.string()),
    isSlow: z.boolean(),
    /** Each of these may have a schedule of its own for it; null: the job does all of its work at once. */
    per: z.enum(PER).nullable(),
    /** Who may run and change it beside admins; null: every operator. */
    people: z.array(z.string()).nullable(),
    /** The shops, or sources, that have a schedule of their own; the job's is for all the others. */
    own: z.array(ownSchedule),
    parameters: z.array(jobParameter),
    schedule: jobSchedule,
    /** The next runs, five at the most; none while it is paused. */
    nextAt: z.array(instant),
    lastRun: jobRun.nullable(),
    /** What waits in its rooms. */
    waiting: z.object({ backlog: z.number().int(), oldestAt: instant.nullable() }),
    findings: z.array(jobFinding),
  })
  .meta({ id: 'Job' })

export const jobList = z.object({ rows: z.array(jobInList) })

/** A job with who changed its schedule, from what to what. */
export const jobDetail = jobInList.extend({ edits: z.array(auditEntry) }).meta({ id: 'JobDetail' })

export const runsQuery = pageQuery.extend({
  job: z.string().optional(),
  room: z.string().optional(),
  outcome: z.enum([...RUN_OUTCOMES, 'running']).optional(),
  cause: z.enum(CAUSES).optional(),
  /** For this shop or source only. */
  whose: z.string().max(100).optional(),
  search: z.string().max(200).optional(),
})

/** What a run made, where it can be looked at. `label`: the name of the file, or the code of the shop. */
export const madeByRun = z.object({ kind: z.enum(['file', 'upload', 'proof', 'report']), id: z.number().int(), label: z.string() })

export const runList = pageOf(jobRun.extend({ made: z.array(madeByRun) }).meta({ id: 'JobRunInList' }))

/** What was asked for and has not begun: its queue lets one run at a time of those that are for the same shop or source. */
export const queuedRuns = z.object({
  rows: z.array(
    z
      .object({
        queuedId: z.uuid(),
        job: z.string(),
        slug: z.string(),
        cause: z.enum(CAUSES),
        by: z.string().nullable(),
        parameters: parameterValues,
        queuedAt: instant,
      })
      .meta({ id: 'QueuedRun' }),
  ),
})

/** Whose schedule: a shop's own by its code, a source's by its name, the job's without. */
export const scheduleQuery = z.object({ shop: z.string().min(1).max(60).optional(), source: z.string().min(1).max(100).optional() })

export const jobPeople = z.object({ people: z.array(z.string().min(1).max(100)).max(100).nullable() })

export const jobParams = z.object({ name: z.string().min(1) })
export const queuedParams = z.object({ queuedId: z.uuid() })
export const runParams = z.object({ runId: z.coerce.number().int().min(1) })

const HOURS_MAX = 48

export const timelineQuery = z.object({ hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(6) })

/** Each job on one line of time: what its schedule and people began, what comes next, and ticks that came and began nothing. */
export const jobTimeline = z.object({
  from: instant,
  now: instant,
  until: instant,
  /** There were more runs than are sent: the oldest are left out. */
  isCut: z.boolean(),
  rows: z.array(
    z.object({
      name: z.string(),
      slug: z.string(),
      runs: z.array(
        z.object({
          startedAt: instant,
          finishedAt: instant.nullable(),
          outcome: z.enum(RUN_OUTCOMES).nullable(),
          whose: z.string().nullable(),
        }),
      ),
      nextAt: z.array(instant),
      missedAt: z.array(instant),
    }),
  ),
})

/** What a person asks a run with; nothing: the usual work. */
export const jobAsk = z.object({ parameters: parameterValues.default({}) }).nullish()

/** `isQueued` is false when a run of this job waits already; asking twice is asking once. */
export const jobAsked = z.object({ job: z.string(), isQueued: z.boolean() })

/** A schedule as people set it; what is left out stays as it is. */
export const scheduleChange = z.object({
  cron: z.string().min(1).max(100).optional(),
  timeZone: z.string().min(1).max(100).optional(),
  firstRunAt: instant.nullable().optional(),
  isRealTime: z.boolean().optional(),
  parameters: parameterValues.optional(),
})

export const schedulePreview = z.object({
  nextAt: z.array(instant),
  /** What would be said about it; a refused one is not taken. */
  objections: z.array(z.object({ kind: z.enum(['refused', 'warning']), code: z.string(), reason: z.string() })),
})

export const scheduleChanged = z.object({ schedule: jobSchedule, nextAt: z.array(instant), warnings: z.array(z.string()) })

export const why = z.object({ reason: z.string().trim().min(1, 'say why').max(400) })
