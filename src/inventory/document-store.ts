import type { Sql, Tx } from '../db/connection.ts'
import { readCursor } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { DocumentKind, LedgerLine } from './document.ts'
import { isContainedIn, newestCount } from './shipment-store.ts'
import { READS_IMPORT } from './store.ts'

/**
 * Takes the ledger for this transaction: one writer at a time, so that movements commit in the order of seq and nobody who
 * follows them misses one. The file cursor's lock is the room's.
 */
export async function lockLedger(tx: Tx): Promise<void> {
  await readCursor(tx, READS_IMPORT)
}

export type DocumentRow = {
  documentId: number
  kind: DocumentKind
  key: string | null
  askedSha256: string | null
  who: string
  reference: string | null
  comment: string | null
  effectiveAt: InstantMs
  recordedAt: InstantMs
  reverses: number | null
  reversedBy: number | null
}

const DOCUMENT_COLUMNS = `d.document_id as "documentId", d.kind, d.key, d.asked_sha256 as "askedSha256", d.who, d.reference, d.comment,
  d.effective_at as "effectiveAt", d.recorded_at as "recordedAt", d.reverses,
  (select r.document_id from inventory.document r where r.reverses = d.document_id) as "reversedBy"`

export async function documentById(sql: Sql, documentId: number): Promise<DocumentRow | null> {
  const rows = await sql.query<DocumentRow>(`select ${DOCUMENT_COLUMNS} from inventory.document d where d.document_id = $1`, [documentId])
  return rows[0] ?? null
}

export async function documentByKey(sql: Sql, key: string): Promise<DocumentRow | null> {
  const rows = await sql.query<DocumentRow>(`select ${DOCUMENT_COLUMNS} from inventory.document d where d.key = $1`, [key])
  return rows[0] ?? null
}

export type NewDocument = {
  kind: DocumentKind
  key: string | null
  askedSha256: string | null
  who: string
  reference: string | null
  comment: string | null
  effectiveAt: InstantMs
  now: InstantMs
  reverses?: number
}

export async function addDocument(tx: Tx, given: NewDocument): Promise<number> {
  const rows = await tx.query<{ documentId: number }>(
    `insert into inventory.document (kind, key, asked_sha256, who, reference, comment, effective_at, recorded_at, reverses)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning document_id as "documentId"`,
    [
      given.kind,
      given.key,
      given.askedSha256,
      given.who,
      given.reference,
      given.comment,
      new Date(given.effectiveAt),
      new Date(given.now),
      given.reverses ?? null,
    ],
  )
  return rows[0]?.documentId ?? 0
}

export type LineOutcome = {
  facilityId: number
  productId: number
  bin: string | null
  /** What was on hand before and after; the difference is what the line moved, as of now. */
  beforeUnits: number
  afterUnits: number
}

/** Lines of one document, of which no two speak of the same position. */
export type LinesToPost = {
  documentId: number
  lines: readonly LedgerLine[]
  reference: string | null
  effectiveAt: InstantMs
  now: InstantMs
}

/**
 * Appends what the lines move and adds it to positions and bins, in one statement: no total is computed outside of it, so
 * whoever else writes loses nothing. What a newer count has in it already is kept as a movement of nothing. The caller holds the
 * ledger. `countDifference` and `binCountDifference` are the
 * specification.
 */
