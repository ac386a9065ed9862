import { expect, test } from 'vitest'
import type { LevelOfTarget } from '../api/queries.ts'
import { levelState } from './level.ts'

const AT = '2026-11-23T10:00:00.000Z'
type Intent = NonNullable<LevelOfTarget['intent']>
type Observed = NonNullable<LevelOfTarget['observed']>

const intent = (state: Intent['state'], code: string | null = null): Intent => ({
  state,
  units: 24,
  revision: 2,
  code,
  hint: null,
  changedAt: AT,
})
const observed = (verdict: Observed['verdict'], isOfNewest = true): Observed => ({
  ...{
    verdict,
    expectedUnits: 24,
    shopUnits: verdict === 'not_stocked' ? null : verdict === 'equal' ? 24 : 20,
    isOfNewest,
    readAt: AT,
    differentSince: null,
  },
})
const level = (of: Partial<LevelOfTarget>): LevelOfTarget => ({
  shopId: 1,
  locationId: 1,
  link: null,
  intent: null,
  shown: null,
  observed: null,
  controls: [],
  ...of,
})

const off = (kind: 'pause' | 'sell_nothing'): LevelOfTarget['controls'][number] => ({
  ...{ controlId: 1, kind, reason: 'recount', untilAt: null, setBy: 'anna', setAt: AT },
})

test.each<[string, LevelOfTarget | undefined, string]>([
  ['nothing is known of it', undefined, 'Not queued'],
  ['it waits to be sent', level({ intent: intent('pending'), observed: observed('equal', false) }), 'Queued'],
  ['it was sent and not answered', level({ intent: intent('sending') }), 'Sent'],
  ['the shop confirmed it and nobody looked', level({ intent: intent('confirmed') }), 'Confirmed'],
  ['an older promise was read back equal', level({ intent: intent('confirmed'), observed: observed('equal', false) }), 'Confirmed'],
  ['it was written while it was read', level({ intent: intent('confirmed'), observed: observed('waiting') }), 'Confirmed'],
  ['it was read back equal', level({ intent: intent('confirmed'), observed: observed('equal') }), 'Equal'],
  ['the shop shows something else', level({ intent: intent('confirmed'), observed: observed('different') }), 'Different'],
  ['the shop does not stock it there', level({ intent: intent('confirmed'), observed: observed('not_stocked') }), 'Not stocked'],
  ['a person paused it', level({ intent: intent('pending'), controls: [off('pause')] }), 'Paused'],
  [
    'paused, and what it shows is right',
    level({ intent: intent('confirmed'), observed: observed('equal'), controls: [off('pause')] }),
    'Equal',
  ],
  [
    'a person has it sell nothing',
    level({ intent: intent('confirmed'), observed: observed('equal'), controls: [off('sell_nothing')] }),
    'Sells nothing',
  ],
  ['it sells nothing and is not at 0 yet', level({ intent: intent('pending'), controls: [off('sell_nothing')] }), 'Queued'],
  ['it is not linked', level({ intent: intent('blocked', 'OUTBOX_NOT_LINKED') }), 'Not linked'],
])('%s', (_title, given, word) => {
  expect(levelState(given).word).toBe(word)
})
