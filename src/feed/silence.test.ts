import { expect, test } from 'vitest'
import { type DueSettings, judgeSilence } from './silence.ts'

const at = (text: string) => Date.parse(`${text}Z`)
const LONG_AGO = at('2026-01-01T00:00')
const nightly: DueSettings = { at: ['03:30'], zone: 'Europe/Berlin', graceMinutes: 30 }

const table: [string, DueSettings, string | null, string, string | null][] = [
  ['a nightly file that came is not missed', nightly, '2026-11-23T02:29', '2026-11-23T12:00', null],
  ['one that came an hour early counts for its night', nightly, '2026-11-23T01:00', '2026-11-23T12:00', null],
  ['one that may still come is not missed', nightly, '2026-11-22T02:04', '2026-11-23T02:59', null],
  ['one that did not come is missed from the end of its grace', nightly, '2026-11-22T02:04', '2026-11-23T05:40', '2026-11-23T03:00'],
  ['one that never came at all is missed', nightly, null, '2026-11-23T05:40', '2026-11-23T03:00'],
  ['one that came two nights ago is missed since the last night', nightly, '2026-11-21T02:10', '2026-11-23T02:00', '2026-11-22T03:00'],
  ['in summer the same hour is another in UTC', nightly, '2026-07-22T01:20', '2026-07-23T02:00', '2026-07-23T02:00'],
  ['on days on which none is due, none is missed', { ...nightly, days: [1, 2, 3, 4, 5] }, '2026-11-20T02:29', '2026-11-22T12:00', null],
  ['… and on Monday it is', { ...nightly, days: [1, 2, 3, 4, 5] }, '2026-11-20T02:29', '2026-11-23T12:00', '2026-11-23T03:00'],
  ['of two times a day each is waited for', { at: ['06:00', '18:00'] }, '2026-11-23T05:55', '2026-11-23T18:31', '2026-11-23T18:30'],
  ['every quarter of an hour', { everyMinutes: 15, graceMinutes: 5 }, '2026-11-23T12:00', '2026-11-23T12:19', null],
  ['… and not a minute later', { everyMinutes: 15, graceMinutes: 5 }, '2026-11-23T12:00', '2026-11-23T12:20', '2026-11-23T12:20'],
  ['a feed that declares nothing is never silent', {}, null, '2026-11-23T12:00', null],
]
test.each(table)('%s', (_title, settings, lastFile, now, expected) => {
  const due = judgeSilence(settings, { lastFileAt: lastFile === null ? null : at(lastFile), since: LONG_AGO, now: at(now) })
  expect(due?.silentSince ?? null).toBe(expected === null ? null : at(expected))
})

test('a feed that was declared this morning has not been silent since yesterday', () => {
  expect(judgeSilence(nightly, { lastFileAt: null, since: at('2026-11-23T04:00'), now: at('2026-11-23T12:00') })).toMatchObject({
    lastDueAt: null,
    silentSince: null,
    nextDueAt: at('2026-11-24T02:30'),
  })
})

test('the clock change in spring skips no file', () => {
  const due = judgeSilence(
    { at: ['02:30'], zone: 'Europe/Berlin' },
    { lastFileAt: at('2026-03-28T01:30'), since: LONG_AGO, now: at('2026-03-29T12:00') },
  )
  expect(due?.silentSince).toBe(at('2026-03-29T02:00'))
})
