import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import type { DriftFact, FileFact, GroupFact, ShopFact, SourceFact } from './diagnosis.ts'
import type { Finding } from './finding.ts'

/*
 * What diagnosis.ts judges, read from the rooms' tables: grouped, so that 180,000 rows of one cause are one fact with an example.
 */

/** Files that came to nothing count for so long, or until a later one of their feed is applied. */
const FILES_LOOKED_BACK_MS = 7 * 24 * 3_600_000
const FILES_MAX = 50

export async function shopFacts(sql: Sql): Promise<ShopFact[]> {
  return sql.query<ShopFact>(
    `select s.code as shop, s.is_enabled as "isEnabled", coalesce(h.state, 'unknown') as state, h.code, h.message, h.since,
            h.held_code as "heldCode", h.held_message as "heldMessage", h.held_since as "heldSince",
            coalesce(w.levels, 0) as waiting, coalesce(w.units, 0) as "waitingUnits",
            o.code as "ordersCode", o.message as "ordersMessage", coalesce(u.unmapped, 0) as unmapped
       from catalog.shop s
       left join channel.health h using (shop_id)
       left join orders.watermark o using (shop_id)
       left join lateral (
         select count(*) as levels, sum(abs(i.units - coalesce(b.shop_units, 0))) as units
           from outbox.intent i
           left join reconcile.observation b on b.shop_id = i.shop_id and b.location_id = i.location_id and b.product_id = i.product_id
          where i.shop_id = s.shop_id and i.state in ('pending', 'sending')
       ) w on true
       left join lateral (
         select count(*) as unmapped from catalog.location l
          where l.shop_id = s.shop_id and l.is_active
            and not exists (select 1 from catalog.location_mapping m where m.shop_id = l.shop_id and m.location_id = l.location_id)
       ) u on true
      order by s.code`,
  )
}

/** SKUs that could not be linked, by reason and shop. */
export async function linkFacts(sql: Sql): Promise<GroupFact[]> {
  return sql.query<GroupFact>(
    `select f.code, s.code as shop, count(*) as count, 0 as units, min(f.found_at) as since, coalesce(min(nullif(f.sku, '')), 'one without a SKU') as example
       from catalog.link_finding f join catalog.shop s using (shop_id)
      where s.is_enabled
      group by f.code, s.code order by f.code, s.code`,
  )
}

/** Levels that are blocked, by reason and shop. */
export async function blockedFacts(sql: Sql): Promise<GroupFact[]> {
  return sql.query<GroupFact>(
    `select i.code, s.code as shop, count(*) as count, coalesce(sum(abs(i.units)), 0) as units, min(i.changed_at) as since,
            coalesce(min(p.name), 'a product') as example
       from outbox.intent i
       join catalog.shop s using (shop_id)
       left join catalog.product p using (product_id)
      where i.state = 'blocked' and i.code is not null and s.is_enabled
      group by i.code, s.code order by i.code, s.code`,
  )
}

/** Levels that show another number than was promised, by shop. */
export async function driftFacts(sql: Sql): Promise<DriftFact[]> {
  return sql.query<DriftFact>(
    `select s.code as shop, count(*) as levels, coalesce(sum(abs(o.expected_units - coalesce(o.shop_units, 0))), 0) as units, min(o.different_since) as since
       from reconcile.observation o join catalog.shop s using (shop_id)
      where o.verdict = 'different' and s.is_enabled
      group by s.code order by s.code`,
  )
}

/** Files that wait for a person or came to nothing, until a later one of the same feed is applied. */
export async function fileFacts(sql: Sql, now: InstantMs): Promise<FileFact[]> {
  return sql.query<FileFact>(
    `select e.name as feed, f.file_id as "fileId", f.name, f.state, f.code, f.reason, f.changed_at as since
       from feed.file f join feed.feed e using (feed_id)
      where f.state = 'held'
         or (f.state in ('failed', 'interrupted') and f.changed_at > $1
             and not exists (select 1 from feed.file later
                              where later.feed_id = f.feed_id and later.state = 'applied' and later.file_id > f.file_id))
      order by f.changed_at desc limit $2`,
    [new Date(now - FILES_LOOKED_BACK_MS), FILES_MAX],
  )
}

/** The servers of others that files are fetched from. */
export async function sourceFacts(sql: Sql): Promise<SourceFact[]> {
  return sql.query<SourceFact>(`select name, state, code, reason, looked_at as since from feed.source where is_enabled order by name`)
}

/** What the orders room noticed: of each kind the newest, and how many there were. */
export async function orderFindings(sql: Sql, since: InstantMs): Promise<Finding[]> {
  const rows = await sql.query<{ code: string; shop: string; count: number; since: InstantMs; detail: string }>(
    `select f.code, s.code as shop, count(*) as count, min(f.found_at) as since, (array_agg(f.detail order by f.found_at desc))[1] as detail
       from orders.finding f join catalog.shop s using (shop_id)
      where f.found_at > $1
      group by f.code, s.code`,
    [new Date(since)],
  )
  return rows.map(({ code, shop, count, since: began, detail }) => ({
    ...{ code, subject: shop, shop, severity: 'note' as const, since: began, unitsAtRisk: null },
    evidence: count === 1 ? detail : `${detail} (${count} times lately)`,
    action: { label: 'See the orders', to: '/rooms/orders' },
  }))
}

