import { expect, test } from 'vitest'
import { CLAIM_TOOK_MS_MAX, CLAIM_TOOK_MS_MIN, callsPerClaim } from './flow.ts'

test.each<[string, number, number, number]>([
  ['a shop that answers at once is given all that it can take', 4, CLAIM_TOOK_MS_MIN - 1, 8],
  ['and no more than that', 8, 1, 10],
  ['one that lets calls through now and then is given fewer', 10, CLAIM_TOOK_MS_MAX + 1, 5],
  ['but always one', 1, 60_000, 1],
  ['in between nothing changes', 5, CLAIM_TOOK_MS_MIN, 5],
])('%s', (_title, before, tookMs, after) => expect(callsPerClaim(before, tookMs, 10)).toBe(after))
