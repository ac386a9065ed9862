/**
 * What the columns of a file mean. A layout is declared for a feed; where none is, a file with a header is recognised
 * by its column names. Built-in layouts are in `layouts.ts`.
 */
export type Layout = StockLayout | CatalogLayout

/** What a row of stock does to a position. */
export type StockKind = 'on_hand_reset' | 'atp_reset' | 'count' | 'delta'

export type StockLayout = LayoutBase & {
  kind: StockKind
  /** The type of what stands in the product column, for example `PRODUCT_ID`. */
  productIdType: string
  /** The type of an `idValue` whose `idType` is blank or absent. */
  idTypeDefault: string
}

export type CatalogLayout = LayoutBase & {
  kind: 'products' | 'facilities'
  /** The type of what stands in the product column; facilities leave it unused. */
  productIdType: string
}

type LayoutBase = {
  name: string
  /** Whether columns are found by the names in a header or by where they stand. */
  columnsBy: 'name' | 'position'
  /** For `position`: every column of the file, in order. For `name`: the ones that mean something, in any order. */
  columns: readonly Column[]
  /** Of each group at least one column has to be there, and filled in every row. */
  needs: readonly (readonly Field[])[]
}

export type Column = {
  /** What the column means to us; null for one that only has to stand in its place. */
  field: Field | null
  /** Its names in a header, the usual one first. Compared without regard to case, blanks, `_` and `-`. */
  names: readonly string[]
}

export type Field =
  | 'facilityId'
  | 'externalFacilityId'
  | 'productId'
  | 'idType'
  | 'idValue'
  | 'units'
  | 'locationSeqId'
  | 'comments'
  | 'reasonId'
  | 'resetByAtp'
  | 'sku'
  | 'name'
  | 'safetyStockUnits'

/** A layout laid over one file: where each field stands in a row. Made once per file. */
export type LayoutPlan = {
  kind: 'plan'
  layout: Layout
  /** How many cells a row of this file has. */
  columnCount: number
  /** Index of the cell, or -1 where the file has no such column. */
  at: Readonly<Record<Field, number>>
  idTypeDefault: string
}

/** Why a layout does not fit a file. */
export type LayoutMismatch = { kind: 'mismatch'; code: 'FILE_NO_LAYOUT'; reason: string }
