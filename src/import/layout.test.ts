import { expect, test } from 'vitest'
import { MDM_INV_VARIANCE, RESET_INVENTORY } from './hotwax-layouts.ts'
import { matchLayout, planLayout } from './layout.ts'
import { LAYOUTS, layoutByName } from './layouts.ts'
import { ADVENTUREWORKS_PRODUCT_INVENTORY } from './published-layouts.ts'

const headers: [title: string, header: string, layout: string | null][] = [
  ['documented sample 1, PascalCase', 'FacilityId,IdType,IdValue,AvailableQty,LocationSeqId', 'RESET_INVENTORY'],
  ['documented sample 2, of an ERP', 'Item,externalFacilityId,availableQty,idValue', 'RESET_INVENTORY'],
  ['documented field list 3', 'productId,idValue,facilityId,locationSeqId,quantity,reason,comments', 'RESET_INVENTORY'],
  ['Import app, reset', 'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty', 'RESET_INVENTORY'],
  ['Import app, cycle count', 'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,quantity', 'REC_INV_COUNT'],
  ['NetSuite adjustment', 'externalFacilityId,idValue,idType,availableDelta,comments', 'MDM_INV_VARIANCE'],
  ['variance with a reason', 'facilityId,idValue,availableDelta,varianceReasonId', 'MDM_INV_VARIANCE'],
  ['product by its own id', 'facilityId,productId,availableQty', 'RESET_INVENTORY'],
  ['all capitals', 'FACILITYID,IDVALUE,AVAILABLEQTY', 'RESET_INVENTORY'],
  ['another order, blanks and underscores', 'available_qty,Id Value,facility-id', 'RESET_INVENTORY'],
  ['products, by every name', 'productId,sku,name,upca,erpProductId', 'PRODUCTS'],
  ['products of an ERP, by its own id', 'External ID,SKU,Name', 'PRODUCTS'],
  ['facilities with their type', 'facilityId,externalFacilityId,name,facilityType', 'FACILITIES'],
  ['facilities without a name', 'facilityId,externalFacilityId,facilityType', null],
  ['products without a name', 'productId,sku,upca', null],
  ['no facility', 'idValue,availableQty,comments', null],
  ['no product', 'facilityId,availableQty,comments', null],
  ['no quantity', 'facilityId,idValue,comments', null],
  ['an order export is no count', 'orderId,facilityId,productId,quantity', 'ORDER_LINES'],
  [
    'safety stock',
    'facility-id,facility-external-id,product-id,product-sku,facility-safety-stock,reorder-quantity,allow-pickup',
    'MDM_FAC_SFTY_STCK',
  ],
  ['what a rule found', 'product-id,facility-id,minimum-stock', 'IMP_PROD_FACILITY'],
  ['a switch that a rule found', 'product-id,facility-id,allow-brokering', 'IMP_PROD_FACILITY'],
  ['thresholds', 'product-sku,facility-group-id,threshold', 'IMP_PROD_THOLD'],
  ['store reset over Moqui', 'externalFacilityId,netsuiteProductId,quantity,resetBy', 'STORE_INV_RESET'],
  ['receipts', 'externalFacilityId,idType,idValue,quantityReceived,shipmentId', 'IMP_ITM_RECEIPT'],
  [
    'scheduled restock',
    'Shopify Product SKU,Restock Quantity,Schedule Time,Facility,Product Store,Shopify Store,Restock Name',
    'SCHEDULED_RESTOCK',
  ],
  ['sales of a store', 'facilityId,sku,quantitySold,saleDate', 'POS_SALES'],
  ['locations of a shop', 'shopId,facilityId,shopifyLocationId', 'SHOPIFY_SHOP_LOCATION'],
  [
    'Shopify, inventory',
    'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,COO,Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),On hand (new)',
    'SHOPIFY_INVENTORY',
  ],
  [
    'Shopify, as it was until 2024',
    'Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,Available,On hand',
    'SHOPIFY_INVENTORY',
  ],
  ['X12 846', 'warehouse,idType,idValue,quantity,unit,qualifier,resetByAtp,counts,date', 'X12_846'],
]
test.each(headers)('%s', (_, header, layout) => {
  expect(matchLayout(header.split(','), LAYOUTS)?.name ?? null).toBe(layout)
})

const ROW = ['1', '6', 'B', '5', '324', 'D4544D7D-CAF5-46B3-AB22-5718DCC26B5E', '2025-08-07 00:00:00.000']

test('a file without a header is recognised by what stands where, if every row agrees', () => {
  expect(matchLayout(null, LAYOUTS, [ROW, ROW])?.name).toBe('ADVENTUREWORKS_PRODUCT_INVENTORY')
  expect(matchLayout(null, LAYOUTS, [ROW, ['x', ...ROW.slice(1)]])).toBeNull()
  expect(matchLayout(null, LAYOUTS, [ROW.slice(1)])).toBeNull()
  expect(matchLayout(null, LAYOUTS, [])).toBeNull()
})

test('a plan knows where each field stands and how wide a row is', () => {
  const plan = planLayout(RESET_INVENTORY, ['AvailableQty', 'extra', 'FacilityId', 'IdValue'])
  expect(plan).toMatchObject({ kind: 'plan', columnCount: 4, at: { units: 0, facilityId: 2, idValue: 3, idType: -1, productId: -1 } })
  expect(planLayout(ADVENTUREWORKS_PRODUCT_INVENTORY, null)).toMatchObject({
    columnCount: 7,
    at: { productId: 0, externalFacilityId: 1, units: 4 },
  })
})

const misfits: [header: string[] | null, says: string][] = [
  [null, 'no header'],
  [['facilityId', 'idValue'], 'availableDelta'],
  [['idValue', 'availableDelta'], 'facilityId or externalFacilityId'],
  [['facilityId', 'idValue', 'IDVALUE', 'availableDelta'], '2 and 3'],
]
test.each(misfits)('%j does not fit, and it says why', (header, says) => {
  expect(planLayout(MDM_INV_VARIANCE, header)).toMatchObject({
    kind: 'mismatch',
    code: 'FILE_NO_LAYOUT',
    reason: expect.stringContaining(says),
  })
})

test('every built-in layout is found by its name', () => {
  for (const layout of LAYOUTS) expect(layoutByName(layout.name)).toBe(layout)
  expect(layoutByName('NO_SUCH')).toBeNull()
})
