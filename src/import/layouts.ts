import {
  FACILITIES,
  IMP_INV_TRANS,
  IMP_ITM_RECEIPT,
  IMP_PROD_FACILITY,
  IMP_PROD_THOLD,
  MDM_FAC_SFTY_STCK,
  MDM_INV_VARIANCE,
  NETSUITE_INVENTORY_ITEM,
  ORDER_LINES,
  POS_SALES,
  PRODUCTS,
  REC_INV_COUNT,
  RESET_INVENTORY,
  SCHEDULED_RESTOCK,
  SHOPIFY_SHOP_LOCATION,
  STORE_INV_RESET,
} from './hotwax-layouts.ts'
import { columnKey, type Layout } from './layout.ts'
import {
  ADVENTUREWORKS_LOCATION,
  ADVENTUREWORKS_PRODUCT,
  ADVENTUREWORKS_PRODUCT_INVENTORY,
  ONLINE_RETAIL_INVOICES,
  SHOPIFY_INVENTORY,
  X12_846,
} from './published-layouts.ts'

/** Every layout that comes with the program. Of two that a header fits alike, the first is taken. */
export const LAYOUTS: readonly Layout[] = [
  ...[RESET_INVENTORY, REC_INV_COUNT, MDM_INV_VARIANCE, STORE_INV_RESET, NETSUITE_INVENTORY_ITEM, IMP_INV_TRANS],
  ...[IMP_ITM_RECEIPT, SCHEDULED_RESTOCK, POS_SALES, SHOPIFY_INVENTORY, X12_846, ADVENTUREWORKS_PRODUCT_INVENTORY],
  ...[MDM_FAC_SFTY_STCK, IMP_PROD_FACILITY, IMP_PROD_THOLD],
  ...[PRODUCTS, FACILITIES, SHOPIFY_SHOP_LOCATION, ADVENTUREWORKS_PRODUCT, ADVENTUREWORKS_LOCATION],
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
