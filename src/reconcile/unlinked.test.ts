import { describe, expect, test } from 'vitest'
import type { LinkCode } from '../catalog/identity.ts'
import { notLinked, whyNotSent } from './unlinked.ts'

const CODES: readonly LinkCode[] = [
  ...(['CATALOG_SKU_DUPLICATE', 'CATALOG_SKU_NEAR', 'CATALOG_ITEM_NO_SKU', 'CATALOG_ITEM_NOT_IN_ERP'] as const),
  ...([
    'CATALOG_ITEM_UNTRACKED',
    'CATALOG_ITEM_BUNDLE_PARENT',
    'CATALOG_PRODUCT_NOT_IN_SHOP',
    'CATALOG_ITEM_SOLD_AT_ZERO',
    'CATALOG_ITEM_LEFT_CHOICE',
  ] as const),
]

describe('what could not be linked is told apart by its words, and not by its code alone', () => {
  test.each([1, 9])('each cause says something else, of %i', count => {
    const said = CODES.map(code => notLinked(code, count))
    expect(new Set(said).size).toBe(CODES.length)
    expect(said.filter(words => words.includes('for sure'))).toEqual([])
  })

  test('a cause that is new has words all the same', () => expect(notLinked('CATALOG_NEW', 1)).toBe('1 SKU could not be linked for sure'))

  test.each([
    ['OUTBOX_NOT_LINKED', 1, 'is not sent, since its product is linked to no item there'],
    ['OUTBOX_NOT_MAPPED', 3, 'are not sent, since their locations stand for nothing any more'],
    ['CHANNEL_ROW_REFUSED', 3, 'will not be sent as they are'],
  ])('%s of %i levels: they %s', (code, count, said) => expect(whyNotSent(code, count)).toBe(said))
})
