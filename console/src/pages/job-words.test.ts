import { expect, test } from 'vitest'
import { frequency, mayAct } from './job-words.ts'

test.each([
  ['*/15 * * * *', 'UTC', 'Every 15 minutes'],
  ['*/15 * * * *', 'Europe/Berlin', 'Every 15 minutes (Europe/Berlin)'],
  ['*/10 * * * *', 'UTC', 'Every 10 minutes'],
  ['0 2 * * *', 'UTC', 'Daily at 02:00 (UTC)'],
  ['30 6 * * *', 'Europe/Berlin', 'Daily at 06:30 (Europe/Berlin)'],
  ['0 9-17/4 * * 1-5', 'UTC', '0 9-17/4 * * 1-5'],
])('%s in %s is %s', (cron, timeZone, words) => expect(frequency({ cron, timeZone })).toBe(words))

test.each<[says: string, who: { name: string; role: string } | null, people: string[] | null, may: boolean]>([
  ['nobody', null, null, false],
  ['who looks', { name: 'vera', role: 'viewer' }, null, false],
  ['who looks, though the job was given to them', { name: 'vera', role: 'viewer' }, ['vera'], false],
  ['who operates', { name: 'olga', role: 'operator' }, null, true],
  ['who operates, and has the job', { name: 'olga', role: 'operator' }, ['olga'], true],
  ['who operates, and has it not', { name: 'olga', role: 'operator' }, ['otto'], false],
  ['who operates, where admins have it', { name: 'olga', role: 'operator' }, [], false],
  ['an admin', { name: 'ada', role: 'admin' }, [], true],
])('%s: may a job be run and changed?', (_, who, people, may) => expect(mayAct(who, people)).toBe(may))
