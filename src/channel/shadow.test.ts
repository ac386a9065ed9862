import { expect, test } from 'vitest'
import { isShadowDue, mayGoLive, shadowSentence } from './shadow.ts'

const promise = '30 on hand − 4 reserved = 26'
test.each([
  [{ ourUnits: 26, theirUnits: 30, promisedUnits: 26, unseenUnits: 0 }, `${promise}: 26. The shop shows 4 more.`],
  [
    { ourUnits: 23, theirUnits: 20, promisedUnits: 26, unseenUnits: 3 },
    `${promise}, less 3 sold in the shop that no order tells us of yet: 23. The shop shows 3 less.`,
  ],
  [
    { ourUnits: 24, theirUnits: 26, promisedUnits: 26, unseenUnits: 0 },
    `${promise}, less 2 that the shop holds back, or that is missing where the same stock is sold: 24. The shop shows 2 more.`,
  ],
])('%j', (level, sentence) => expect(shadowSentence({ ...level, promise })).toBe(sentence))

test.each([
  [null, true],
  [0, false],
  [-86_400_000, true],
])('after a run at %s it is due: %s', (last, due) => expect(isShadowDue(last, 1)).toBe(due))

test.each([
  ['asked for since', 5, true],
  ['asked for before it began', 3, false],
])('within a day of the last run, %s: due %s', (_, askedAt, due) => expect(isShadowDue(4, 10, askedAt)).toBe(due))

const MINUTE_MS = 60_000
test.each([
  ['the newest list, just done', { runId: 7, finishedAt: 0 }, 7, MINUTE_MS, true],
  ['one that is an hour old', { runId: 7, finishedAt: 0 }, 7, 61 * MINUTE_MS, false],
  ['one that a newer list has overtaken', { runId: 8, finishedAt: 0 }, 7, MINUTE_MS, false],
  ['one that is not done', { runId: 7, finishedAt: null }, 7, MINUTE_MS, false],
  ['none', null, 7, MINUTE_MS, false],
])('a shop goes live with %s: %#', (_, newest, seen, now, may) => expect(mayGoLive(newest, seen, now)).toBe(may))
