import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor, setHead } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'

/** Where the inventory room's own appends end: what the next room reads up to. */
export const INVENTORY_HEAD = 'inventory:head'
export const READS_IMPORT = 'inventory<-import'
export const READS_ORDERS = 'inventory<-orders'
export const READS_SYSTEM_ORDERS = 'inventory<-system-orders'
export const READS_SHOP_MOVES = 'inventory<-shop-moves'
export const READS_COUNTS = 'inventory<-counts'
export const READS_CATALOG = 'inventory<-catalog'

/** Up to where demand has been appended, at most `limit` changes further. */
export async function demandUpTo(tx: Tx, from: number, limit: number): Promise<{ seq: number; changes: number }> {
  const rows = await tx.query<{ seq: number | null; changes: number }>(
    `select max(seq) as seq, count(*) as changes
       from (select seq from orders.demand_change where seq > $1 order by seq limit $2) page`,
    [from, limit],
  )
  return { seq: rows[0]?.seq ?? from, changes: rows[0]?.changes ?? 0 }
}

/** Tells the next room how far it may read. Called last in every transaction of this room, under its cursor. */
export async function publishHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ head: number }>('select case when is_called then last_value else 0 end as head from inventory.movement_seq')
  await setHead(tx, INVENTORY_HEAD, rows[0]?.head ?? 0)
}

/** Believed files that are not in the ledger yet, and order changes that it has not seen. */
export async function inventoryStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const seen = await peekCursor(sql, READS_ORDERS)
  const seenOfSystems = await peekCursor(sql, READS_SYSTEM_ORDERS)
  const rows = await sql.query<{ files: number; filesSince: InstantMs | null; changes: number; changesSince: InstantMs | null }>(
    `select (select count(*) from import.verdict where decision = 'believed' and applied_at is null and subject in ('stock', 'schedule')) as files,
            (select min(decided_at) from import.verdict where decision = 'believed' and applied_at is null and subject in ('stock', 'schedule')) as "filesSince",
            (select count(*) from orders.demand_change where seq > $1) + (select count(*) from orders.system_event where seq > $2) as changes,
            least((select min(recorded_at) from orders.demand_change where seq > $1),
                  (select min(recorded_at) from orders.system_event where seq > $2)) as "changesSince"`,
    [seen, seenOfSystems],
  )
  const row = rows[0]
  if (!row) return { backlog: 0, oldestAt: null, stuck: 0 }
  const since = [row.filesSince, row.changesSince].filter(at => at !== null)
  return { backlog: row.files + row.changes, oldestAt: since.length > 0 ? Math.min(...since) : null, stuck: 0 }
}
