import { expect, test } from 'vitest'
import { readFacilityRow, readProductRow } from './catalog-row.ts'
import type { RawRow } from './format-port.ts'
import { MDM_INV_VARIANCE, REC_INV_COUNT, RESET_INVENTORY } from './hotwax-layouts.ts'
import { type Layout, type LayoutPlan, planLayout } from './layout.ts'
import { ADVENTUREWORKS_LOCATION, ADVENTUREWORKS_PRODUCT, ADVENTUREWORKS_PRODUCT_INVENTORY } from './published-layouts.ts'
import { type RowSettings, readRow } from './row.ts'
import type { Treated } from './tally.ts'

const RESET = 'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty'
const COUNT = RESET.replace('availableQty', 'quantity')
const DELTA = 'facilityId,externalFacilityId,idValue,idType,availableDelta,varianceReasonId,comments'

const read: [title: string, layout: Layout, header: string | null, row: string, is: Record<string, unknown>][] = [
  [
    'a reset of what is on hand',
    RESET_INVENTORY,
    RESET,
    'F1,,A-1,sku,,,,12',
    { facility: ['facilityId', 'F1'], product: ['SKU', 'A-1'], units: 12, resetBy: 'on_hand_reset' },
  ],
  ['a reset of what may be promised', RESET_INVENTORY, RESET, 'F1,,A-1,SKU,,,true,4', { units: 4, resetBy: 'atp_reset' }],
  ['a reset that says it is none of ATP', RESET_INVENTORY, RESET, 'F1,,A-1,SKU,,,FALSE,4', { resetBy: 'on_hand_reset' }],
  ['the sender’s facility', RESET_INVENTORY, RESET, ',EX-9,A-1,SKU,,,,4', { facility: ['externalFacilityId', 'EX-9'] }],
  ['both facilities: ours wins', RESET_INVENTORY, RESET, 'F1,EX-9,A-1,SKU,,,,4', { facility: ['facilityId', 'F1'] }],
  ['no type: the layout’s', RESET_INVENTORY, RESET, 'F1,,4711,,,,,4', { product: ['SHOPIFY_PROD_ID', '4711'] }],
  [
    'a type as the documentation writes it',
    RESET_INVENTORY,
    RESET,
    'F1,,4711,shopifyProductId,,,,4',
    { product: ['SHOPIFY_PROD_ID', '4711'] },
  ],
  ['a type of NetSuite', RESET_INVENTORY, RESET, 'F1,,4711,NETSUITE_PRODUCT_ID,,,,4', { product: ['NETSUITE_PRODUCT_ID', '4711'] }],
  ['a bar code', RESET_INVENTORY, RESET, 'F1,,0012,upca,,,,4', { product: ['UPCA', '0012'] }],
  [
    'blanks around cells',
    RESET_INVENTORY,
    RESET,
    ' F1 ,, A-1 ,SKU,,,, 4 ',
    { facility: ['facilityId', 'F1'], product: ['SKU', 'A-1'], units: 4 },
  ],
  [
    'our own product id wins',
    RESET_INVENTORY,
    'facilityId,productId,idValue,availableQty',
    'F1,P7,A-1,4',
    { product: ['PRODUCT_ID', 'P7'] },
  ],
  ['a remark', RESET_INVENTORY, RESET, 'F1,,A-1,SKU,,after the flood,,4', { comment: 'after the flood' }],
  ['a count', REC_INV_COUNT, COUNT, 'F1,,A-1,SKU,,,,20', { units: 20, resetBy: 'count' }],
  [
    'a variance down, with its reason',
    MDM_INV_VARIANCE,
    DELTA,
    'F1,,A-1,SKU,-3,VAR_DAMAGED,dropped',
    { units: -3, resetBy: 'delta', reason: 'VAR_DAMAGED', comment: 'dropped' },
  ],
  ['a variance of nothing', MDM_INV_VARIANCE, DELTA, 'F1,,A-1,SKU,0,,', { units: 0, resetBy: 'delta' }],
  [
    'AdventureWorks',
    ADVENTUREWORKS_PRODUCT_INVENTORY,
    null,
    '1,6,B,5,324,guid,date',
    { facility: ['externalFacilityId', '6'], product: ['ERP_PRODUCT_ID', '1'], units: 324, resetBy: 'on_hand_reset' },
  ],
]
test.each(read)('%s', (_, layout, header, row, is) => {
  const outcome = readRow(plan(layout, header), raw(row))
  expect(outcome).toMatchObject({ kind: 'read', line: 7, byteOffset: 99 })
  if (outcome.kind !== 'read') return
  const flat = { ...outcome, facility: Object.values(outcome.facility), product: Object.values(outcome.product) }
  expect(flat).toMatchObject(is)
})

