import { expect, test } from 'vitest'
import { askedOf, type SkuFacts, standOfSku } from './search.ts'

test.each([
  ['gid://shopify/InventoryItem/42', 42],
  ['42', 42],
  ['#1001', 1001],
  ['AR-5381', null],
  ['99999999999999999999', null],
])('%s asks for the number %s', (text, number) => expect(askedOf(text).number).toBe(number))

test('what people type is no pattern', () => expect(askedOf('50%_off\\').like).toBe('%50\\%\\_off\\\\%'))

const well: SkuFacts = {
  ...{ sku: 'AR-5381', name: 'Adjustable Race', positions: 3, targets: 4, pending: 0, sending: 0, blocked: 0, blockedCode: null },
  ...{ confirmed: 4, equal: 4, different: 0, since: null },
}

test.each<[string, Partial<SkuFacts>, string | null, string]>([
  ['all is well', {}, null, 'All 4 levels were read back equal.'],
  ['never counted', { positions: 0, targets: 0 }, 'inventory', 'It was never counted: no file spoke of it yet.'],
  ['for no shop', { targets: 0 }, 'availability', 'It is in stock, and no shop is to be told of it.'],
  ['refused', { blocked: 1, pending: 2 }, 'outbox', '1 level is blocked.'],
  ['waiting', { pending: 2 }, 'channel', '2 levels to be sent.'],
  ['on the wire', { sending: 1 }, 'channel', '1 level sent, no answer yet.'],
  ['drifted', { different: 1, equal: 3 }, 'reconcile', '1 level with another number than was promised.'],
  ['not read back', { equal: 3 }, 'reconcile', '1 level to be read back.'],
])('%s', (_title, change, stage, state) => expect(standOfSku({ ...well, ...change })).toMatchObject({ stage, state }))
