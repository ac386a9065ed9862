import { type CatalogLayout, type Column, columnKey, type Field, type Layout, type OrderLayout, type StockLayout } from './layout.ts'

const FACILITY: readonly Field[] = ['facilityId', 'externalFacilityId']
const PRODUCT: readonly Field[] = ['productId', 'idValue']

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

/** The ids of AdventureWorks are the ERP's own. */
const ERP_PRODUCT_ID = 'ERP_PRODUCT_ID'

const INTEGER = /^\d{1,9}$/
const DECIMAL = /^\d*\.\d+$/
const FLAG = /^[01]$/
const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/
const GUID = /^[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}$/i

export const ADVENTUREWORKS_PRODUCT_INVENTORY: StockLayout = {
  name: 'ADVENTUREWORKS_PRODUCT_INVENTORY',
  kind: 'on_hand_reset',
  columnsBy: 'position',
  columns: [
    { field: 'productId', name: 'ProductID', looks: INTEGER },
    { field: 'externalFacilityId', name: 'LocationID', looks: INTEGER },
    { field: null, name: 'Shelf' },
    { field: null, name: 'Bin', looks: INTEGER },
    { field: 'units', name: 'Quantity', looks: INTEGER },
    { field: null, name: 'rowguid', looks: GUID },
    { field: null, name: 'ModifiedDate', looks: DATE },
  ],
  needs: [['externalFacilityId'], ['productId'], ['units']],
  productIdType: ERP_PRODUCT_ID,
  idTypeDefault: ERP_PRODUCT_ID,
}

export const ADVENTUREWORKS_PRODUCT: CatalogLayout = {
  name: 'ADVENTUREWORKS_PRODUCT',
  kind: 'products',
  columnsBy: 'position',
  columns: [
    { field: 'productId', name: 'ProductID', looks: INTEGER },
    { field: 'name', name: 'Name' },
    { field: 'sku', name: 'ProductNumber', looks: /\S/ },
    { field: null, name: 'MakeFlag', looks: FLAG },
    { field: null, name: 'FinishedGoodsFlag', looks: FLAG },
    { field: null, name: 'Color' },
    { field: 'safetyStockUnits', name: 'SafetyStockLevel', looks: INTEGER },
    ...['ReorderPoint', 'StandardCost', 'ListPrice', 'Size', 'SizeUnitMeasureCode', 'WeightUnitMeasureCode', 'Weight'].map(unused),
    ...['DaysToManufacture', 'ProductLine', 'Class', 'Style', 'ProductSubcategoryID', 'ProductModelID'].map(unused),
    ...['SellStartDate', 'SellEndDate', 'DiscontinuedDate', 'rowguid', 'ModifiedDate'].map(unused),
  ],
  needs: [['productId', 'sku'], ['name']],
  productIdType: ERP_PRODUCT_ID,
}

export const ADVENTUREWORKS_LOCATION: CatalogLayout = {
  name: 'ADVENTUREWORKS_LOCATION',
  kind: 'facilities',
  columnsBy: 'position',
  columns: [
    { field: 'externalFacilityId', name: 'LocationID', looks: INTEGER },
    { field: 'name', name: 'Name', looks: /\S/ },
    { field: null, name: 'CostRate', looks: DECIMAL },
    { field: null, name: 'Availability', looks: DECIMAL },
    { field: null, name: 'ModifiedDate', looks: DATE },
  ],
  needs: [['externalFacilityId'], ['name']],
  productIdType: ERP_PRODUCT_ID,
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

/** The published invoices of Online Retail (UCI): each line is sold at once, and what stands on a credit note came back. */
export const ONLINE_RETAIL_INVOICES: OrderLayout = {
  name: 'ONLINE_RETAIL_INVOICES',
  kind: 'orders',
  columnsBy: 'name',
  columns: [
    { field: 'orderId', name: 'InvoiceNo' },
    { field: 'idValue', name: 'StockCode' },
    { field: null, name: 'Description' },
    { field: 'units', name: 'Quantity' },
    { field: 'eventAt', name: 'InvoiceDate' },
    ...['UnitPrice', 'CustomerID', 'Country'].map(unused),
  ],
  needs: [['orderId'], ['idValue'], ['units']],
  productIdType: 'PRODUCT_ID',
  idTypeDefault: 'STOCK_CODE',
  creditNotePrefix: 'C',
}

export const STOCK_LAYOUTS: readonly StockLayout[] = [RESET_INVENTORY, REC_INV_COUNT, MDM_INV_VARIANCE, ADVENTUREWORKS_PRODUCT_INVENTORY]

export const LAYOUTS: readonly Layout[] = [
  ...[...STOCK_LAYOUTS, PRODUCTS, FACILITIES, ADVENTUREWORKS_PRODUCT, ADVENTUREWORKS_LOCATION],
  ...[ORDER_LINES, ONLINE_RETAIL_INVOICES],
]

export function layoutByName(name: string): Layout | null {
  return LAYOUTS.find(layout => layout.name === name) ?? null
}

/** Names that only a header has, and no row as its name or its type of id: what dialect detection may lean on. */
const COLUMN_KEYS = new Set(
  LAYOUTS.flatMap(layout => layout.columns)
    .map(column => columnKey(column.name))
    .filter(
      key =>
        ![
          'name',
          'color',
          'class',
          'style',
          'size',
          'weight',
          'shelf',
          'bin',
          'reason',
          'comments',
          'sku',
          'upca',
          'status',
          'channel',
          'country',
        ].includes(key),
    ),
)

/** How many of these cells are a column name of a built-in layout. */
export function knownColumns(cells: readonly string[]): number {
  return cells.filter(cell => COLUMN_KEYS.has(columnKey(cell))).length
}

function unused(name: string): Column {
  return { field: null, name }
}
