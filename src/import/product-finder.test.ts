import { expect, test } from 'vitest'
import { productFinder } from './product-finder.ts'

const find = productFinder([
  { type: 'SKU', value: 'MUG', productId: 1 },
  { type: 'UPCA', value: '4006381333931', productId: 1 },
  { type: 'ERP_ID', value: 'MUG', productId: 2 },
])

test.each([
  ['SKU', 'MUG', 1],
  ['ERP_ID', 'MUG', 2],
  ['UPCA', '4006381333931', 1],
  ['UPCA', '04006381333931', null],
  ['SKU', 'mug', null],
  ['EAN', 'MUG', null],
])('%s %s', (type, value, expected) => expect(find({ type, value })).toBe(expected))
