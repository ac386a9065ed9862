import type { Tx } from '../db/connection.ts'
import { stagedTable } from '../import/store.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** What is known of a file that is to be taken back. */
export type ToUndo = {
  fileId: number
  name: string
  state: string
  subject: string
  isCount: boolean
  movementFrom: number | null
  movementTo: number | null
  appliedAt: InstantMs
}

/** The file, locked until the transaction ends; null: there is none that was ever read. */
export async function lockToUndo(tx: Tx, fileId: number): Promise<ToUndo | null> {
  const rows = await tx.query<ToUndo>(
    `select f.file_id as "fileId", f.name, f.state, v.subject, coalesce(v.is_count, false) as "isCount", v.movement_from as "movementFrom",
            v.movement_to as "movementTo", v.applied_at as "appliedAt"
       from feed.file f join import.verdict v using (file_id) where f.file_id = $1 for update of f`,
    [fileId],
  )
  return rows[0] ?? null
}

/** What a file did, position by position, and whether it can be taken back there, within one transaction. */
function undoTable(fileId: number): string {
  return stagedTable(fileId).replace('import.staged_', 'inventory.undo_')
}

export type UndoCounts = { positions: number; units: number; overruled: number; negative: number }

/**
 * Lays down what taking a file back would do: its movements summed up by position, and beside them whether a later count stands.
 * The specification is `reversalOf` in undo.ts.
 */
export async function layUndo(tx: Tx, file: ToUndo): Promise<UndoCounts> {
  const table = undoTable(file.fileId)
  const [from, to] = [file.movementFrom ?? 0, file.movementTo ?? -1]
  // The ledger finds a range of its numbers by a few pages; the planner would read all of it.
  await tx.query('set local enable_seqscan = off')
  await tx.query(
    `create unlogged table ${table} as
     select facility_id, product_id, sum(on_hand_units)::integer as units, max(effective_at) as effective_at, false as is_overruled
       from inventory.movement
      where seq between ${from} and ${to} and file_id = ${file.fileId}
      group by facility_id, product_id`,
  )
  await tx.query('set local enable_seqscan = on')
  await tx.query(
    `with earliest as (select min(effective_at) as at from ${table}),
     later as (
       select m.facility_id, product_id, m.as_of, m.marked_at
         from inventory.count_mark m cross join lateral unnest(m.product_ids) as product_id
        where m.file_id <> $1 and m.as_of >= (select at from earliest)
     ), overruled as (
       select u.facility_id, u.product_id
         from ${table} u
         join inventory.position p using (facility_id, product_id)
        where p.counted_as_of > u.effective_at or (not $2 and p.counted_as_of = u.effective_at)
       union
       select u.facility_id, u.product_id
         from ${table} u
         join later l using (facility_id, product_id)
        where l.as_of > u.effective_at or (l.as_of = u.effective_at and l.marked_at > $3)
     )
     update ${table} u set is_overruled = true from overruled o where o.facility_id = u.facility_id and o.product_id = u.product_id`,
    [file.fileId, file.isCount, new Date(file.appliedAt)],
  )
  const [counts] = await tx.query<UndoCounts>(
    `select count(*) filter (where not is_overruled) as positions, coalesce(-sum(units) filter (where not is_overruled), 0) as units,
            count(*) filter (where is_overruled) as overruled,
            count(*) filter (where not is_overruled and p.on_hand_units - u.units < 0) as negative
       from ${table} u join inventory.position p using (facility_id, product_id)`,
  )
  return counts ?? { positions: 0, units: 0, overruled: 0, negative: 0 }
}

const SHOWN_MAX = 50

export type UndoneChange = {
  facility: string
  sku: string | null
  name: string
  beforeUnits: number
  afterUnits: number
  isOverruled: boolean
}

/** The positions at which taking a file back would do most. */
export async function largestUndone(tx: Tx, fileId: number): Promise<UndoneChange[]> {
  return tx.query<UndoneChange>(
    `select f.name as facility, product.name, p.on_hand_units as "beforeUnits",
            p.on_hand_units - case when u.is_overruled then 0 else u.units end as "afterUnits", u.is_overruled as "isOverruled",
            (select i.value from catalog.product_identifier i where i.product_id = u.product_id order by i.type <> 'SKU', i.type limit 1) as sku
       from (select * from ${undoTable(fileId)} order by is_overruled, abs(units) desc, facility_id, product_id limit ${SHOWN_MAX}) u
       join catalog.facility f using (facility_id)
       join catalog.product product using (product_id)
       join inventory.position p using (facility_id, product_id)
      order by u.is_overruled, abs(u.units) desc, f.code, sku`,
  )
}

/** Books against a file what was laid down, at the moments at which it took effect. Positions know again what they knew before it. */
export async function reverse(tx: Tx, file: ToUndo, { reason, now }: { reason: string; now: InstantMs }): Promise<void> {
  const table = undoTable(file.fileId)
  await tx.query(
    `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, file_id, recorded_at, effective_at, reason, reference)
     select nextval('inventory.movement_seq'), facility_id, product_id, -units, $1, $2, effective_at, 'FILE_UNDONE', $3
       from ${table} where not is_overruled order by facility_id, product_id`,
    [file.fileId, new Date(now), reason],
  )
  await tx.query('delete from inventory.count_mark where file_id = $1', [file.fileId])
  await tx.query(
    `with left_over as (
       select u.facility_id, u.product_id,
              max(m.effective_at) filter (where m.reserved_units = 0) as known_at,
              max(m.effective_at) filter (where v.is_count) as counted_as_of
         from ${table} u
         join inventory.movement m using (facility_id, product_id)
         left join import.verdict v on v.file_id = m.file_id
        where not u.is_overruled and m.file_id is distinct from $1 and v.undone_at is null
        group by u.facility_id, u.product_id
     ), marked as (
       select m.facility_id, product_id, max(m.as_of) as as_of
         from inventory.count_mark m cross join lateral unnest(m.product_ids) as product_id
        where m.as_of is not null and m.facility_id in (select facility_id from ${table})
        group by m.facility_id, product_id
     )
     update inventory.position p
        set on_hand_units = p.on_hand_units - u.units,
            counted_as_of = greatest(l.counted_as_of, k.as_of),
            counted_at = greatest(l.known_at, k.as_of)
       from ${table} u
       left join left_over l using (facility_id, product_id)
       left join marked k using (facility_id, product_id)
      where not u.is_overruled and p.facility_id = u.facility_id and p.product_id = u.product_id`,
    [file.fileId],
  )
}

/** What was laid down for one undo is of no use after it. */
export async function dropUndo(tx: Tx, fileId: number): Promise<void> {
  await tx.query(`drop table ${undoTable(fileId)}`)
}
