import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor, setHead } from '../db/cursor.ts'
import { EFFECT_CODE } from '../import/effect.ts'
import { type RefusedVariance, stagedTable } from '../import/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'

/** Where the inventory room's own appends end: what the next room reads up to. */
export const INVENTORY_HEAD = 'inventory:head'
export const READS_IMPORT = 'inventory<-import'
export const READS_ORDERS = 'inventory<-orders'
export const READS_CATALOG = 'inventory<-catalog'

/** Memory that one comparison may hash and sort in. */
const COMPARE_MEMORY = '256MB'

export type ToApply = { fileId: number; seq: number; feedId: number; rowsAccepted: number; receivedAt: InstantMs }

/** The next believed file, in the order of belief. The caller holds the room's cursor, so no second one takes it. */
export async function nextBelieved(tx: Tx): Promise<ToApply | null> {
  const rows = await tx.query<ToApply>(
    `select v.file_id as "fileId", v.seq, v.feed_id as "feedId", v.rows_accepted as "rowsAccepted", f.received_at as "receivedAt"
       from import.verdict v
       join feed.file f using (file_id)
      where v.decision = 'believed' and v.applied_at is null
      order by v.seq
      limit 1`,
  )
  return rows[0] ?? null
}

/** How many rows of a file are staged. Fewer than the verdict says: the database crashed and lost the unlogged ones. */
export async function stagedRows(tx: Tx, fileId: number): Promise<number> {
  const rows = await tx.query<{ rows: number }>(`select count(*) as rows from ${stagedTable(fileId)}`)
  return rows[0]?.rows ?? 0
}

/** A variance whose position would fall below nothing. Decided before anything moves, so that one row does not stop the others. */
export async function refusedVariances(tx: Tx, fileId: number): Promise<RefusedVariance[]> {
  return tx.query(
    `select s.line, s.byte_offset as "byteOffset", s.raw
       from ${stagedTable(fileId)} s
       left join inventory.position p using (facility_id, product_id)
      where s.effect = $1 and coalesce(p.on_hand_units, 0) + s.units < 0
      order by s.line`,
    [EFFECT_CODE.delta],
  )
}

/** What one file changes, sorted by facility and product, within the transaction that books it. */
function changedTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.changed_')
}

/**
 * Books what a file changes, and adds it to the positions: whole sets, whatever the number of rows. The specification is
 * `decideMovement` in movement.ts. What changes is laid down by itself first, since PostgreSQL compares with several processes
 * only where the same statement writes nothing; what does not change costs that comparison. Gives the number of movements.
 *
 * New positions are inserted as new: should anybody make one of them meanwhile, the whole booking fails and is tried again.
 */