export async function postLines(tx: Tx, { documentId, lines, reference, effectiveAt, now }: LinesToPost): Promise<LineOutcome[]> {
  return tx.query<LineOutcome>(
    `with asked as (
       select * from unnest($1::integer[], $2::integer[], $3::text[], $4::boolean[], $5::integer[], $6::text[])
                with ordinality as a (facility_id, product_id, bin, is_count, units, reason, ordinal)
     ), known as (
       select a.*, coalesce(p.on_hand_units, 0) as position_units, p.counted_at,
              not a.is_count and ${isContainedIn('newest', '$7::timestamptz')} as is_contained,
              case when not a.is_count and p.counted_as_of = $7 then $7::timestamptz + interval '1 millisecond' else $7::timestamptz end as effective_at,
              case when not a.is_count then case when ${isContainedIn('newest', '$7::timestamptz')} then 0 else a.units end
                   else a.units - (coalesce(case when a.bin is null then p.on_hand_units else b.on_hand_units end, 0) - since.units)
              end as difference,
              coalesce(p.on_hand_units, 0) - binned.units as rest_units
         from asked a
         left join inventory.position p using (facility_id, product_id)
         left join inventory.bin b on b.facility_id = a.facility_id and b.product_id = a.product_id and b.bin = a.bin
         cross join lateral (
           select coalesce(sum(m.on_hand_units), 0)::integer as units from inventory.movement m
            where a.is_count and m.facility_id = a.facility_id and m.product_id = a.product_id
              and m.effective_at > $7 and m.recorded_at >= $7 and (a.bin is null or m.bin = a.bin)
         ) since
         left join lateral ${newestCount('a.facility_id', 'a.product_id', '$7::timestamptz')} newest on true
         cross join lateral (
           select coalesce(sum(x.on_hand_units), 0)::integer as units from inventory.bin x
            where a.is_count and a.bin is not null and x.facility_id = a.facility_id and x.product_id = a.product_id
         ) binned
     ), split as (
       select ordinal, facility_id, product_id, bin, difference as units, reason, effective_at,
              case when is_contained then concat_ws(', ', $9::text, units || ' units, which a newer count had seen') else $9 end as reference
         from known
        where difference <> 0 or counted_at is null or is_contained
       union all
       select ordinal, facility_id, product_id, null, -least(difference, rest_units), 'BIN_ASSIGNED', effective_at, $9 from known
        where is_count and bin is not null and difference > 0 and rest_units > 0
     ), moved as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, bin, recorded_at, effective_at, reason, reference, document_id)
       select nextval('inventory.movement_seq'), facility_id, product_id, units, bin, $8, effective_at, reason, reference, $10
         from (select * from split order by ordinal, bin nulls last) in_order
       returning seq, facility_id, product_id, on_hand_units, reason, reference, effective_at
     ), own as (
       insert into inventory.own_movement (seq, facility_id, product_id, units, reason, reference, document_id, effective_at, recorded_at)
       select seq, facility_id, product_id, on_hand_units, reason, reference, $10, effective_at, $8 from moved
        where on_hand_units <> 0 and reason <> 'BIN_ASSIGNED'
     ), added as (
       select facility_id, product_id, sum(on_hand_units)::integer as units from moved group by facility_id, product_id
     ), binned as (
       insert into inventory.bin as b (facility_id, product_id, bin, on_hand_units)
       select facility_id, product_id, bin, units from split where bin is not null
       on conflict (facility_id, product_id, bin) do update set on_hand_units = b.on_hand_units + excluded.on_hand_units
     ), positioned as (
       insert into inventory.position as p (facility_id, product_id, on_hand_units, counted_at)
       select facility_id, product_id, units, $7 from added
       on conflict (facility_id, product_id) do update
          set on_hand_units = p.on_hand_units + excluded.on_hand_units, counted_at = coalesce(p.counted_at, excluded.counted_at)
       returning facility_id, product_id, on_hand_units
     )
     select k.facility_id as "facilityId", k.product_id as "productId", k.bin,
            k.position_units as "beforeUnits", coalesce(n.on_hand_units, k.position_units) as "afterUnits"
       from known k left join positioned n using (facility_id, product_id)
      order by k.ordinal`,
    [
      lines.map(line => line.facilityId),
      lines.map(line => line.productId),
      lines.map(line => line.bin),
      lines.map(line => line.effect === 'count'),
      lines.map(line => line.units),
      lines.map(line => line.reason),
      new Date(effectiveAt),
      new Date(now),
      reference,
      documentId,
    ],
  )
}

