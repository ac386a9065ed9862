import type { CatalogLayout, Column, Field, MappingLayout, OrderLayout, SettingLayout, StockLayout } from './layout.ts'

const FACILITY: readonly Field[] = ['facilityId', 'externalFacilityId']
const PRODUCT: readonly Field[] = ['productId', 'idValue']
const HOTWAX = { columnsBy: 'name', productIdType: 'PRODUCT_ID' } as const

const HOTWAX_WHERE_AND_WHAT: readonly Column[] = [
  { field: 'facilityId', name: 'facilityId' },
  { field: 'externalFacilityId', name: 'externalFacilityId' },
  { field: 'idType', name: 'idType' },
  { field: 'idValue', name: 'idValue' },
  { field: 'locationSeqId', name: 'locationSeqId' },
  { field: 'comments', name: 'comments' },
]

/** HotWax Commerce takes an `idValue` without a type for this one. */
const HOTWAX_ID_TYPE = 'SHOPIFY_PROD_ID'

/** The quantity on hand, or available to promise where `resetByAtp` says so. */
export const RESET_INVENTORY: StockLayout = {
  name: 'RESET_INVENTORY',
  kind: 'on_hand_reset',
  columnsBy: 'name',
  columns: [
    ...HOTWAX_WHERE_AND_WHAT,
    { field: 'productId', name: 'productId' },
    { field: 'units', name: 'availableQty', alias: 'quantity' },
    { field: 'resetByAtp', name: 'resetByAtp' },
    { field: 'reasonId', name: 'reason' },
  ],
  needs: [FACILITY, PRODUCT, ['units']],
  productIdType: 'PRODUCT_ID',
  idTypeDefault: HOTWAX_ID_TYPE,
}

/** What was found by counting. */
export const REC_INV_COUNT: StockLayout = {
  name: 'REC_INV_COUNT',
  kind: 'count',
  columnsBy: 'name',
  columns: [...HOTWAX_WHERE_AND_WHAT, { field: 'units', name: 'quantity' }, { field: 'resetByAtp', name: 'resetByAtp' }],
  needs: [FACILITY, PRODUCT, ['units']],
  productIdType: 'PRODUCT_ID',
  idTypeDefault: HOTWAX_ID_TYPE,
}

/** A signed change; NetSuite's adjustments and transfers come in these columns too. */
export const MDM_INV_VARIANCE: StockLayout = {
  name: 'MDM_INV_VARIANCE',
  kind: 'delta',
  columnsBy: 'name',
  columns: [...HOTWAX_WHERE_AND_WHAT, { field: 'units', name: 'availableDelta' }, { field: 'reasonId', name: 'varianceReasonId' }],
  needs: [FACILITY, ['idValue'], ['units']],
  productIdType: 'PRODUCT_ID',
  idTypeDefault: HOTWAX_ID_TYPE,
}

/** The reset of stores over Moqui: by on hand or by available to promise, as each row says. */
export const STORE_INV_RESET: StockLayout = {
  ...HOTWAX,
  name: 'STORE_INV_RESET',
  kind: 'on_hand_reset',
  columns: [
    { field: 'facilityId', name: 'facilityId' },
    { field: 'externalFacilityId', name: 'externalFacilityId' },
    { field: 'idValue', name: 'netsuiteProductId' },
    { field: 'productId', name: 'productId' },
    { field: 'units', name: 'quantity' },
    { field: 'resetBy', name: 'resetBy' },
    { field: 'comments', name: 'comments' },
  ],
  needs: [FACILITY, PRODUCT, ['units'], ['resetBy']],
  idTypeDefault: 'NETSUITE_PRODUCT_ID',
}

/** NetSuite's daily absolute file; its items have NetSuite's own ids. Declared for a feed: by its columns it is a RESET_INVENTORY. */
export const NETSUITE_INVENTORY_ITEM: StockLayout = {
  ...RESET_INVENTORY,
  name: 'NETSUITE_INVENTORY_ITEM',
  idTypeDefault: 'NETSUITE_PRODUCT_ID',
}

