import type { Condition } from './condition.ts'

/**
 * What the columns of a file mean. A layout is declared for a feed; where none is, a file with a header is recognised
 * by its column names. The built-in ones are in `layouts.ts`.
 */
export type Layout = StockLayout | CatalogLayout | OrderLayout | SettingLayout | MappingLayout

/** What a row of stock does to a position. */
export type StockKind = 'on_hand_reset' | 'atp_reset' | 'count' | 'delta'

export type StockLayout = LayoutBase & {
  kind: StockKind
  /** The type of an `idValue` whose `idType` is blank or absent. */
  idTypeDefault: string
  /** Units that went one way: what is written without a sign is added or taken away, and may not be below 0. */
  flow?: { sign: 1 | -1; reason: string }
  /** The column that says when the units will be there: the rows wait for it. */
  dueColumn?: string
}

/** What is said of products at facilities, and how a shop's locations are mapped: both go into the catalogue. */
export type SettingLayout = LayoutBase & { kind: 'settings'; idTypeDefault: string }
export type MappingLayout = LayoutBase & { kind: 'locations' }

export type CatalogLayout = LayoutBase & { kind: 'products' | 'facilities' }

/** Words on order lines of another system: what was ordered, and what became of it. */
export type OrderLayout = LayoutBase & {
  kind: 'orders'
  /** The type of an `idValue` whose `idType` is blank or absent. */
  idTypeDefault: string
  /** What the id of a credit note begins with, where only such a one may return something. */
  creditNotePrefix?: string
}

type LayoutBase = {
  name: string
  /** Whether columns are found by the names in a header or by where they stand. */
  columnsBy: 'name' | 'position'
  /** For `position`: every column of the file, in order. For `name`: the ones that mean something, in any order. */
  columns: readonly Column[]
  /** Of each group at least one column has to be there, and one has to be filled in every row. */
  needs: readonly (readonly Field[])[]
  /** The type of what stands in the column of the product's own id, for example `PRODUCT_ID`. */
  productIdType: string
  /** Rows that say nothing of what the layout is about. */
  leaveOut?: readonly Condition[]
}

export type Column = {
  /** What the column means to us; null for one that only has to stand in its place. */
  field: Field | null
  /** Its name in a header. Compared without regard to case, blanks, `_` and `-`. */
  name: string
  /** Another name that is understood where the file has no column that the layout does not know. */
  alias?: string
  /** What a positional file has to show here to be recognised without a declaration. */
  looks?: RegExp
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
  | 'upca'
  | 'erpProductId'
  | 'facilityType'
  | 'name'
  | 'safetyStockUnits'
  | 'orderId'
  | 'lineId'
  | 'orderStatus'
  | 'eventId'
  | 'eventAt'
  | 'channel'
  | 'restock'
  | 'resetBy'
  | 'allowBrokering'
  | 'allowPickup'
  | 'reorderUnits'
  | 'thresholdUnits'
  | 'shop'
  | 'locationId'

/** A layout laid over one file: where each field stands in a row. Made once per file. */
export type LayoutPlan = {
  kind: 'plan'
  layout: Layout
  /** How many cells a row of this file has. */
  columnCount: number
  /** Index of the cell, or -1 where the file has no such column. */
  at: Readonly<Record<Field, number>>
}

/** Why a layout does not fit a file. */
export type LayoutMismatch = { kind: 'mismatch'; code: 'FILE_NO_LAYOUT'; reason: string }

/** Finds each field's place in this file. `header` is null for a file without one. */
export function planLayout(layout: Layout, header: readonly string[] | null): LayoutPlan | LayoutMismatch {
  if (layout.columnsBy === 'position') {
    const at = Object.fromEntries(FIELDS.map(field => [field, layout.columns.findIndex(column => column.field === field)]))
    return { kind: 'plan', layout, columnCount: layout.columns.length, at: at as Record<Field, number> }
  }
  if (header === null) return mismatch(`${layout.name} finds its columns by name, and the file has no header.`)
  const at = { ...NOWHERE }
  for (const column of layout.columns) {
    if (column.field === null) continue
    const places = placesOf(column, header)
    const [first, second] = places
    if (first === undefined) continue
    if (second !== undefined) return mismatch(`Two columns of the file, ${first + 1} and ${second + 1}, are both named ${column.name}.`)
    at[column.field] = first
  }
  const missing = layout.needs.find(group => group.every(field => at[field] < 0))
  if (missing !== undefined) return mismatch(`${layout.name} needs a column ${namesOf(layout, missing)}, and the header has none.`)
  return { kind: 'plan', layout, columnCount: header.length, at }
}

/**
 * The layout that a file shows by itself, or null. With a header: the one that explains most of its columns. Without: one by
 * position whose columns look like those of every sample row.
 */
export function matchLayout<L extends Layout>(
  header: readonly string[] | null,
  layouts: readonly L[],
  sample: readonly (readonly string[])[] = [],
): L | null {
  if (header === null) return layouts.find(layout => layout.columnsBy === 'position' && looksLike(layout, sample)) ?? null
  let best: { layout: L; score: number } | null = null
  for (const layout of layouts) {
    if (layout.columnsBy !== 'name' || planLayout(layout, header).kind === 'mismatch') continue
    const score = scoreOf(layout, header)
    if (score !== null && (best === null || score > best.score)) best = { layout, score }
  }
  return best?.layout ?? null
}

const STOCK_KINDS: ReadonlySet<string> = new Set<StockKind>(['on_hand_reset', 'atp_reset', 'count', 'delta'])

export function isStockLayout(layout: Layout): layout is StockLayout {
  return STOCK_KINDS.has(layout.kind)
}

/** Whose business a file is: who books what its rows say. */
export function subjectOf(layout: Layout): 'stock' | 'catalog' | 'orders' | 'schedule' {
  if (layout.kind === 'orders') return 'orders'
  if (isStockLayout(layout) && layout.dueColumn !== undefined) return 'schedule'
  return isStockLayout(layout) ? 'stock' : 'catalog'
}

/** A column's name as it is compared: `Facility Id`, `facility_id` and `FacilityID` are one. */
export function columnKey(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '')
}

