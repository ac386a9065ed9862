import { expect, test } from 'vitest'
import { compileMapping, type MappedColumn, type Mapping } from './mapping.ts'
import { nameParts } from './name-parts.ts'

const HEADER = ['Item', 'Store', 'On hand', 'Allocated', 'Cases', 'Status']
const FILE = { name: 'nightly_W1_20261123.csv', folder: 'pos/store-7', header: HEADER }

const sources: [title: string, column: MappedColumn, cells: string[], is: string | { code: string; says: string }][] = [
  ['a column', { to: 'idValue', from: { column: 'item' } }, ['A-1'], 'A-1'],
  ['a column by its place', { to: 'idValue', from: { column: '#2' } }, ['A-1', 'S1'], 'S1'],
  ['a constant', { to: 'idType', from: { constant: 'SKU' } }, [], 'SKU'],
  ['a part of the file name', { to: 'facilityId', from: { fileName: 'nightly_{}_*.csv' } }, [], 'W1'],
  ['a part of the folder', { to: 'facilityId', from: { folder: '*/store-{}' } }, [], '7'],
  ['on hand less allocated', { to: 'availableQty', from: { formula: '[On hand] - Allocated' } }, ['A', 'S', '12.000', '3'], '9'],
  ['cases of twelve', { to: 'availableQty', from: { formula: 'Cases × 12' } }, ['A', 'S', '', '', '4'], '48'],
  ['brackets', { to: 'availableQty', from: { formula: '([On hand] + Cases * 12) - 1' } }, ['A', 'S', '1', '', '2'], '24'],
  ['what may be blank', { to: 'availableQty', from: { formula: '[On hand] - [Allocated]?' } }, ['A', 'S', '5', ''], '5'],
  [
    'a blank is not 0',
    { to: 'availableQty', from: { formula: '[On hand] - Allocated' } },
    ['A', 'S', '5', ''],
    { code: 'ROW_FIELD_MISSING', says: 'Allocated is blank' },
  ],
  [
    'damage in a column that is computed with is named',
    { to: 'availableQty', from: { formula: '[On hand] - Allocated' } },
    ['A', 'S', '1.23E+12', '1'],
    { code: 'ROW_UNITS_NOT_WHOLE', says: 'scientific' },
  ],
  ['a code of theirs', { to: 'facilityId', from: { column: 'Store' }, translate: { S1: 'MAIN' } }, ['A', ' S1 '], 'MAIN'],
  [
    'a code that the table does not have',
    { to: 'facilityId', from: { column: 'Store' }, translate: { S1: 'MAIN' } },
    ['A', 'S2'],
    { code: 'ROW_CODE_UNKNOWN', says: 'S2' },
  ],
  ['the same, kept', { to: 'facilityId', from: { column: 'Store' }, translate: { S1: 'MAIN' }, otherwise: 'keep' }, ['A', 'S2'], 'S2'],
  ['the same, left blank', { to: 'facilityId', from: { column: 'Store' }, translate: { S1: 'MAIN' }, otherwise: 'blank' }, ['A', 'S2'], ''],
  [
    'no code is the name of something of JavaScript',
    { to: 'facilityId', from: { column: 'Store' }, translate: {}, otherwise: 'blank' },
    ['A', 'constructor'],
    '',
  ],
]
test.each(sources)('%s', (_, column, cells, is) => {
  const [mapped] = mapOf({ columns: [column] })(cells)
  if (typeof is === 'string') expect(mapped).toMatchObject({ kind: 'row', row: { cells: [is], raw: cells.join() } })
  else expect(mapped).toMatchObject({ kind: 'rejected', code: is.code, reason: expect.stringContaining(is.says) })
})

