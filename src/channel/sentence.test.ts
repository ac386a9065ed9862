import { expect, test } from 'vitest'
import { isInTrouble, type ShopFacts, shopSentence } from './sentence.ts'

const well: ShopFacts = {
  ...{ state: 'reachable', code: null, message: null, since: 0, failures: 0, retryAt: null },
  ...{ heldCode: null, heldMessage: null, heldSince: null, isEnabled: true, waiting: 0 },
}
const down: ShopFacts = { ...well, state: 'unreachable', code: 'CHANNEL_UNREACHABLE', failures: 4, waiting: 312 }

test.each<[string, ShopFacts, string, boolean]>([
  ['well', well, 'Shopify answers; nothing waits.', false],
  ['busy', { ...well, waiting: 1 }, 'Shopify answers; 1 change on the way.', false],
  ['an outage', down, 'Shopify unreachable since 10:02, 312 changes waiting, nothing to do.', true],
  [
    'one answer that did not come, and nothing waits',
    { ...down, failures: 1, waiting: 0 },
    'Shopify unreachable since 10:02, nothing waits, nothing to do.',
    false,
  ],
  [
    'read only',
    { ...well, heldCode: 'CHANNEL_READ_ONLY', heldMessage: 'the access scope of this shop is Read only', heldSince: 1, waiting: 1_312 },
    'Held since 10:02: the access scope of this shop is Read only; 1,312 changes waiting. They go by themselves once it is mended.',
    true,
  ],
  [
    'read only and nothing to say',
    { ...well, heldCode: 'CHANNEL_READ_ONLY', heldMessage: 'm', heldSince: 1 },
    'Held since 10:02: m; nothing waits.',
    false,
  ],
  [
    'the token is no good',
    { ...well, state: 'refused', code: 'CHANNEL_TOKEN_REFUSED', message: 'HTTP 401', waiting: 2 },
    'Shopify refuses us since 10:02: HTTP 401; 2 changes waiting. Somebody has to mend it; then they go by themselves.',
    true,
  ],
  ['switched off', { ...down, isEnabled: false }, 'The shop is switched off; 312 changes waiting.', false],
])('%s', (_, facts, sentence, trouble) => {
  expect(shopSentence(facts, () => '10:02')).toBe(sentence)
  expect(isInTrouble(facts, 1_000)).toBe(trouble)
})