const FIELDS: readonly Field[] = [
  'facilityId',
  'externalFacilityId',
  'productId',
  'idType',
  'idValue',
  'units',
  'locationSeqId',
  'comments',
  'reasonId',
  'resetByAtp',
  'sku',
  'upca',
  'erpProductId',
  'facilityType',
  'name',
  'safetyStockUnits',
  'orderId',
  'lineId',
  'orderStatus',
  'eventId',
  'eventAt',
  'channel',
  'restock',
  'resetBy',
  'allowBrokering',
  'allowPickup',
  'reorderUnits',
  'thresholdUnits',
  'shop',
  'locationId',
]

const NOWHERE = Object.fromEntries(FIELDS.map(field => [field, -1])) as Record<Field, number>

function mismatch(reason: string): LayoutMismatch {
  return { kind: 'mismatch', code: 'FILE_NO_LAYOUT', reason }
}

function namesOf(layout: Layout, fields: readonly Field[]): string {
  const names = layout.columns.filter(column => column.field !== null && fields.includes(column.field)).map(column => column.name)
  return names.join(' or ')
}

function placesOf(column: Column, header: readonly string[]): number[] {
  const named = places(column.name, header)
  return named.length > 0 || column.alias === undefined ? named : places(column.alias, header)
}

function places(name: string, header: readonly string[]): number[] {
  const key = columnKey(name)
  return header.flatMap((cell, index) => (columnKey(cell) === key ? [index] : []))
}

/** How many columns a header has to share with a layout before it is taken for it. */
const KNOWN_COLUMNS_MIN = 3

/** Known columns count for a layout, unknown ones and aliases against it; null where that does not convince. */
function scoreOf(layout: Layout, header: readonly string[]): number | null {
  const names = new Set(layout.columns.map(column => columnKey(column.name)))
  const aliases = new Set(layout.columns.flatMap(column => (column.alias === undefined ? [] : [columnKey(column.alias)])))
  let known = 0
  let aliased = 0
  let unknown = 0
  for (const cell of header) {
    const key = columnKey(cell)
    if (names.has(key)) known += 1
    else if (aliases.has(key)) aliased += 1
    else if (key !== '') unknown += 1
  }
  if (known + aliased < KNOWN_COLUMNS_MIN || (aliased > 0 && unknown > 0)) return null
  return known * 2 + aliased - unknown
}

function looksLike(layout: Layout, sample: readonly (readonly string[])[]): boolean {
  const { columns } = layout
  return (
    sample.length > 0 &&
    sample.every(row => row.length === columns.length && columns.every((column, i) => column.looks?.test(row[i] ?? '') ?? true))
  )
}