const conditions: [title: string, condition: NonNullable<Mapping['leaveOut']>[number], leftOut: string[], kept: string[]][] = [
  ['is', { column: 'Status', operator: 'is', values: ['discontinued', 'D'] }, ['d', 'Discontinued '], ['', 'active']],
  ['is not', { column: 'Status', operator: 'is_not', values: ['A'] }, ['', 'B'], ['a']],
  ['begins', { column: 'Status', operator: 'begins', values: ['X-'] }, ['x-1'], ['1-x']],
  ['ends', { column: 'Status', operator: 'ends', values: ['-old'] }, ['A-OLD'], ['old']],
  ['contains', { column: 'Status', operator: 'contains', values: ['sample'] }, ['a sample b'], ['sam ple']],
  ['blank', { column: 'Status', operator: 'blank' }, ['', ' '], ['0']],
  ['filled', { column: 'Status', operator: 'filled' }, ['0'], ['']],
  ['below', { column: 'Status', operator: 'below', values: ['10'] }, ['9', '-1', '9.5'], ['10', '', 'x']],
  ['above', { column: 'Status', operator: 'above', values: ['10'] }, ['11'], ['10', '', 'x']],
]
test.each(conditions)('rows are left out where a cell %s', (_, condition, leftOut, kept) => {
  const map = mapOf({ columns: [{ to: 'idValue', from: { column: 'Item' } }], leaveOut: [condition] })
  const kindOf = (status: string) => map(['A', 'S', '1', '0', '0', status])[0]?.kind
  expect(leftOut.map(kindOf)).toEqual(leftOut.map(() => 'left_out'))
  expect(kept.map(kindOf)).toEqual(kept.map(() => 'row'))
})

test('a column for each facility makes a row of each filled cell, and a blank says nothing', () => {
  const header = ['SKU', 'Name', 'Store 1', 'Store 2', 'Web']
  const mapping: Mapping = {
    columns: [
      { to: 'idValue', from: { column: 'SKU' } },
      { to: 'comments', from: { column: 'Name' } },
    ],
    wide: { facilityTo: 'facilityId', unitsTo: 'availableQty', translate: { Web: 'WH' } },
  }
  const compiled = compileMapping(mapping, { ...FILE, header })
  if (compiled.kind === 'problem') throw new Error(compiled.reason)
  expect(compiled.header).toEqual(['idValue', 'comments', 'facilityId', 'availableQty'])
  const rows = compiled.map({ line: 7, byteOffset: 100, cells: ['A-1', 'Tee', '5', '', '0'], raw: 'A-1,Tee,5,,0' })
  expect(rows.map(row => (row.kind === 'row' ? [row.row.line, row.row.byteOffset, ...row.row.cells].join() : row.kind))).toEqual([
    '7,108,A-1,Tee,Store 1,5',
    '7,111,A-1,Tee,WH,0',
  ])
  expect(compiled.map({ line: 8, byteOffset: 120, cells: ['A-2', 'Tee', '', '', ''], raw: '' })).toEqual([{ kind: 'left_out' }])
})

const misfits: [title: string, mapping: Mapping, says: string][] = [
  ['a column that is not there', { columns: [{ to: 'idValue', from: { column: 'SKU' } }] }, 'no column SKU'],
  ['a column in a formula that is not there', { columns: [{ to: 'units', from: { formula: 'Qty * 2' } }] }, 'no column Qty'],
  ['no formula', { columns: [{ to: 'units', from: { formula: '[On hand] -' } }] }, 'is no formula'],
  ['a division', { columns: [{ to: 'units', from: { formula: '[On hand] / 2' } }] }, 'cannot be read'],
  ['a name that does not look so', { columns: [{ to: 'facilityId', from: { fileName: 'daily_{}.csv' } }] }, 'does not look like'],
  ['a condition on nothing', { columns: [], leaveOut: [{ column: 'Colour', operator: 'blank' }] }, 'no column Colour'],
  ['a condition without a value', { columns: [], leaveOut: [{ column: 'Status', operator: 'is' }] }, 'needs a value'],
]
test.each(misfits)('a mapping with %s does not fit, and says why', (_, mapping, says) => {
  expect(compileMapping(mapping, FILE)).toMatchObject({ kind: 'problem', reason: expect.stringContaining(says) })
})

test('a pattern of a name is taken to the letter but for its signs', () => {
  const table: [string, string, string | null][] = [
    ['stock_{}.csv', 'stock_W1.csv', 'W1'],
    ['stock_{}.csv', 'stock_W1xcsv', null],
    ['*-{}-*.csv', 'a-W1-20261123.csv', 'W1'],
    ['{}_*.csv', 'W 1_x.csv', 'W 1'],
    ['????{}', '2026W1', 'W1'],
    ['no place', 'no place', null],
    ['(a)[b]{}', '(a)[b]c', 'c'],
  ]
  for (const [pattern, name, part] of table) expect([pattern, nameParts(pattern, name)]).toEqual([pattern, part])
})

function mapOf(mapping: Mapping) {
  const compiled = compileMapping(mapping, FILE)
  if (compiled.kind === 'problem') throw new Error(compiled.reason)
  return (cells: string[]) => compiled.map({ line: 2, byteOffset: 40, cells, raw: cells.join() })
}
