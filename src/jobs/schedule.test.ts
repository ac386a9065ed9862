import { describe, expect, test } from 'vitest'
import { FREQUENCIES } from '../http/contract/job.ts'
import { JOBS, type Job, jobCalled } from './job.ts'
import {
  FIRST_RUN_FAR_MS,
  intervalMs,
  judgeTick,
  madeWith,
  nextRuns,
  objections,
  type Schedule,
  SLOW_JOB_INTERVAL_MS_MIN,
} from './schedule.ts'

const NOW = Date.UTC(2026, 10, 23, 10, 7)
const at = (hour: number, minute = 0, day = 23) => Date.UTC(2026, 10, day, hour, minute)
const job = (name: string): Job => jobCalled(name) ?? expect.unreachable(name)
const quarter: Schedule = { ...madeWith({ cron: '*/15 * * * *' }) }
const paused = { at: NOW, by: 'ada', reason: 'stocktaking' }

describe('a tick', () => {
  test.each([
    ['runs the job', quarter, at(10, 15), 'run'],
    ['is passed over while the job is paused', { ...quarter, paused }, at(10, 15), 'paused'],
    ['is passed over before the first run', { ...quarter, firstRunAt: at(12) }, at(10, 15), 'before-first-run'],
    ['runs at the first run itself', { ...quarter, firstRunAt: at(12) }, at(12), 'run'],
    ['is passed over once when it is to be skipped', { ...quarter, skippedUntil: at(10, 15) }, at(10, 15) + 900, 'skipped'],
    ['and the next one runs again', { ...quarter, skippedUntil: at(10, 15) }, at(10, 30), 'run'],
  ] as const)('%s', (_title, schedule, now, expected) => expect(judgeTick(schedule, now)).toBe(expected))
})

describe('the next runs', () => {
  test.each([
    ['of a quarter-hourly job', quarter, [at(10, 15), at(10, 30)]],
    ['leave out what is skipped', { ...quarter, skippedUntil: at(10, 15) }, [at(10, 30), at(10, 45)]],
    ['begin with the first run', { ...quarter, firstRunAt: at(12) }, [at(12), at(12, 15)]],
    ['are none while it is paused', { ...quarter, paused }, []],
  ] as const)('%s', (_title, schedule, expected) => expect(nextRuns(schedule, NOW, 2)).toEqual(expected))
})

test.each([
  ['*/15 * * * *', 15],
  ['0 2 * * *', 1_440],
  ['0,10 3 * * *', 10],
])('%s ticks every %d minutes at the most', (cron, minutes) => expect(intervalMs({ cron, timeZone: 'UTC' }, NOW)).toBe(minutes * 60_000))

test('every frequency for slow jobs is slow enough, and no other', () => {
  const slow = FREQUENCIES.filter(one => intervalMs({ cron: one.cron, timeZone: 'UTC' }, NOW) >= SLOW_JOB_INTERVAL_MS_MIN)
  expect(slow).toEqual(FREQUENCIES.filter(one => one.isForSlowJobs))
})

describe('what is said about a schedule before it is taken', () => {
  const codes = (of: Job, schedule: Schedule, others: readonly Job[] = []) =>
    objections(of, schedule, NOW, others).map(one => `${one.kind} ${one.code}`)
  test('a hard sync every five minutes is refused, every six hours taken', () => {
    expect(codes(job('Hard Sync Job'), { ...quarter, cron: '*/5 * * * *' })).toEqual(['refused JOBS_TOO_OFTEN'])
    expect(codes(job('Hard Sync Job'), { ...quarter, cron: '0 */6 * * *' })).toEqual([])
  })
  test('a night that is an hour shorter makes no schedule more frequent', () => {
    const change = Date.UTC(2026, 2, 28)
    const of = (cron: string) => objections(job('Hard Sync Job'), { ...quarter, cron, timeZone: 'Europe/Berlin' }, change, [])
    expect(of('0 */6 * * *')).toEqual([])
    expect(of('0 */5 * * *')).toHaveLength(1)
  })
  test('a first run two days ahead is warned of', () => {
    expect(codes(job('Import Inventory'), { ...quarter, firstRunAt: NOW + 2 * FIRST_RUN_FAR_MS })).toEqual(['warning JOBS_FIRST_RUN_FAR'])
    expect(codes(job('Import Inventory'), { ...quarter, firstRunAt: NOW + FIRST_RUN_FAR_MS })).toEqual([])
  })
  test('two jobs that do the same work are reported', () => {
    const twin: Job = { ...job('Import Inventory'), name: 'Import Again', slug: 'import-again' }
    expect(codes(job('Import Inventory'), quarter, [...JOBS, twin])).toEqual(['warning JOBS_SAME_WORK'])
    expect(JOBS.flatMap(one => codes(one, madeWith(one), JOBS))).toEqual([])
  })
})
