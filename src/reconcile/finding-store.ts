import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { KeptFinding } from './alert.ts'
import type { Finding } from './finding.ts'

/** Only one diagnosis is kept at a time; the next begins where this one ended. */
const FINDINGS_LOCK = 7_283_010

/**
 * Keeps what was found: begins what is new, refreshes what lasts, ends what is no longer found. Gives how many began and ended.
 */
export async function keepFindings(tx: Tx, findings: readonly Finding[], now: InstantMs): Promise<{ began: number; ended: number }> {
  await tx.query('select pg_advisory_xact_lock($1)', [FINDINGS_LOCK])
  const at = new Date(now)
  const ended = await tx.query(
    `update reconcile.finding f set ended_at = $3
      where ended_at is null and not exists (
        select 1 from unnest($1::text[], $2::text[]) as n (code, subject) where n.code = f.code and n.subject = f.subject)
      returning 1`,
    [findings.map(one => one.code), findings.map(one => one.subject), at],
  )
  const kept = await tx.query<{ isNew: boolean }>(
    `insert into reconcile.finding as f
       (code, subject, severity, since, found_at, seen_at, evidence, units_at_risk, shop, feed, action_label, action_to)
     select code, subject, severity, coalesce(since, $11), $11, $11, evidence, units, shop, feed, label, href
       from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[])
         as n (code, subject, severity, since, evidence, units, shop, feed, label, href)
     on conflict (code, subject) where ended_at is null do update
        set severity = excluded.severity, since = least(f.since, excluded.since), seen_at = excluded.seen_at, evidence = excluded.evidence,
            units_at_risk = excluded.units_at_risk, shop = excluded.shop, feed = excluded.feed,
            action_label = excluded.action_label, action_to = excluded.action_to
     returning found_at = $11 as "isNew"`,
    [
      findings.map(one => one.code),
      findings.map(one => one.subject),
      findings.map(one => one.severity),
      findings.map(one => (one.since === null ? null : new Date(one.since))),
      findings.map(one => one.evidence),
      findings.map(one => one.unitsAtRisk),
      findings.map(one => one.shop ?? null),
      findings.map(one => one.feed ?? null),
      findings.map(one => one.action.label),
      findings.map(one => one.action.to),
      at,
    ],
  )
  return { began: kept.filter(row => row.isNew).length, ended: ended.length }
}

type FindingRow = Omit<KeptFinding, 'action' | 'shop' | 'feed'> & {
  shop: string | null
  feed: string | null
  label: string
  to: string
  takenBy: string | null
  takenAt: InstantMs | null
  note: string | null
  silencedBy: string | null
  silencedReason: string | null
}

/** A finding with what people said about it. */
export type ListedFinding = KeptFinding & Pick<FindingRow, 'takenBy' | 'takenAt' | 'note' | 'silencedBy' | 'silencedReason'>

const FINDING = `finding_id as "findingId", code, subject, severity, since, found_at as "foundAt", ended_at as "endedAt", evidence,
  units_at_risk as "unitsAtRisk", shop, feed, action_label as label, action_to as "to", taken_by as "takenBy", taken_at as "takenAt", note,
  silenced_until as "silencedUntil", silenced_above_units as "silencedAboveUnits", silenced_by as "silencedBy", silenced_reason as "silencedReason"`

function findingOf({ label, to, shop, feed, ...row }: FindingRow): ListedFinding {
  return { ...row, ...(shop === null ? {} : { shop }), ...(feed === null ? {} : { feed }), action: { label, to } }
}

/** What is open, and what ended after an instant. */
export async function findingsSince(sql: Sql, endedAfter: InstantMs): Promise<ListedFinding[]> {
  const rows = await sql.query<FindingRow>(`select ${FINDING} from reconcile.finding where ended_at is null or ended_at > $1`, [
    new Date(endedAfter),
  ])
  return rows.map(findingOf)
}

/** What is open, worst first as the database can say it; or the history, newest first. */
export async function findingsPage(
  sql: Sql,
  filter: { isOpen: boolean; code: string | null; shop: string | null; limit: number; offset: number },
): Promise<ListedFinding[]> {
  const rows = await sql.query<FindingRow>(
    `select ${FINDING} from reconcile.finding
      where (ended_at is null) = $1 and ($2::text is null or code = $2) and ($3::text is null or shop = $3)
      order by ended_at desc nulls first, array_position(array['stop', 'risk', 'note'], severity), units_at_risk desc nulls last, since
      limit $4 offset $5`,
    [filter.isOpen, filter.code, filter.shop, filter.limit, filter.offset],
  )
  return rows.map(findingOf)
}

export async function countFindings(
  sql: Sql,
  filter: { isOpen: boolean; code: string | null; shop: string | null },
  countedMax: number,
): Promise<number> {
  const rows = await sql.query<{ n: number }>(
    `select count(*) as n from (
       select 1 from reconcile.finding
        where (ended_at is null) = $1 and ($2::text is null or code = $2) and ($3::text is null or shop = $3) limit $4) counted`,
    [filter.isOpen, filter.code, filter.shop, countedMax],
  )
  return rows[0]?.n ?? 0
}

/** One open finding for whoever changes it; null when it is over or unknown. */
export async function lockFinding(tx: Tx, findingId: number): Promise<ListedFinding | null> {
  const rows = await tx.query<FindingRow>(
    `select ${FINDING} from reconcile.finding where finding_id = $1 and ended_at is null for update`,
    [findingId],
  )
  return rows[0] ? findingOf(rows[0]) : null
}

/** A person takes a finding on, with a note. */
export async function takeFinding(tx: Tx, taken: { findingId: number; by: string; at: InstantMs; note: string | null }): Promise<void> {
  await tx.query('update reconcile.finding set taken_by = $2, taken_at = $3, note = coalesce($4, note) where finding_id = $1', [
    taken.findingId,
    taken.by,
    new Date(taken.at),
    taken.note,
  ])
}

/** Nobody is told of a finding until an instant, or as long as no more units than this are at risk. */
export async function silenceFinding(
  tx: Tx,
  silence: { findingId: number; until: InstantMs | null; aboveUnits: number | null; by: string; reason: string | null },
): Promise<void> {
  await tx.query(
    'update reconcile.finding set silenced_until = $2, silenced_above_units = $3, silenced_by = $4, silenced_reason = $5 where finding_id = $1',
    [silence.findingId, silence.until === null ? null : new Date(silence.until), silence.aboveUnits, silence.by, silence.reason],
  )
}

/** Ended findings are kept for so long. */
export const FINDINGS_KEPT_MS = 365 * 24 * 3_600_000

export async function purgeFindings(sql: Sql, before: InstantMs): Promise<void> {
  await sql.query('delete from reconcile.finding where ended_at < $1', [new Date(before)])
}
