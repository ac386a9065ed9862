import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { AlertLine, Recipient, Told } from './alert.ts'
import type { Address, Message } from './alert-port.ts'

export type ListedRecipient = Recipient & {
  kind: Address['kind']
  address: string
  hasSecret: boolean
  dailyHour: number | null
  isOn: boolean
  lastSentAt: InstantMs | null
  lastCode: string | null
  lastReason: string | null
}

const RECIPIENT = `r.recipient_id as "recipientId", r.name, r.kind, r.address, r.secret_sealed is not null as "hasSecret",
  r.severity_least as "severityLeast", r.shops, r.feeds, r.quiet_from as "quietFrom", r.quiet_to as "quietTo", r.time_zone as "timeZone",
  r.daily_hour as "dailyHour", r.is_on as "isOn"`

/** Everybody who is told, with how the last message to them went. */
export async function recipients(sql: Sql): Promise<ListedRecipient[]> {
  return sql.query<ListedRecipient>(
    `select ${RECIPIENT}, a.sent_at as "lastSentAt", a.code as "lastCode", a.reason as "lastReason"
       from reconcile.alert_recipient r
       left join lateral (
         select max(sent_at) over () as sent_at, code, reason from reconcile.alert
          where recipient_id = r.recipient_id order by alert_id desc limit 1
       ) a on true
      order by r.name`,
  )
}

/** What signs the messages to each, sealed. */
export async function recipientSecrets(sql: Sql): Promise<{ name: string; secretSealed: string | null }[]> {
  return sql.query('select name, secret_sealed as "secretSealed" from reconcile.alert_recipient order by name')
}

export type RecipientChange = Omit<Recipient, 'recipientId'> & {
  kind: Address['kind']
  address: string
  /** undefined: as it was. */
  secretSealed?: string | null
  dailyHour: number | null
  isOn: boolean
}

/** Adds somebody, or changes them, by name. */
export async function setRecipient(tx: Tx, change: RecipientChange, now: InstantMs): Promise<void> {
  await tx.query(
    `insert into reconcile.alert_recipient as r
       (name, kind, address, secret_sealed, severity_least, shops, feeds, quiet_from, quiet_to, time_zone, daily_hour, is_on, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (name) do update
        set kind = excluded.kind, address = excluded.address,
            secret_sealed = case when $14 then excluded.secret_sealed else r.secret_sealed end,
            severity_least = excluded.severity_least, shops = excluded.shops, feeds = excluded.feeds, quiet_from = excluded.quiet_from,
            quiet_to = excluded.quiet_to, time_zone = excluded.time_zone, daily_hour = excluded.daily_hour, is_on = excluded.is_on`,
    [
      ...[change.name, change.kind, change.address, change.secretSealed ?? null, change.severityLeast, change.shops, change.feeds],
      ...[
        change.quietFrom,
        change.quietTo,
        change.timeZone,
        change.dailyHour,
        change.isOn,
        new Date(now),
        change.secretSealed !== undefined,
      ],
    ],
  )
}

export async function removeRecipient(tx: Tx, name: string): Promise<boolean> {
  return (await tx.query('delete from reconcile.alert_recipient where name = $1 returning 1', [name])).length > 0
}

export async function toldTo(sql: Sql, recipientId: number): Promise<Told[]> {
  return sql.query<Told>(
    `select t.finding_id as "findingId", t.state, t.told_at as "toldAt" from reconcile.told t where t.recipient_id = $1`,
    [recipientId],
  )
}

/** Puts a message on its way, and notes what its reader will have been told. Both or neither. */
export async function queueAlert(
  tx: Tx,
  alert: { recipientId: number; kind: 'findings' | 'daily' | 'test'; message: Message; lines: readonly AlertLine[] },
): Promise<void> {
  const { recipientId, kind, message, lines } = alert
  const at = new Date(message.madeAt)
  await tx.query(
    `insert into reconcile.alert (recipient_id, kind, message_id, subject, body, detail, made_at, due_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $7)`,
    [recipientId, kind, message.messageId, message.subject, message.body, JSON.stringify(message.detail), at],
  )
  await tx.query(
    `insert into reconcile.told (recipient_id, finding_id, state, told_at)
     select $1, finding_id, state, $4 from unnest($2::bigint[], $3::text[]) as told (finding_id, state)
     on conflict (recipient_id, finding_id) do update set state = excluded.state, told_at = excluded.told_at`,
    [recipientId, lines.map(line => line.finding.findingId), lines.map(line => (line.word === 'over' ? 'over' : 'on')), at],
  )
}

