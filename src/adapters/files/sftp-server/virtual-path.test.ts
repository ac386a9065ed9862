import { expect, test } from 'vitest'
import { nameOf, normalise, parentOf, placeOf } from './virtual-path.ts'

const paths: [string, string | null][] = [
  ['', '/'],
  ['.', '/'],
  ['/', '/'],
  ['..', '/'],
  ['../../../etc/passwd', '/etc/passwd'],
  ['/stock/../../../../etc', '/etc'],
  ['stock//inbox/./a.csv', '/stock/inbox/a.csv'],
  ['/stock/inbox/', '/stock/inbox'],
  ['/a\\..\\b', '/a\\..\\b'],
  ['/stock/in\0box', null],
  [`/${'x'.repeat(5_000)}`, null],
]
test.each(paths)('%j is %j', (path, normal) => expect(normalise(path)).toBe(normal))

test('a name with spaces and colons stays whole', () => {
  expect(nameOf('/stock/inbox/Mon Nov 23 2026 23:50:35 GMT-0500 (EST).csv')).toBe('Mon Nov 23 2026 23:50:35 GMT-0500 (EST).csv')
  expect(parentOf('/stock')).toBe('/')
})

const folders = ['stock', 'netsuite/inventoryitem/csv', 'hotwax/items/{csv,csv/archive,failed,required_fields_missing}']
const places: [string, string][] = [
  ['/', 'foundation'],
  ['/stock', 'foundation'],
  ['/stock/inbox', 'foundation'],
  ['/netsuite/inventoryitem', 'foundation'],
  ['/stock/inbox/a.csv', 'inbox stock a.csv'],
  ['/netsuite/inventoryitem/csv/inbox/a b.csv', 'inbox netsuite/inventoryitem/csv a b.csv'],
  ['/stock/failed/a.csv', 'failed stock a.csv'],
  ['/stock/archive/a.csv', 'archive stock a.csv'],
  ['/stock/archive/deep/a.csv', 'kept'],
  ['/stock/inbox/deep/a.csv', 'elsewhere'],
  ['/stock/a.csv', 'elsewhere'],
  ['/hotwax/items/csv', 'foundation'],
  ['/hotwax/items/csv/a.csv', 'inbox hotwax/items/{csv,csv/archive,failed,required_fields_missing} a.csv'],
  ['/hotwax/items/csv/archive/a.csv', 'archive hotwax/items/{csv,csv/archive,failed,required_fields_missing} a.csv'],
  ['/hotwax/items/required_fields_missing/a.csv', 'error hotwax/items/{csv,csv/archive,failed,required_fields_missing} a.csv'],
  ['/hotwax/items/inbox/a.csv', 'elsewhere'],
  ['/stock2/inbox/a.csv', 'elsewhere'],
  ['/Stock/inbox/a.csv', 'elsewhere'],
  ['/inbox/a.csv', 'elsewhere'],
]
test.each(places)('%s lies in: %s', (path, expected) => {
  const place = placeOf(path, folders)
  expect('name' in place ? `${place.kind} ${place.folder} ${place.name}` : place.kind).toBe(expected)
})