const rejected: [title: string, layout: Layout, header: string, row: string, code: string, says: string][] = [
  ['a cell too few', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,12', 'ROW_COLUMN_COUNT', '7 columns where the file announces 8'],
  ['a cell too many', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,,12,', 'ROW_COLUMN_COUNT', '9 columns'],
  ['a title in the middle', RESET_INVENTORY, RESET, 'Page 2', 'ROW_COLUMN_COUNT', '1 column where'],
  ['no facility', RESET_INVENTORY, RESET, ',,A-1,sku,,,,12', 'ROW_FIELD_MISSING', 'facilityId and externalFacilityId'],
  ['no product', RESET_INVENTORY, RESET, 'F1,,,sku,,,,12', 'ROW_FIELD_MISSING', 'idValue is blank'],
  ['a blank quantity is not 0', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,, ', 'ROW_FIELD_MISSING', 'availableQty'],
  ['half a piece', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,,12.5', 'ROW_UNITS_NOT_WHOLE', '12.5'],
  ['minus one on hand', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,,-1', 'ROW_UNITS_NEGATIVE', '-1'],
  ['minus one counted', REC_INV_COUNT, COUNT, 'F1,,A-1,sku,,,,-1', 'ROW_UNITS_NEGATIVE', '-1'],
  ['more than there can be', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,,3000000000', 'ROW_UNITS_OUT_OF_RANGE', '3000000000'],
  ['neither true nor false', RESET_INVENTORY, RESET, 'F1,,A-1,sku,,,maybe,3', 'ROW_RESET_BY_UNKNOWN', 'maybe'],
]
test.each(rejected)('%s', (_, layout, header, row, code, says) => {
  expect(readRow(plan(layout, header), raw(row))).toEqual({
    kind: 'rejected',
    line: 7,
    byteOffset: 99,
    code,
    reason: expect.stringContaining(says),
    raw: row,
    cells: row.split(','),
  })
})

test('a feed may know the type of a bare idValue better than the layout', () => {
  expect(readRow(plan(RESET_INVENTORY, RESET), raw('F1,,A-1,,,,,4'), { idTypeDefault: 'SKU' })).toMatchObject({
    product: { type: 'SKU', value: 'A-1' },
  })
})

test('products and facilities of AdventureWorks', () => {
  const product = `1\tAdjustable Race\tAR-5381\t0\t0\t\t1000${'\t'.repeat(18)}`.replaceAll('\t', ',')
  expect(readProductRow(plan(ADVENTUREWORKS_PRODUCT, null), raw(product))).toMatchObject({
    name: 'Adjustable Race',
    identifiers: [
      { type: 'ERP_PRODUCT_ID', value: '1' },
      { type: 'SKU', value: 'AR-5381' },
    ],
    safetyStockUnits: 1000,
  })
  expect(readProductRow(plan(ADVENTUREWORKS_PRODUCT, null), raw(product.replace('1000', '')))).toMatchObject({ safetyStockUnits: null })
  expect(readProductRow(plan(ADVENTUREWORKS_PRODUCT, null), raw(product.replace('1000', '1e3')))).toMatchObject({
    code: 'ROW_UNITS_NOT_WHOLE',
  })
  expect(readFacilityRow(plan(ADVENTUREWORKS_LOCATION, null), raw('1,Tool Crib,.0000,.00,2019-04-30'))).toMatchObject({
    facilityId: null,
    externalFacilityId: '1',
    name: 'Tool Crib',
  })
  expect(readFacilityRow(plan(ADVENTUREWORKS_LOCATION, null), raw(',Tool Crib,.0000,.00,2019-04-30'))).toMatchObject({
    code: 'ROW_FIELD_MISSING',
  })
})

function plan(layout: Layout, header: string | null): LayoutPlan {
  const found = planLayout(layout, header?.split(',') ?? null)
  if (found.kind === 'mismatch') throw new Error(found.reason)
  return found
}

function raw(row: string): RawRow {
  return { line: 7, byteOffset: 99, cells: row.split(','), raw: row }
}

const policies: [title: string, quantity: string, settings: RowSettings, units: number | string, treated: Treated | undefined][] = [
  ['a minus, kept', '-3', { negative: 'keep' }, -3, 'kept_negative'],
  ['a minus, floored', '-3', { negative: 'floor' }, 0, 'floored'],
  ['a minus, refused by word', '-3', { negative: 'reject' }, 'ROW_UNITS_NEGATIVE', undefined],
  ['nothing is no minus', '-0', { negative: 'floor' }, 0, undefined],
  ['a fraction, rounded down', '2.7', { fraction: 'round_down' }, 2, 'rounded_down'],
  ['less than nothing is rounded away from it', '-2.7', { fraction: 'round_down', negative: 'keep' }, -3, 'kept_negative'],
  ['12.000 has no fraction', '12.000', { fraction: 'round_down' }, 12, undefined],
  ['a comma, declared', '12,5', { fraction: 'round_down', decimalSign: ',' }, 12, 'rounded_down'],
  ['thousands, declared', '1.234.567', { decimalSign: ',' }, 1_234_567, undefined],
  ['points that separate no thousands', '1.23', { decimalSign: ',' }, 'ROW_UNITS_NOT_WHOLE', undefined],
  ['a blank is never 0, whatever is declared', '', { negative: 'floor', fraction: 'round_down' }, 'ROW_FIELD_MISSING', undefined],
  ['scientific notation is never rounded', '1.23E+3', { fraction: 'round_down' }, 'ROW_UNITS_NOT_WHOLE', undefined],
]
test.each(policies)('%s', (_, quantity, settings, units, treated) => {
  const cells = ['F1', '', 'A-1', 'sku', '', '', '', quantity]
  const row = readRow(plan(RESET_INVENTORY, RESET), { line: 7, byteOffset: 99, cells, raw: cells.join() }, settings)
  if (row.kind === 'rejected') expect(row.code).toBe(units)
  else expect([row.units, row.treated]).toEqual([units, treated])
})