/** A count is the newest word on its positions, whether it moved something or not; a count of one bin says nothing of the others. */
export async function markCounted(tx: Tx, lines: readonly LedgerLine[], countedAt: InstantMs): Promise<void> {
  await tx.query(
    `update inventory.position p
        set counted_at = greatest(p.counted_at, $3), counted_as_of = case when is_whole then greatest(p.counted_as_of, $3) else p.counted_as_of end
       from (select facility_id, product_id, bool_or(bin is null) as is_whole
               from unnest($1::integer[], $2::integer[], $4::text[]) as a (facility_id, product_id, bin)
              group by facility_id, product_id) a
      where p.facility_id = a.facility_id and p.product_id = a.product_id`,
    [lines.map(line => line.facilityId), lines.map(line => line.productId), new Date(countedAt), lines.map(line => line.bin)],
  )
}

/** Somebody counted by hand what was in doubt there: the next step lets it go. */
export async function settleHolds(tx: Tx, lines: readonly LedgerLine[], countedAt: InstantMs): Promise<void> {
  await tx.query(
    `update inventory.hold h set settled_at = $3
       from unnest($1::integer[], $2::integer[]) as a (facility_id, product_id)
      where h.facility_id = a.facility_id and h.product_id = a.product_id and h.released_at is null and h.since < $3`,
    [lines.map(line => line.facilityId), lines.map(line => line.productId), new Date(countedAt)],
  )
}

/** When each of these positions was last counted; what never was is missing. */
export async function countedAt(tx: Tx, lines: readonly LedgerLine[]): Promise<Map<string, InstantMs>> {
  const rows = await tx.query<{ facilityId: number; productId: number; at: InstantMs }>(
    `select facility_id as "facilityId", product_id as "productId", greatest(p.counted_as_of, mark.as_of) as at
       from (select distinct * from unnest($1::integer[], $2::integer[]) as a (facility_id, product_id)) asked
       left join inventory.position p using (facility_id, product_id)
       cross join lateral (
         select max(k.as_of) as as_of from inventory.count_mark k
          where k.facility_id = asked.facility_id and asked.product_id = any (k.product_ids)
       ) mark
      where greatest(p.counted_as_of, mark.as_of) is not null`,
    [lines.map(line => line.facilityId), lines.map(line => line.productId)],
  )
  return new Map(rows.map(({ facilityId, productId, at }) => [positionKey({ facilityId, productId }), at]))
}

export function positionKey({ facilityId, productId }: { facilityId: number; productId: number }): string {
  return `${facilityId}/${productId}`
}

/** What a document moved, line by line; the counter-entries of a reversal are made of it. */
export async function linesOfDocument(
  sql: Sql,
  documentId: number,
): Promise<{ facilityId: number; productId: number; bin: string | null; units: number }[]> {
  return sql.query(
    `select facility_id as "facilityId", product_id as "productId", bin, on_hand_units as units
       from inventory.movement where document_id = $1 and on_hand_units <> 0 order by seq`,
    [documentId],
  )
}

export type Reason = { reason: string; label: string; isForPeople: boolean; erpAccount: string | null }

export async function reasons(sql: Sql): Promise<Reason[]> {
  return sql.query<Reason>(
    'select reason, label, is_for_people as "isForPeople", erp_account as "erpAccount" from inventory.reason order by is_for_people desc, label',
  )
}

export async function reasonCalled(sql: Sql, reason: string): Promise<Reason | null> {
  const rows = await sql.query<Reason>(
    'select reason, label, is_for_people as "isForPeople", erp_account as "erpAccount" from inventory.reason where reason = $1',
    [reason],
  )
  return rows[0] ?? null
}

/** Names a reason, or renames it, and says under which account the ERP books it. */
export async function setReason(tx: Tx, given: { reason: string; label: string; erpAccount: string | null }): Promise<void> {
  await tx.query(
    `insert into inventory.reason (reason, label, erp_account) values ($1, $2, $3)
     on conflict (reason) do update set label = excluded.label, erp_account = excluded.erp_account`,
    [given.reason, given.label, given.erpAccount],
  )
}
