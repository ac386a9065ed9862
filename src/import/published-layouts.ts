import type { CatalogLayout, Column, OrderLayout, StockLayout } from './layout.ts'

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

/** Shopify's own export of what stands at its locations. What is `not stocked` there says nothing. */
export const SHOPIFY_INVENTORY: StockLayout = {
  name: 'SHOPIFY_INVENTORY',
  kind: 'on_hand_reset',
  columnsBy: 'name',
  columns: [
    ...['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Option2 Name', 'Option2 Value', 'Option3 Name', 'Option3 Value'].map(unused),
    { field: 'sku', name: 'SKU' },
    ...['HS Code', 'COO'].map(unused),
    { field: 'externalFacilityId', name: 'Location' },
    ...['Bin name', 'Incoming (not editable)', 'Unavailable (not editable)', 'Committed (not editable)', 'Available (not editable)'].map(
      unused,
    ),
    ...['Incoming', 'Unavailable', 'Committed', 'Available', 'On hand (new)'].map(unused),
    { field: 'units', name: 'On hand (current)', alias: 'On hand' },
  ],
  needs: [['externalFacilityId'], ['sku'], ['units']],
  productIdType: 'SKU',
  idTypeDefault: 'SKU',
  leaveOut: [
    { column: 'On hand (current)', operator: 'is', values: ['not stocked'] },
    { column: 'On hand', operator: 'is', values: ['not stocked'] },
  ],
}

/** The quantities of an X12 846, in the columns as which the reader gives them. */
export const X12_846: StockLayout = {
  name: 'X12_846',
  kind: 'on_hand_reset',
  columnsBy: 'name',
  columns: [
    { field: 'externalFacilityId', name: 'warehouse' },
    { field: 'idType', name: 'idType' },
    { field: 'idValue', name: 'idValue' },
    { field: 'units', name: 'quantity' },
    { field: 'resetByAtp', name: 'resetByAtp' },
    ...['unit', 'qualifier', 'counts', 'date'].map(unused),
  ],
  needs: [['externalFacilityId'], ['idValue'], ['units']],
  productIdType: 'SKU',
  idTypeDefault: 'SKU',
  leaveOut: [{ column: 'counts', operator: 'is_not', values: ['Y'] }],
}

function unused(name: string): Column {
  return { field: null, name }
}
