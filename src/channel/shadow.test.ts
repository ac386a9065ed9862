import { expect, test } from 'vitest'
import { isShadowDue, shadowSentence } from './shadow.ts'

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
