import type { RowRejected } from './row-code.ts'

/** A product as a file tells of it. */
export type ProductRow = {
  kind: 'read'
  line: number
  byteOffset: number
  name: string
  /** At least one; types in upper case. */
  identifiers: { type: string; value: string }[]
  safetyStockUnits: number | null
}

/** A facility as a file tells of it. At least one of the two ids is there. */
export type FacilityRow = {
  kind: 'read'
  line: number
  byteOffset: number
  facilityId: string | null
  externalFacilityId: string | null
  name: string
}

export type ProductOutcome = ProductRow | RowRejected
export type FacilityOutcome = FacilityRow | RowRejected

// export function readProductRow(plan: LayoutPlan, raw: RawRow): ProductOutcome
// export function readFacilityRow(plan: LayoutPlan, raw: RawRow): FacilityOutcome
