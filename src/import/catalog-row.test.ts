import { expect, test } from 'vitest'
import { onlyOnce, readFacilityRow, readProductRow } from './catalog-row.ts'
import { FACILITIES, PRODUCTS } from './hotwax-layouts.ts'
import { type LayoutPlan, planLayout } from './layout.ts'

const rawOf = (cells: string) => ({ line: 2, byteOffset: 40, cells: cells.split(','), raw: cells })

function planOf(layout: typeof PRODUCTS, header: string): LayoutPlan {
  const plan = planLayout(layout, header.split(','))
  if (plan.kind !== 'plan') throw new Error(plan.reason)
  return plan
}
const products = planOf(PRODUCTS, 'productId,sku,upca,externalId,name')
const facilities = planOf(FACILITIES, 'facilityId,externalFacilityId,name,facilityType')

test.each<[says: string, cells: string, outcome: object]>([
  [
    'every name it has',
    '7,MUG-RED,4006381333931,000417,Mug',
    {
      kind: 'read',
      name: 'Mug',
      identifiers: [
        { type: 'PRODUCT_ID', value: '7' },
        { type: 'SKU', value: 'MUG-RED' },
        { type: 'UPCA', value: '4006381333931' },
        { type: 'ERP_PRODUCT_ID', value: '000417' },
      ],
    },
  ],
  ['a SKU alone', ',MUG-RED,,,Mug', { kind: 'read', identifiers: [{ type: 'SKU', value: 'MUG-RED' }] }],
  ['no name', '7,MUG-RED,,,', { kind: 'rejected', code: 'ROW_FIELD_MISSING' }],
  ['nothing to call it by', ',,,,Mug', { kind: 'rejected', code: 'ROW_FIELD_MISSING' }],
])('a product with %s', (_, cells, outcome) => {
  expect(readProductRow(products, rawOf(cells))).toMatchObject(outcome)
})

test.each<[says: string, cells: string, outcome: object]>([
  ['no type is a warehouse', 'W1,6,Warehouse,', { kind: 'read', facilityId: 'W1', externalFacilityId: '6', type: 'WAREHOUSE' }],
  ['a type of ours', 'S1,,High Street,retail_store', { kind: 'read', externalFacilityId: null, type: 'RETAIL_STORE' }],
  ['a type of nobody', 'S1,,High Street,SHED', { kind: 'rejected', code: 'ROW_FACILITY_TYPE_UNKNOWN' }],
  ['no id', ',,High Street,', { kind: 'rejected', code: 'ROW_FIELD_MISSING' }],
])('a facility with %s', (_, cells, outcome) => {
  expect(readFacilityRow(facilities, rawOf(cells))).toMatchObject(outcome)
})

test.each<[says: string, read: () => string[], kinds: string[]]>([
  ['a SKU', () => ['1,A,,,One', '2,A,,,Two', '3,B,,,Three'].map(productOnce(new Set())), ['read', 'ROW_DUPLICATE_KEY', 'read']],
  ['an external id', () => ['W1,6,One,', 'W2,6,Two,', 'W3,7,Three,'].map(facilityOnce(new Set())), ['read', 'ROW_DUPLICATE_KEY', 'read']],
  ['a value, but not its type', () => ['1,2,,,One', '2,1,,,Two'].map(productOnce(new Set())), ['read', 'read']],
])('of rows that share %s the later is refused', (_, read, kinds) => {
  expect(read()).toEqual(kinds)
})

function productOnce(seen: Set<string>) {
  return (cells: string) => codeOf(onlyOnce(seen, rawOf(cells), readProductRow(products, rawOf(cells))))
}

function facilityOnce(seen: Set<string>) {
  return (cells: string) => codeOf(onlyOnce(seen, rawOf(cells), readFacilityRow(facilities, rawOf(cells))))
}

const codeOf = (row: { kind: string; code?: string }) => row.code ?? row.kind