/** NetSuite's transfers, as signed changes at both ends. Declared: by their columns they are variances. */
export const IMP_INV_TRANS: StockLayout = { ...MDM_INV_VARIANCE, name: 'IMP_INV_TRANS', idTypeDefault: 'NETSUITE_PRODUCT_ID' }

/** What came in at a facility. */
export const IMP_ITM_RECEIPT: StockLayout = {
  ...HOTWAX,
  name: 'IMP_ITM_RECEIPT',
  kind: 'delta',
  flow: { sign: 1, reason: 'VAR_SHIP_RECV' },
  columns: [
    ...HOTWAX_WHERE_AND_WHAT,
    { field: 'productId', name: 'productId' },
    { field: 'units', name: 'quantityReceived', alias: 'quantityAccepted' },
    { field: null, name: 'shipmentId' },
    { field: null, name: 'externalReceiptId' },
    { field: null, name: 'datetimeReceived' },
  ],
  needs: [FACILITY, PRODUCT, ['units']],
  idTypeDefault: HOTWAX_ID_TYPE,
}

/** What will come in, and when: the columns of HotWax's Import app. */
export const SCHEDULED_RESTOCK: StockLayout = {
  ...HOTWAX,
  name: 'SCHEDULED_RESTOCK',
  kind: 'delta',
  flow: { sign: 1, reason: 'VAR_SCH_SHIP_RECV' },
  dueColumn: 'Schedule Time',
  columns: [
    { field: 'sku', name: 'Shopify Product SKU' },
    { field: 'units', name: 'Restock Quantity' },
    { field: null, name: 'Schedule Time' },
    { field: 'facilityId', name: 'Facility' },
    { field: null, name: 'Product Store' },
    { field: null, name: 'Shopify Store' },
    { field: null, name: 'Restock Name' },
  ],
  needs: [['facilityId'], ['sku'], ['units']],
  idTypeDefault: 'SKU',
}

/** What a store sold over its counter. */
export const POS_SALES: StockLayout = {
  ...HOTWAX,
  name: 'POS_SALES',
  kind: 'delta',
  flow: { sign: -1, reason: 'POS_SALE' },
  columns: [
    ...HOTWAX_WHERE_AND_WHAT,
    { field: 'productId', name: 'productId' },
    { field: 'sku', name: 'sku' },
    { field: 'upca', name: 'upca' },
    { field: 'units', name: 'quantitySold', alias: 'soldQty' },
    { field: null, name: 'saleDate' },
    { field: null, name: 'receiptNumber' },
  ],
  needs: [FACILITY, [...PRODUCT, 'sku', 'upca'], ['units']],
  idTypeDefault: 'SKU',
}

/** What is kept back at a facility, and what else is said of a product there. */
export const MDM_FAC_SFTY_STCK: SettingLayout = {
  ...HOTWAX,
  name: 'MDM_FAC_SFTY_STCK',
  kind: 'settings',
  columns: [
    { field: 'facilityId', name: 'facility-id' },
    { field: 'externalFacilityId', name: 'facility-external-id' },
    { field: 'productId', name: 'product-id' },
    { field: 'sku', name: 'product-sku' },
    { field: 'safetyStockUnits', name: 'facility-safety-stock' },
    { field: 'reorderUnits', name: 'reorder-quantity' },
    { field: 'allowPickup', name: 'allow-pickup' },
  ],
  needs: [FACILITY, ['productId', 'sku'], ['safetyStockUnits', 'reorderUnits', 'allowPickup']],
  idTypeDefault: 'SKU',
}

