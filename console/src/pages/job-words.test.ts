import { expect, test } from 'vitest'
import { frequency } from './job-words.ts'

test.each([
  ['*/15 * * * *', 'UTC', 'Every 15 minutes'],
  ['*/15 * * * *', 'Europe/Berlin', 'Every 15 minutes (Europe/Berlin)'],
  ['*/10 * * * *', 'UTC', 'Every 10 minutes'],
  ['0 2 * * *', 'UTC', 'Daily at 02:00 (UTC)'],
  ['30 6 * * *', 'Europe/Berlin', 'Daily at 06:30 (Europe/Berlin)'],
  ['0 9-17/4 * * 1-5', 'UTC', '0 9-17/4 * * 1-5'],
])('%s in %s is %s', (cron, timeZone, words) => expect(frequency({ cron, timeZone })).toBe(words))
