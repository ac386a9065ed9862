import { expect, test } from 'vitest'
import { type FeedPlace, judgeStray } from './stray.ts'

const reset: FeedPlace = { name: 'reset', folder: 'inventory-reset/inbox', namePattern: '*', layout: 'RESET_INVENTORY' }
const netsuite: FeedPlace = {
  name: 'netsuite',
  folder: 'netsuite/inventoryitem/csv/inbox',
  namePattern: '*InventoryItemExport.csv',
  layout: 'RESET_INVENTORY',
}
const products: FeedPlace = { name: 'products', folder: 'products/inbox', namePattern: '*', layout: 'PRODUCTS' }
const FEEDS = [reset, netsuite, products]

const table: [string, string, string[], string][] = [
  ['upper case', 'Inventory-Reset/Inbox/stock.csv', [], 'reset: Only upper and lower case differ.'],
  ['a trailing space', 'inventory-reset/inbox /stock.csv', [], 'reset: There is a space'],
  ['another sign between words', 'inventory_reset/inbox/stock.csv', [], 'reset: The folder is spelt a little differently.'],
  [
    'the parent folder, with the columns of the feed',
    'inventory-reset/stock.csv',
    ['RESET_INVENTORY'],
    'reset: It was left in a folder above it.',
  ],
  [
    'the parent folder with another sign between words',
    'inventory_reset/stock.csv',
    ['RESET_INVENTORY'],
    'reset: It was left in a folder above it, which is spelt a little differently.',
  ],
  ['the top folder, with a name that only one feed takes', 'Mon-InventoryItemExport.csv', ['RESET_INVENTORY'], 'netsuite: '],
  ['the top folder, with a name and no known columns', 'Mon-InventoryItemExport.csv', [], 'netsuite: '],
  ['the top folder, with columns alone', 'list.csv', ['PRODUCTS'], 'products: '],
  ['anywhere, with columns', 'old/things/list.csv', ['PRODUCTS'], 'products: Its columns are those of PRODUCTS.'],
  ['a folder of one’s own below inbox/', 'products/inbox/today/list.csv', ['PRODUCTS'], 'products: '],
  ['columns that no feed takes', 'returns.csv', ['ORDER_LINES'], 'none (ORDER_LINES)'],
  ['nothing that is known', 'notes/readme.txt', [], 'none (null)'],
  ['a file in the top folder that is nobody’s', 'readme.txt', [], 'none (null)'],
]
test.each(table)('a file in %s', (_where, path, layouts, expected) => {
  const stray = judgeStray({ path, layouts }, FEEDS)
  const said = stray?.feed === null ? `none (${stray.layout})` : `${stray?.feed}: ${stray?.reason.split('. ').slice(1).join('. ')}`
  expect(said.startsWith(expected), said).toBe(true)
})

test('files that are still written, and what hides itself, are nobody’s business', () => {
  expect(judgeStray({ path: 'stock.csv.part', layouts: ['PRODUCTS'] }, FEEDS)).toBeNull()
  expect(judgeStray({ path: '.ssh/authorized_keys', layouts: [] }, FEEDS)).toBeNull()
})