/** What a rule found for a product at a facility: a minimum stock, or whether it may be brokered or picked up there. */
export const IMP_PROD_FACILITY: SettingLayout = {
  ...HOTWAX,
  name: 'IMP_PROD_FACILITY',
  kind: 'settings',
  columns: [
    { field: 'facilityId', name: 'facility-id' },
    { field: 'productId', name: 'product-id' },
    { field: 'sku', name: 'product-sku' },
    { field: 'safetyStockUnits', name: 'minimum-stock' },
    { field: 'allowBrokering', name: 'allow-brokering' },
    { field: 'allowPickup', name: 'allow-pickup' },
  ],
  needs: [['facilityId'], ['productId', 'sku'], ['safetyStockUnits', 'allowBrokering', 'allowPickup']],
  idTypeDefault: 'SKU',
}

/** What a channel keeps back once for all its facilities. The channel goes by its group, or by its configuration facility. */
export const IMP_PROD_THOLD: SettingLayout = {
  ...HOTWAX,
  name: 'IMP_PROD_THOLD',
  kind: 'settings',
  columns: [
    { field: 'channel', name: 'facility-group-id' },
    { field: 'facilityId', name: 'facility-id' },
    { field: 'productId', name: 'product-id' },
    { field: 'sku', name: 'product-sku' },
    { field: 'thresholdUnits', name: 'threshold' },
  ],
  needs: [['channel', 'facilityId'], ['productId', 'sku'], ['thresholdUnits']],
  idTypeDefault: 'SKU',
}

/** Which facility is which location of a shop; `_NA_` is the aggregate of a channel's facilities. */
export const SHOPIFY_SHOP_LOCATION: MappingLayout = {
  ...HOTWAX,
  name: 'SHOPIFY_SHOP_LOCATION',
  kind: 'locations',
  columns: [
    { field: 'shop', name: 'shopId' },
    { field: 'facilityId', name: 'facilityId' },
    { field: 'channel', name: 'facilityGroupId' },
    { field: 'locationId', name: 'shopifyLocationId' },
  ],
  needs: [['shop'], ['facilityId', 'channel'], ['locationId']],
}

/** What there is to sell, and every name by which a later file may call it. */
export const PRODUCTS: CatalogLayout = {
  name: 'PRODUCTS',
  kind: 'products',
  columnsBy: 'name',
  columns: [
    { field: 'productId', name: 'productId' },
    { field: 'sku', name: 'sku' },
    { field: 'upca', name: 'upca' },
    { field: 'erpProductId', name: 'erpProductId', alias: 'externalId' },
    { field: 'name', name: 'name' },
  ],
  needs: [['productId', 'sku', 'upca', 'erpProductId'], ['name']],
  productIdType: 'PRODUCT_ID',
}

/** Where stock lies: warehouses, stores, and what only looks like one. */
export const FACILITIES: CatalogLayout = {
  name: 'FACILITIES',
  kind: 'facilities',
  columnsBy: 'name',
  columns: [
    { field: 'facilityId', name: 'facilityId' },
    { field: 'externalFacilityId', name: 'externalFacilityId' },
    { field: 'name', name: 'name' },
    { field: 'facilityType', name: 'facilityType' },
  ],
  needs: [['facilityId', 'externalFacilityId'], ['name']],
  productIdType: 'PRODUCT_ID',
}

/** What another system says of its orders, one word on one line a row: ordered, cancelled, shipped, returned, rejected. */
export const ORDER_LINES: OrderLayout = {
  name: 'ORDER_LINES',
  kind: 'orders',
  columnsBy: 'name',
  columns: [
    { field: 'orderId', name: 'orderId' },
    { field: 'lineId', name: 'orderItemSeqId' },
    { field: 'orderStatus', name: 'status' },
    ...HOTWAX_WHERE_AND_WHAT.filter(({ field }) => field !== 'locationSeqId'),
    { field: 'productId', name: 'productId' },
    { field: 'units', name: 'quantity' },
    { field: 'eventId', name: 'eventId' },
    { field: 'eventAt', name: 'eventDate' },
    { field: 'channel', name: 'channel' },
    { field: 'reasonId', name: 'reason' },
    { field: 'restock', name: 'restock' },
  ],
  needs: [['orderId'], PRODUCT, ['units']],
  productIdType: 'PRODUCT_ID',
  idTypeDefault: 'SKU',
}
