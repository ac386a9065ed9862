/*
 * The rows of the shop and the indexes over them. Rows are changed in place by whoever has checked that they may be,
 * and then handed to `put`: that is the only place that the state file learns from.
 */

import type {
  BulkRow,
  CounterRow,
  DraftRow,
  ItemRow,
  KeyRow,
  LevelRow,
  LocationRow,
  OrderRow,
  ProductRow,
  VariantRow,
  WebhookRow,
} from './rows.ts'
import type { StateFile, StateLine } from './state-file.ts'

type RowOf = {
  locations: LocationRow
  products: ProductRow
  variants: VariantRow
  items: ItemRow
  levels: LevelRow
  orders: OrderRow
  drafts: DraftRow
  keys: KeyRow
  bulk: BulkRow
  webhooks: WebhookRow
  counters: CounterRow
}
export type TableName = keyof RowOf

export class Tables {
  readonly locations = new Map<number, LocationRow>()
  readonly products = new Map<number, ProductRow>()
  readonly variants = new Map<number, VariantRow>()
  readonly items = new Map<number, ItemRow>()
  readonly levels = new Map<string, LevelRow>()
  readonly orders = new Map<number, OrderRow>()
  readonly drafts = new Map<number, DraftRow>()
  readonly keys = new Map<string, KeyRow>()
  readonly bulk = new Map<number, BulkRow>()
  readonly webhooks = new Map<number, WebhookRow>()
  readonly counters = new Map<string, CounterRow>()

  readonly levelsById = new Map<number, LevelRow>()
  readonly #levelsByItem = new Map<number, LevelRow[]>()
  readonly #levelsByLocation = new Map<number, LevelRow[]>()
  readonly #itemsBySku = new Map<string, number>()
  #file: StateFile | null = null
  #watcher: Watcher | null = null

  /** Stores a row that is new, or that was changed in place. */
  put<T extends TableName>(table: T, row: RowOf[T]): void {
    const key = keyOf(table, row)
    const rows = this[table] as unknown as Map<string | number, RowOf[T]>
    const isNew = !rows.has(key)
    if (isNew) this.#index(table, row)
    rows.set(key, row)
    this.#file?.note([table, key, row])
    this.#watcher?.(table, row, isNew ? 'new' : 'changed')
  }

  /** From here on somebody is told of every row that is stored or removed. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher
  }

  forgetKey(key: string): void {
    if (this.keys.delete(key)) this.#file?.note(['keys', key, null])
  }

  /** Takes a row away for good. */
  remove<T extends TableName>(table: T, row: RowOf[T]): void {
    const key = keyOf(table, row)
    const rows = this[table] as unknown as Map<string | number, RowOf[T]>
    if (!rows.delete(key)) return
    this.#unindex(table, row)
    this.#file?.note([table, key, null])
    this.#watcher?.(table, row, 'removed')
  }

  /** An item's SKU is changed by this alone, since it is counted. */
  renameSku(item: ItemRow, sku: string | null): void {
    this.#countSku(item.sku, -1)
    item.sku = sku
    this.#countSku(sku, 1)
  }

  /** The next number of a series; no number is ever given twice, not even after a restart. */
  next(series: string, from: number): number {
    const value = (this.counters.get(series)?.value ?? from - 1) + 1
    this.put('counters', { name: series, value })
    return value
  }

  add(series: string, amount: number): void {
    if (amount !== 0) this.put('counters', { name: series, value: this.total(series) + amount })
  }

  total(series: string): number {
    return this.counters.get(series)?.value ?? 0
  }

  levelsOfItem(itemId: number): readonly LevelRow[] {
    return this.#levelsByItem.get(itemId) ?? []
  }

  levelsAt(locationId: number): readonly LevelRow[] {
    return this.#levelsByLocation.get(locationId) ?? []
  }

  itemsWithSku(sku: string | null): number {
    return sku === null ? 0 : (this.#itemsBySku.get(sku) ?? 0)
  }

  /** From here on every change is written down; begins with everything that is there already. */
  keepIn(file: StateFile): void {
    file.rewrite(this.#everything())
    this.#file = file
  }

  /** Before an answer leaves: what the call changed is on its way to the disk, and the file does not grow for ever. */
  flush(): void {
    this.#file?.flush()
    if (this.#file !== null && this.#file.appendedChars > STATE_APPENDED_CHARS_MAX) this.#file.rewrite(this.#everything())
  }

  /** Takes back what an earlier life wrote. */
  restore(lines: readonly StateLine[]): void {
    for (const [table, key, row] of lines) {
      if (row === null) this.#restoreRemoved(table as TableName, key)
      else this.#restoreRow(table as TableName, key, row as RowOf[TableName])
    }
  }

  #restoreRow(table: TableName, key: string | number, row: RowOf[TableName]): void {
    const rows = this[table] as unknown as Map<string | number, object>
    const known = rows.get(key)
    // Written before an order knew its parcels.
    if (table === 'orders') (row as OrderRow).fulfillments ??= []
    // The indexes hold the row itself, so a later line has to change that row, not to replace it.
    if (known !== undefined) {
      if (table === 'items') this.renameSku(known as ItemRow, (row as ItemRow).sku)
      Object.assign(known, row)
    } else this.put(table, row as never)
  }

  *#everything(): Iterable<StateLine> {
    for (const table of TABLES) for (const [key, row] of this[table]) yield [table, key, row]
  }

  #index(table: TableName, row: RowOf[TableName]): void {
    if (table === 'levels') {
      const level = row as LevelRow
      this.levelsById.set(level.id, level)
      append(this.#levelsByItem, level.itemId, level)
      append(this.#levelsByLocation, level.locationId, level)
    }
    if (table === 'items') this.#countSku((row as ItemRow).sku, 1)
  }

  #unindex(table: TableName, row: RowOf[TableName]): void {
    if (table === 'items') this.#countSku((row as ItemRow).sku, -1)
    if (table !== 'levels') return
    const level = row as LevelRow
    this.levelsById.delete(level.id)
    for (const list of [this.#levelsByItem.get(level.itemId), this.#levelsByLocation.get(level.locationId)])
      if (list?.includes(level)) list.splice(list.indexOf(level), 1)
  }

  #countSku(sku: string | null, by: number): void {
    if (sku !== null) this.#itemsBySku.set(sku, this.itemsWithSku(sku) + by)
  }

  #restoreRemoved(table: TableName, key: string | number): void {
    const row = (this[table] as unknown as Map<string | number, RowOf[TableName]>).get(key)
    if (row !== undefined) this.remove(table, row as never)
  }
}

export type Watcher = (table: TableName, row: RowOf[TableName], what: 'new' | 'changed' | 'removed') => void

export const STATE_APPENDED_CHARS_MAX = 64_000_000

const TABLES: readonly TableName[] = [
  'counters',
  'locations',
  'products',
  'variants',
  'items',
  'levels',
  'orders',
  'drafts',
  'keys',
  'bulk',
]

export function levelKey(itemId: number, locationId: number): string {
  return `${itemId}@${locationId}`
}

function keyOf<T extends TableName>(table: T, row: RowOf[T]): string | number {
  if (table === 'levels') return levelKey((row as LevelRow).itemId, (row as LevelRow).locationId)
  if (table === 'keys') return (row as KeyRow).key
  if (table === 'counters') return (row as CounterRow).name
  return (row as { id: number }).id
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