export async function applyStaged(tx: Tx, file: { fileId: number; effectiveAt: InstantMs; now: InstantMs }): Promise<number> {
  const changed = changedTable(file.fileId)
  const counted = new Date(file.effectiveAt)
  await tx.query(`set local work_mem = '${COMPARE_MEMORY}'`)
  // Few rows come out of it: handing them from one process to the other costs nothing worth counting.
  await tx.query('set local parallel_tuple_cost = 0')
  await tx.query(
    `create unlogged table ${changed} as
     select facility_id, product_id, line, byte_offset, reason, difference, is_new
       from (
         select s.facility_id, s.product_id, s.line, s.byte_offset, p.counted_at, p.product_id is null as is_new,
                coalesce(s.reason, 'VAR_EXT_RESET') as reason,
                case s.effect
                  when ${EFFECT_CODE.on_hand_reset} then s.units - coalesce(p.on_hand_units, 0)
                  when ${EFFECT_CODE.atp_reset} then s.units - coalesce(p.on_hand_units - p.reserved_units, 0)
                  else s.units
                end as difference,
                s.effect = ${EFFECT_CODE.delta} and coalesce(p.on_hand_units, 0) + s.units < 0 as refused
           from ${stagedTable(file.fileId)} s
           left join inventory.position p using (facility_id, product_id)
       ) decided
      where not refused and (difference <> 0 or counted_at is null)
      order by facility_id, product_id`,
  )
  const [moved] = await tx.query<{ movements: number }>(
    `with moved as (
       insert into inventory.movement
         (seq, facility_id, product_id, on_hand_units, line, file_id, byte_offset, recorded_at, effective_at, reason)
       select nextval('inventory.movement_seq'), facility_id, product_id, difference, line, $1, byte_offset, $2, $3, reason from ${changed}
       returning 1
     ) select count(*) as movements from moved`,
    [file.fileId, new Date(file.now), counted],
  )
  await tx.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, counted_at)
     select facility_id, product_id, difference, $1 from ${changed} where is_new`,
    [counted],
  )
  await tx.query(
    `update inventory.position p set on_hand_units = p.on_hand_units + c.difference, counted_at = $1
       from ${changed} c where not c.is_new and c.facility_id = p.facility_id and c.product_id = p.product_id`,
    [counted],
  )
  await tx.query(`drop table ${changed}`)
  return moved?.movements ?? 0
}

/** Up to where demand has been appended, at most `limit` changes further. */
export async function demandUpTo(tx: Tx, from: number, limit: number): Promise<{ seq: number; changes: number }> {
  const rows = await tx.query<{ seq: number | null; changes: number }>(
    `select max(seq) as seq, count(*) as changes
       from (select seq from orders.demand_change where seq > $1 order by seq limit $2) page`,
    [from, limit],
  )
  return { seq: rows[0]?.seq ?? from, changes: rows[0]?.changes ?? 0 }
}

/**
 * Makes what is reserved at facilities equal to what open orders hold there, and books the difference. Derived from the
 * orders as they are known now, under this room's cursor, so a late link or mapping catches up by itself.
 */
export async function reserve(tx: Tx, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ movements: number }>(
    `with held as (
       select m.facility_id, l.product_id, sum(o.open_units)::integer as units, max(o.order_gid) as order_gid
         from orders.open_line o
         join catalog.item_link l on l.shop_id = o.shop_id and l.inventory_item_gid = o.inventory_item_gid
         join catalog.location loc on loc.shop_id = o.shop_id and loc.location_gid = o.location_gid
         join catalog.location_mapping m on m.shop_id = o.shop_id and m.location_id = loc.location_id
        where m.facility_id is not null and o.open_units > 0
        group by m.facility_id, l.product_id
     ), differing as (
       select coalesce(h.facility_id, p.facility_id) as facility_id,
              coalesce(h.product_id, p.product_id) as product_id,
              coalesce(h.units, 0) - coalesce(p.reserved_units, 0) as difference,
              h.order_gid
         from held h
         full join (select facility_id, product_id, reserved_units from inventory.position where reserved_units <> 0) p
           on p.facility_id = h.facility_id and p.product_id = h.product_id
        where coalesce(h.units, 0) <> coalesce(p.reserved_units, 0)
     ), moved as (
       insert into inventory.movement
         (seq, facility_id, product_id, on_hand_units, reserved_units, recorded_at, effective_at, reason, reference)
       select nextval('inventory.movement_seq'), facility_id, product_id, 0, difference, $1, $1,
              case when difference > 0 then 'ORDER_RESERVED' else 'ORDER_RELEASED' end, order_gid
         from differing
       returning facility_id, product_id, reserved_units
     ), positioned as (
       insert into inventory.position as p (facility_id, product_id, on_hand_units, reserved_units)
       select facility_id, product_id, 0, reserved_units from moved
       on conflict (facility_id, product_id) do update set reserved_units = p.reserved_units + excluded.reserved_units
     )
     select count(*) as movements from moved`,
    [new Date(now)],
  )
  return rows[0]?.movements ?? 0
}

/** The same for units that wait at a group, since its aggregate location sold them and no facility holds them yet. */
export async function queueAtGroups(tx: Tx): Promise<number> {
  const rows = await tx.query<{ changed: number }>(
    `with waiting as (
       select m.group_id, l.product_id, sum(o.open_units)::integer as units
         from orders.open_line o
         join catalog.item_link l on l.shop_id = o.shop_id and l.inventory_item_gid = o.inventory_item_gid
         join catalog.location loc on loc.shop_id = o.shop_id and loc.location_gid = o.location_gid
         join catalog.location_mapping m on m.shop_id = o.shop_id and m.location_id = loc.location_id
        where m.group_id is not null and o.open_units > 0
        group by m.group_id, l.product_id
     ), differing as (
       select coalesce(w.group_id, q.group_id) as group_id, coalesce(w.product_id, q.product_id) as product_id,
              coalesce(w.units, 0) as units
         from waiting w
         full join inventory.queued q on q.group_id = w.group_id and q.product_id = w.product_id
        where coalesce(w.units, 0) <> coalesce(q.units, 0)
     ), changed as (
       insert into inventory.queued as q (group_id, product_id, units, seq)
       select group_id, product_id, units, nextval('inventory.movement_seq') from differing
       on conflict (group_id, product_id) do update set units = excluded.units, seq = excluded.seq
       returning 1
     )
     select count(*) as changed from changed`,
  )
  return rows[0]?.changed ?? 0
}

/** Tells the next room how far it may read. Called last in every transaction of this room, under its cursor. */
export async function publishHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ head: number }>('select case when is_called then last_value else 0 end as head from inventory.movement_seq')
  await setHead(tx, INVENTORY_HEAD, rows[0]?.head ?? 0)
}

/** Believed files that are not in the ledger yet, and order changes that it has not seen. */
export async function inventoryStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const seen = await peekCursor(sql, READS_ORDERS)
  const rows = await sql.query<{ files: number; filesSince: InstantMs | null; changes: number; changesSince: InstantMs | null }>(
    `select (select count(*) from import.verdict where decision = 'believed' and applied_at is null) as files,
            (select min(decided_at) from import.verdict where decision = 'believed' and applied_at is null) as "filesSince",
            (select count(*) from orders.demand_change where seq > $1) as changes,
            (select min(recorded_at) from orders.demand_change where seq > $1) as "changesSince"`,
    [seen],
  )
  const row = rows[0]
  if (!row) return { backlog: 0, oldestAt: null, stuck: 0 }
  const since = [row.filesSince, row.changesSince].filter(at => at !== null)
  return { backlog: row.files + row.changes, oldestAt: since.length > 0 ? Math.min(...since) : null, stuck: 0 }
}
