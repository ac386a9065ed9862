import { PRODUCTS_HEAD } from '../catalog/kit-store.ts'
import { SETTINGS_HEAD } from '../catalog/setting-store.ts'
import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Sql, Tx } from '../db/connection.ts'
import { peekCursors, setCursors } from '../db/cursor.ts'
import { INVENTORY_HEAD } from '../inventory/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'

export const AVAILABILITY_HEAD = 'availability:head'
/** The cursor whose lock is the room's: one process at a time computes promises. */
export const READS_INVENTORY = 'availability<-inventory'
const READS_SETTINGS = 'availability<-settings'
const READS_PRODUCTS = 'availability<-products'
export const READS_CATALOG = 'availability<-catalog'
/** Rises whenever a rule that is or was in effect changes. */
export const RULES_HEAD = 'availability:rules'
const READS_RULES = 'availability<-rules'
/** The next instant, in milliseconds, at which something takes effect by itself; 0: none is known. */
const DUE = 'availability:due'

const FOLLOWED = [
  ...[
    INVENTORY_HEAD,
    READS_INVENTORY,
    SETTINGS_HEAD,
    READS_SETTINGS,
    PRODUCTS_HEAD,
    READS_PRODUCTS,
    CATALOG_HEAD,
    READS_CATALOG,
    RULES_HEAD,
    READS_RULES,
    DUE,
  ],
] as const

/** How far this room has come in what each of the others says, and how far they are. */
export type Reading = {
  movements: { after: number; head: number }
  settings: { after: number; head: number }
  products: { after: number; head: number }
  catalog: { after: number; head: number }
  rules: { after: number; head: number }
  /** Something takes effect by itself at this instant; null: nothing is known to. */
  dueAt: InstantMs | null
}

export async function readingOf(sql: Sql): Promise<Reading> {
  const at = await peekCursors(sql, FOLLOWED)
  return {
    movements: { after: at[READS_INVENTORY], head: at[INVENTORY_HEAD] },
    settings: { after: at[READS_SETTINGS], head: at[SETTINGS_HEAD] },
    products: { after: at[READS_PRODUCTS], head: at[PRODUCTS_HEAD] },
    catalog: { after: at[READS_CATALOG], head: at[CATALOG_HEAD] },
    rules: { after: at[READS_RULES], head: at[RULES_HEAD] },
    dueAt: at[DUE] === 0 ? null : at[DUE],
  }
}

/** Moves every cursor to where this step has read, and tells the next room how far it may read, where that is further. */
export async function advance(tx: Tx, reading: Reading, to: { movementsUpTo: number; head: number | null }): Promise<void> {
  await setCursors(tx, {
    [READS_INVENTORY]: to.movementsUpTo,
    [READS_SETTINGS]: reading.settings.head,
    [READS_PRODUCTS]: reading.products.head,
    [READS_CATALOG]: reading.catalog.head,
    [READS_RULES]: reading.rules.head,
    [DUE]: reading.dueAt ?? 0,
    ...(to.head === null ? {} : { [AVAILABILITY_HEAD]: to.head }),
  })
}

/** Everything that waits to be brought into the promises. */
export async function availabilityStatus(sql: Sql, now: InstantMs): Promise<RoomStatus> {
  const { movements, settings, products, catalog, rules } = await readingOf(sql)
  const backlog = [movements, settings, products, catalog, rules].reduce((sum, { after, head }) => sum + Math.max(0, head - after), 0)
  if (backlog === 0) return { backlog: 0, oldestAt: null, stuck: 0 }
  const rows = await sql.query<{ since: InstantMs | null }>('select min(recorded_at) as since from inventory.movement where seq > $1', [
    movements.after,
  ])
  return { backlog, oldestAt: rows[0]?.since ?? now, stuck: 0 }
}
