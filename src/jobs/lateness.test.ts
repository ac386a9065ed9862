import { expect, test } from 'vitest'
import { type JobFacts, judgeJob, LATE_GRACE_MS, STUCK_MS, WORKER_SILENT_MS } from './lateness.ts'
import { madeWith } from './schedule.ts'

const DUE = Date.UTC(2026, 10, 23, 10, 15)
const LATER = DUE + LATE_GRACE_MS + 1_000
const job = { name: 'Update Recent Inventory Changes' }
const ran = (startedAt: number, outcome: string | null = 'finished', message: string | null = null) => ({
  ...{ startedAt, finishedAt: outcome === null ? null : startedAt + 1_000, outcome, code: null, message },
})
const well: JobFacts = {
  schedule: madeWith({ cron: '*/15 * * * *' }),
  lastRun: ran(DUE),
  workerBeatAt: LATER,
  waiting: { backlog: 0, oldestAt: null },
  knownSince: DUE - 86_400_000,
}
const quarter = well.schedule
const paused = { ...quarter, paused: { at: DUE, by: 'ada', reason: 'stocktaking' } }

test.each<[string, Partial<JobFacts>, number, string[]]>([
  ['ran when it was due', {}, LATER, []],
  ['missed its tick', { lastRun: ran(DUE - 900_000) }, LATER, ['JOB_LATE']],
  ['never ran', { lastRun: null }, LATER, ['JOB_LATE']],
  ['is due this minute', { lastRun: ran(DUE - 900_000) }, DUE + LATE_GRACE_MS - 1_000, []],
  ['has been known since a moment ago', { lastRun: null, knownSince: DUE + 1 }, LATER, []],
  ['was given another schedule since', { lastRun: null, schedule: { ...quarter, changedAt: DUE + 1 } }, LATER, []],
  ['was to skip that tick', { lastRun: ran(DUE - 900_000), schedule: { ...quarter, skippedUntil: DUE } }, LATER, []],
  ['is not to run before tonight', { lastRun: null, schedule: { ...quarter, firstRunAt: DUE + 36_000_000 } }, LATER, []],
  ['is paused and nothing waits', { schedule: paused, lastRun: null }, LATER, []],
  ['is paused while work waits', { schedule: paused, waiting: { backlog: 312, oldestAt: DUE } }, LATER, ['JOB_PAUSED_WITH_WORK_WAITING']],
  ['runs for half an hour', { lastRun: ran(LATER - STUCK_MS - 1, null) }, LATER, ['JOB_STUCK']],
  ['runs for a minute', { lastRun: ran(LATER - 60_000, null) }, LATER, []],
  ['failed', { lastRun: ran(DUE, 'failed', 'the shop is away') }, LATER, ['JOB_FAILED']],
  ['ended with errors, which are the file’s', { lastRun: ran(DUE, 'finished_with_errors') }, LATER, []],
  [
    'has nobody to run it',
    { workerBeatAt: LATER - WORKER_SILENT_MS - 1, lastRun: ran(DUE - 900_000) },
    LATER,
    ['WORKER_SILENT', 'JOB_LATE'],
  ],
])('a job that %s', (_title, facts, now, codes) => {
  expect(judgeJob(job, { ...well, ...facts }, now).map(finding => finding.code)).toEqual(codes)
})

test('of a shop it says by how many units it shows something else meanwhile', () => {
  const [found] = judgeJob(
    { name: 'Process Uploads to eCommerce for corner' },
    { ...well, schedule: paused, waiting: { backlog: 1, oldestAt: DUE, units: 1_204 } },
    LATER,
  )
  expect(found?.evidence).toBe(
    'Process Uploads to eCommerce for corner was paused by ada (“stocktaking”), and 1 thing, 1,204 units apart from what is shown, waits for it.',
  )
})

test('the finding says since when, what the evidence is and what to press', () => {
  expect(judgeJob(job, { ...well, schedule: paused, waiting: { backlog: 312, oldestAt: DUE } }, LATER)).toEqual([
    {
      code: 'JOB_PAUSED_WITH_WORK_WAITING',
      since: DUE,
      evidence: 'Update Recent Inventory Changes was paused by ada (“stocktaking”), and 312 things wait for it.',
      action: 'Resume',
    },
  ])
})
