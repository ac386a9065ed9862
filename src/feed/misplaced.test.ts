import { expect, test } from 'vitest'
import { belongsTo, type Home } from './misplaced.ts'

const feed = (feedId: number, layout: string, namePattern = '*', isEnabled = true): Home => ({
  ...{ feedId, name: `feed-${feedId}`, layout, namePattern, isEnabled },
})
const RESET = feed(1, 'RESET_INVENTORY')
const SALES = feed(2, 'MDM_INV_VARIANCE', 'sales_*.csv')
const OTHER_RESET = feed(3, 'RESET_INVENTORY')

const table: [string, string, string[], Home[], number | null][] = [
  ['its columns are those of one other feed', 'a.csv', ['RESET_INVENTORY'], [RESET, SALES], 1],
  ['its columns are those of none', 'a.csv', ['PRODUCTS'], [RESET, SALES], null],
  ['nothing can be read of it', 'a.csv', [], [RESET], null],
  ['its name is none that the feed takes', 'a.csv', ['MDM_INV_VARIANCE'], [RESET, SALES], null],
  ['columns and name', 'sales_1.csv', ['MDM_INV_VARIANCE'], [RESET, SALES], 2],
  ['two feeds have its columns, and nobody knows which', 'a.csv', ['RESET_INVENTORY'], [RESET, OTHER_RESET], null],
  ['of two, the one that asks for its name', 'reset_1.csv', ['RESET_INVENTORY'], [RESET, feed(4, 'RESET_INVENTORY', 'reset_*')], 4],
  ['a feed that is off takes nothing', 'a.csv', ['RESET_INVENTORY'], [feed(5, 'RESET_INVENTORY', '*', false)], null],
  ['its own feed has tried', 'a.csv', ['RESET_INVENTORY'], [feed(9, 'RESET_INVENTORY')], null],
]
test.each(table)('%s', (_, name, layouts, feeds, wanted) => {
  expect(belongsTo({ name, layouts, feedId: 9 }, feeds)?.feedId ?? null).toBe(wanted)
})
