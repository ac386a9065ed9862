import { expect, test } from 'vitest'
import { nearest, nearness } from './near.ts'

const sku = (value: string) => ({ type: 'SKU', value })

const table: [string, string, string, string | null][] = [
  ['case and dashes', 'ar-5381', 'AR5381', 'only case, blanks, dashes or leading zeroes differ'],
  ['zeroes that a spreadsheet ate', '12345678905', '012345678905', 'only case, blanks, dashes or leading zeroes differ'],
  ['a letter O for a nought', 'AR-53O1', 'AR-5301', 'one sign differs'],
  ['two signs swapped', 'AR-3581', 'AR-5381', 'one sign differs'],
  ['a sign forgotten', 'AR-538', 'AR-5381', 'one sign differs'],
  ['another product altogether', 'BB-7421', 'AR-5381', null],
  ['nothing left to compare', '---', '...', null],
]

test.each(table)('%s: %s beside %s', (_title, unknown, known, why) => expect(nearness(sku(unknown), sku(known))?.why ?? null).toBe(why))

test('the same value of another type is the nearest of all, since only the type is wrong', () => {
  const known = [sku('AR-5382'), { type: 'UPCA', value: 'AR-5381' }, sku('AR5381'), sku('AR5381')]
  expect(nearest(sku('AR-5381'), known, 3).map(one => `${one.type} ${one.value}`)).toEqual(['UPCA AR-5381', 'SKU AR5381', 'SKU AR-5382'])
})