/** Levels that somebody else wrote: those that wait for a person, and how many there were lately. */
export async function foreignFindings(sql: Sql, since: InstantMs): Promise<Finding[]> {
  const rows = await sql.query<{ shop: string; isAsked: boolean; count: number; units: number; since: InstantMs; example: string }>(
    `select s.code as shop, f.taken is null as "isAsked", count(*) as count, sum(abs(f.units)) as units, min(f.found_at) as since,
            coalesce(min(p.name), 'a product') as example
       from channel.finding f join catalog.shop s using (shop_id) left join catalog.product p using (product_id)
      where s.is_enabled and (f.found_at > $1 or f.closed_at is null)
      group by s.code, f.taken is null`,
    [new Date(since)],
  )
  return rows.map(({ shop, isAsked, count, units, since: began, example }) => ({
    ...{ code: 'CHANNEL_ANOTHER_WRITER', subject: shop, shop, since: began, unitsAtRisk: isAsked ? units : null },
    severity: isAsked ? ('risk' as const) : ('note' as const),
    evidence: isAsked
      ? `${grouped(count)} levels of ${shop} were changed by somebody else and are not written until a person says whose number counts, such as ${example}.`
      : `${grouped(count)} levels of ${shop} were changed by somebody else lately, such as ${example}.`,
    action: { label: 'See what others changed', to: `/shops/${encodeURIComponent(shop)}/locations` },
  }))
}

/** Promises that were not what everything worked out anew comes to, when that was compared last. They were put right at once. */
export async function promiseFindings(sql: Sql): Promise<Finding[]> {
  const rows = await sql.query<{ promises: number; differing: number; units: number; example: string | null; since: InstantMs }>(
    `select promises, differing, units, example, checked_at as since from availability.check_run order by checked_at desc limit 1`,
  )
  return rows.flatMap(({ promises, differing, units, example, since }) =>
    differing === 0
      ? []
      : {
          ...{ code: 'AVAILABILITY_NOT_AS_COMPUTED', subject: 'promises', severity: 'risk' as const, since, unitsAtRisk: units },
          evidence: `${grouped(differing)} of ${grouped(promises)} promises were not what they should be, such as ${example}. They were put right and are told again.`,
          action: { label: 'Check again', to: '/jobs/check-ledger' },
        },
  )
}

/** What shops would not tell us of by webhook, though webhooks are on: it comes by polling, and later. */
export async function webhookFindings(sql: Sql): Promise<Finding[]> {
  const rows = await sql.query<{ shop: string; refused: number; topics: number; topic: string; reason: string; since: InstantMs }>(
    `select s.code as shop, count(w.refused) as refused, count(*) as topics, min(w.checked_at) as since,
            (array_agg(w.topic order by w.topic) filter (where w.refused is not null))[1] as topic,
            (array_agg(w.refused order by w.topic) filter (where w.refused is not null))[1] as reason
       from channel.subscription w join catalog.shop s using (shop_id)
      where s.is_enabled group by s.code having count(w.refused) > 0`,
  )
  return rows.map(({ shop, refused, topics, topic, reason, since }) => ({
    ...{ code: 'CHANNEL_WEBHOOK_REFUSED', subject: shop, shop, severity: 'note' as const, since, unitsAtRisk: null },
    evidence: `${shop} tells nothing of ${grouped(refused)} of ${grouped(topics)} topics, such as ${topic}: ${reason}. They are asked for from time to time.`,
    action: { label: 'See the shop', to: `/shops/${encodeURIComponent(shop)}` },
  }))
}

/** A message may be under way for so long before it is said that it does not arrive. */
const UNDER_WAY_MS = 10 * 60_000
/** A message is tried for about a day; of one that was given up before then nobody needs to hear any more. */
const GIVEN_UP_TOLD_MS = 3 * 24 * 3_600_000

/** Whoever is to be told and hears nothing: no message has arrived since one that did not. */
export async function unheardFindings(sql: Sql, now: InstantMs): Promise<Finding[]> {
  const rows = await sql.query<{ recipient: string; messages: number; since: InstantMs; code: string; reason: string | null }>(
    `select r.name as recipient, count(*) as messages, min(a.made_at) as since,
            (array_agg(a.code order by a.alert_id desc))[1] as code, (array_agg(a.reason order by a.alert_id desc))[1] as reason
       from reconcile.alert a join reconcile.alert_recipient r using (recipient_id)
      where r.is_on and a.sent_at is null and a.code is not null and a.made_at > $2
        and not exists (select 1 from reconcile.alert later where later.recipient_id = a.recipient_id and later.sent_at > a.made_at)
      group by r.name having min(a.made_at) < $1`,
    [new Date(now - UNDER_WAY_MS), new Date(now - GIVEN_UP_TOLD_MS)],
  )
  return rows.map(({ recipient, messages, since, code, reason }) => ({
    ...{ code: 'ALERT_NOT_ARRIVING', subject: recipient, severity: 'risk' as const, since, unitsAtRisk: null },
    evidence: `${grouped(messages)} ${messages === 1 ? 'message has' : 'messages have'} not reached ${recipient}: ${reason ?? code}`,
    action: { label: 'See the recipients', to: '/alerts' },
  }))
}

/** `clockSkewMs`: of the shop whose clock is nearest to ours, since one shop may be wrong by itself; null: none was asked. */
export async function machineFacts(sql: Sql): Promise<{ databaseBytes: number; ledgerDiffers: number; clockSkewMs: number | null }> {
  const rows = await sql.query<{ bytes: number; differing: number | null; skewMs: number | null }>(
    `select pg_database_size(current_database()) as bytes, (select differing from inventory.check_run order by checked_at desc limit 1) as differing,
            (select h.clock_skew_ms from channel.health h join catalog.shop s using (shop_id)
              where s.is_enabled and h.clock_skew_ms is not null order by abs(h.clock_skew_ms) limit 1) as "skewMs"`,
  )
  return { databaseBytes: rows[0]?.bytes ?? 0, ledgerDiffers: rows[0]?.differing ?? 0, clockSkewMs: rows[0]?.skewMs ?? null }
}