/** When a recipient was last sent their daily mail. */
export async function lastDaily(sql: Sql, recipientId: number): Promise<InstantMs | null> {
  const rows = await sql.query<{ at: InstantMs | null }>(
    `select max(made_at) as at from reconcile.alert where recipient_id = $1 and kind = 'daily'`,
    [recipientId],
  )
  return rows[0]?.at ?? null
}

export type DueAlert = Message & Address & { alertId: number; tries: number }

/** The next messages that are due. A claim moves their due time on, so that a sender which dies does not keep them. */
export async function claimAlerts(sql: Sql, claim: { now: InstantMs; leaseUntil: InstantMs; limit: number }): Promise<DueAlert[]> {
  return sql.query<DueAlert>(
    `with due as (
       select alert_id from reconcile.alert
        where sent_at is null and given_up_at is null and due_at <= $1 order by due_at limit $3 for update skip locked
     )
     update reconcile.alert a set due_at = $2, tries = tries + 1
       from due, reconcile.alert_recipient r
      where a.alert_id = due.alert_id and r.recipient_id = a.recipient_id
     returning a.alert_id as "alertId", a.tries, a.message_id as "messageId", a.subject, a.body, a.detail, a.made_at as "madeAt",
               r.kind, r.address, r.secret_sealed as "secretSealed"`,
    [new Date(claim.now), new Date(claim.leaseUntil), claim.limit],
  )
}

export async function recordSent(sql: Sql, alertId: number, now: InstantMs): Promise<void> {
  await sql.query('update reconcile.alert set sent_at = $2, code = null, reason = null where alert_id = $1', [alertId, new Date(now)])
}

/** It did not arrive: when it is tried again, or null where it is given up. */
export async function recordUnsent(
  sql: Sql,
  unsent: { alertId: number; code: string; reason: string; retryAt: InstantMs | null; now: InstantMs },
): Promise<void> {
  await sql.query(
    `update reconcile.alert set code = $2, reason = $3, due_at = coalesce($4, due_at), given_up_at = case when $4::timestamptz is null then $5::timestamptz end
      where alert_id = $1`,
    [unsent.alertId, unsent.code, unsent.reason, unsent.retryAt === null ? null : new Date(unsent.retryAt), new Date(unsent.now)],
  )
}

/** Messages are kept as long as the findings that they told of. */
export async function purgeAlerts(sql: Sql, before: InstantMs): Promise<void> {
  await sql.query('delete from reconcile.alert where made_at < $1', [new Date(before)])
}

export type SentAlert = {
  alertId: number
  recipient: string
  kind: string
  subject: string
  body: string
  madeAt: InstantMs
  sentAt: InstantMs | null
  givenUpAt: InstantMs | null
  tries: number
  code: string | null
  reason: string | null
}

/** The newest messages with what became of them. */
export async function latestAlerts(sql: Sql, { limit, offset }: { limit: number; offset: number }): Promise<SentAlert[]> {
  return sql.query<SentAlert>(
    `select a.alert_id as "alertId", r.name as recipient, a.kind, a.subject, a.body, a.made_at as "madeAt", a.sent_at as "sentAt",
            a.given_up_at as "givenUpAt", a.tries, a.code, a.reason
       from reconcile.alert a join reconcile.alert_recipient r using (recipient_id)
      order by a.alert_id desc limit $1 offset $2`,
    [limit, offset],
  )
}

/** How many messages there are, counted no further than `countedMax`. */
export async function countAlerts(sql: Sql, countedMax: number): Promise<number> {
  const rows = await sql.query<{ n: number }>('select count(*) as n from (select 1 from reconcile.alert limit $1) counted', [countedMax])
  return rows[0]?.n ?? 0
}

/** What the daily mail counts, since an instant. */
export async function dayFigures(sql: Sql, since: InstantMs) {
  const rows = await sql.query<{ files: number; filesFailed: number; rowsAccepted: number; rowsRejected: number; levelsWritten: number }>(
    `select (select count(*) from feed.file where received_at > $1) as files,
            (select count(*) from feed.file where state = 'failed' and changed_at > $1) as "filesFailed",
            (select coalesce(sum(rows_accepted + rows_unchanged), 0) from import.verdict where applied_at > $1) as "rowsAccepted",
            (select coalesce(sum(rows_rejected), 0) from import.verdict where decided_at > $1) as "rowsRejected",
            (select count(*) from outbox.intent where state = 'confirmed' and changed_at > $1) as "levelsWritten"`,
    [new Date(since)],
  )
  return rows[0] ?? { files: 0, filesFailed: 0, rowsAccepted: 0, rowsRejected: 0, levelsWritten: 0 }
}
