import { expect, test } from 'vitest'
import { type Choice, type Choosable, EVERYTHING, isChosen } from './choice.ts'

const boot: Choosable = { sku: 'BOOT-1', vendor: 'Alpha', productType: 'Boots', tags: ['Winter', 'Outlet'] }
const only = (choice: Partial<Choice>): Choice => ({ ...EVERYTHING, ...choice })

test.each<[string, Choice, Choosable, boolean]>([
  ['nothing listed is everything', EVERYTHING, boot, true],
  ['by a tag, whatever its case', only({ tags: ['winter'] }), boot, true],
  ['by another tag', only({ tags: ['summer'] }), boot, false],
  ['by vendor', only({ vendors: [' alpha '] }), boot, true],
  ['by type', only({ productTypes: ['BOOTS'] }), boot, true],
  ['by SKU to the letter', only({ skus: ['BOOT-1'] }), boot, true],
  ['by SKU in another case', only({ skus: ['boot-1'] }), boot, false],
  ['one list of several is enough', only({ tags: ['summer'], vendors: ['Alpha'] }), boot, true],
  ['what has nothing to choose it by', only({ vendors: [''] }), { sku: null, vendor: null, productType: null, tags: [] }, false],
])('%s', (_, choice, item, expected) => expect(isChosen(choice, item)).toBe(expected))
