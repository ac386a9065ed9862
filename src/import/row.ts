import type { StockKind } from './layout.ts'
import type { RowRejected } from './row-code.ts'

/** A row of stock as it was understood. Whether its product and facility exist is asked in SQL, for all rows at once. */
export type StockRow = {
  kind: 'read'
  line: number
  byteOffset: number
  facility: { type: 'facilityId' | 'externalFacilityId'; value: string }
  /** `type` in upper case, as the catalogue keeps it: SKU, UPCA, SHOPIFY_PROD_ID, NETSUITE_PRODUCT_ID … */
  product: { type: string; value: string }
  units: number
  resetBy: StockKind
  reason?: string
  comment?: string
}

export type RowOutcome = StockRow | RowRejected

// export function readRow(plan: LayoutPlan, raw: RawRow): RowOutcome
