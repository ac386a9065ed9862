import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type CountLine, REPORT_LINES_MAX, type ReportKind, reportName, type VarianceLine } from './report.ts'

export type Target = { kind: ReportKind; home: string; folder: string; isEnabled: boolean; everyMinutes: number }

const TARGET_COLUMNS = 'kind, home, folder, is_enabled as "isEnabled", every_minutes as "everyMinutes"'

export async function targets(sql: Sql): Promise<Target[]> {
  return sql.query<Target>(`select ${TARGET_COLUMNS} from inventory.report_target order by kind`)
}

/** Locked until the transaction ends: two processes never make the same file. */
export async function lockTargets(tx: Tx): Promise<Target[]> {
  return tx.query<Target>(`select ${TARGET_COLUMNS} from inventory.report_target where is_enabled order by kind for update`)
}

export async function setTarget(tx: Tx, target: Target): Promise<void> {
  await tx.query(
    `insert into inventory.report_target (kind, home, folder, is_enabled, every_minutes) values ($1, $2, $3, $4, $5)
     on conflict (kind) do update set home = excluded.home, folder = excluded.folder, is_enabled = excluded.is_enabled, every_minutes = excluded.every_minutes`,
    [target.kind, target.home, target.folder, target.isEnabled, target.everyMinutes],
  )
}

/** The account under which the ERP books a movement `o`; what was taken back goes under that of what it takes back. */
const ACCOUNT = `coalesce(
  (select r.erp_account from inventory.reason r where r.reason = o.reason),
  (select r.erp_account from inventory.document d
     join inventory.own_movement first on first.document_id = d.reverses and first.facility_id = o.facility_id and first.product_id = o.product_id
     join inventory.reason r on r.reason = first.reason
    where d.document_id = o.document_id limit 1))`

/** Files of what this room knows; others are made of what a later room does. */
export type OwnKind = Exclude<ReportKind, 'sellable'>

/** Lines that wait for their file: what the ERP has a number of its own for already needs none, and what has no account cannot go. */
const WAITING: Readonly<Record<OwnKind, string>> = {
  variances: `select o.seq as id, o.recorded_at as at from inventory.own_movement o
               where o.report_id is null and o.acknowledged_at is null and ${ACCOUNT} is not null`,
  counts: `select d.document_id as id, d.recorded_at as at from inventory.document d
            where d.kind = 'count' and not exists (select 1 from inventory.count_report c where c.document_id = d.document_id)`,
}

export type Waiting = { lines: number; oldestAt: InstantMs | null }

export async function waitingFor(sql: Sql, kind: OwnKind): Promise<Waiting> {
  const rows = await sql.query<Waiting>(
    `select count(*) as lines, min(at) as "oldestAt" from (${WAITING[kind]} order by id limit ${REPORT_LINES_MAX}) waiting`,
  )
  return rows[0] ?? { lines: 0, oldestAt: null }
}

/** Movements that no file takes along, since nobody said under which account the ERP books their reason. */
export async function withoutAccount(sql: Sql): Promise<{ reason: string; lines: number }[]> {
  return sql.query(
    `select o.reason, count(*) as lines from inventory.own_movement o
      where o.report_id is null and o.acknowledged_at is null and ${ACCOUNT} is null and o.document_id is not null
      group by o.reason order by o.reason`,
  )
}

/** Makes a file that has no lines yet: `claim` gives it those that are its own from here on, and says how many they are. */
export async function makeReport(
  tx: Tx,
  target: Target,
  claim: (tx: Tx, reportId: number) => Promise<number>,
  now: InstantMs,
): Promise<number> {
  const made = await tx.query<{ id: number }>(
    `insert into inventory.report (kind, home, folder, name, lines, made_at) values ($1, $2, $3, '', 0, $4) returning report_id as id`,
    [target.kind, target.home, target.folder, new Date(now)],
  )
  const reportId = made[0]?.id ?? 0
  const lines = await claim(tx, reportId)
  await tx.query('update inventory.report set name = $2, lines = $3 where report_id = $1', [
    reportId,
    reportName(target.kind, reportId, now),
    lines,
  ])
  return lines
}

export async function claimLines(tx: Tx, kind: OwnKind, reportId: number): Promise<number> {
  const chosen = `${WAITING[kind]} order by id limit ${REPORT_LINES_MAX}`
  const claimed = await tx.query(
    kind === 'variances'
      ? `update inventory.own_movement o set report_id = $1 from (${chosen}) c where o.seq = c.id returning 1`
      : `insert into inventory.count_report (document_id, report_id) select id, $1 from (${chosen}) c returning 1`,
    [reportId],
  )
  return claimed.length
}

export type Report = {
  reportId: number
  kind: ReportKind
  home: string
  folder: string
  name: string
  lines: number
  madeAt: InstantMs
  writtenAt: InstantMs | null
  message: string | null
}

export const REPORT_COLUMNS = `report_id as "reportId", kind, home, folder, name, lines, made_at as "madeAt", written_at as "writtenAt", message`

export async function nextUnwritten(sql: Sql): Promise<Report | null> {
  const rows = await sql.query<Report>(`select ${REPORT_COLUMNS} from inventory.report where written_at is null order by report_id limit 1`)
  return rows[0] ?? null
}

export async function reportById(sql: Sql, reportId: number): Promise<Report | null> {
  const rows = await sql.query<Report>(`select ${REPORT_COLUMNS} from inventory.report where report_id = $1`, [reportId])
  return rows[0] ?? null
}

export async function markWritten(sql: Sql, reportId: number, now: InstantMs): Promise<void> {
  await sql.query('update inventory.report set written_at = $2, message = null where report_id = $1 and written_at is null', [
    reportId,
    new Date(now),
  ])
}

export async function markUnwritten(sql: Sql, reportId: number, message: string): Promise<void> {
  await sql.query('update inventory.report set message = $2 where report_id = $1 and written_at is null', [reportId, message])
}

export async function varianceLines(sql: Sql, reportId: number): Promise<VarianceLine[]> {
  return sql.query<VarianceLine>(
    `select o.seq, o.document_id as "documentId", o.reference, ${ACCOUNT} as "erpAccount", o.units, f.external_id as "facilityExternalId",
            f.code as facility, f.name as "facilityName", o.effective_at as "effectiveAt", o.reason, d.comment,
            coalesce((select min(i.value) from catalog.product_identifier i where i.product_id = o.product_id and i.type = 'ERP_PRODUCT_ID'),
                     (select min(i.value) from catalog.product_identifier i where i.product_id = o.product_id and i.type = 'SKU'), p.name) as item
       from inventory.own_movement o
       join catalog.facility f using (facility_id)
       join catalog.product p using (product_id)
       left join inventory.document d on d.document_id = o.document_id
      where o.report_id = $1 order by o.seq`,
    [reportId],
  )
}

export async function countLines(sql: Sql, reportId: number): Promise<CountLine[]> {
  return sql.query<CountLine>(
    `select d.document_id as "documentId", d.reference from inventory.count_report c join inventory.document d using (document_id)
      where c.report_id = $1 order by d.document_id`,
    [reportId],
  )
}
