import { AVAILABILITY_HEAD } from '../availability/store.ts'
import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { BlockedUntil } from './intent.ts'
import { NOT_LINKED, NOT_MAPPED, WITHDRAWN } from './plan.ts'

export const READS_AVAILABILITY = 'outbox<-availability'
export const READS_CATALOG = 'outbox<-catalog'

/** Names one target of a shop. */
export type TargetKey = { locationId: number; productId: number }
/** Names one revision of it: what was decided about an older one is void. */
export type IntentKey = TargetKey & { revision: number }

/** Up to where the availability room has published targets, at most `limit` targets further. */
export async function targetsUpTo(tx: Tx, from: number, limit: number): Promise<{ seq: number; targets: number }> {
  const rows = await tx.query<{ seq: number | null; targets: number }>(
    `select max(seq) as seq, count(*) as targets
       from (select seq from availability.target
              where seq > $1 and seq <= $2
              order by seq limit $3) page`,
    [from, await peekCursor(tx, AVAILABILITY_HEAD), limit],
  )
  return { seq: rows[0]?.seq ?? from, targets: rows[0]?.targets ?? 0 }
}

/** Puts the new numbers of a range of targets in the place of the ones before. The specification is `planIntent`. */
export async function takeTargets(tx: Tx, range: { after: number; upTo: number; now: InstantMs }): Promise<number> {
  const rows = await tx.query<{ intents: number }>(
    `with addressed as (
       select t.shop_id, t.location_id, t.product_id, t.revision, t.sellable_units as units, ${ADDRESS_COLUMNS}
         from availability.target t
         ${ADDRESS_JOINS('t')}
        where t.seq > $1 and t.seq <= $2
     ), taken as (
       insert into outbox.intent as i
         (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, code, hint, blocked_until, created_at, changed_at)
       select shop_id, location_id, product_id, revision, units, address,
              case when address is null then 'blocked' else 'pending' end, $3, code, hint,
              case when address is null then 'catalog' end, $3, $3
         from addressed
       on conflict (shop_id, location_id, product_id) do update
          set revision = excluded.revision, units = excluded.units, inventory_item_gid = excluded.inventory_item_gid,
              is_decrease = excluded.units < i.units, changed_at = excluded.changed_at, call_id = null,
              created_at = case when i.state in ('pending', 'blocked') then i.created_at else excluded.created_at end,
              state = case when ${STAYS_BLOCKED} then 'blocked' else excluded.state end,
              due_at = case when ${STAYS_BLOCKED} then i.due_at else excluded.due_at end,
              attempt = case when ${STAYS_BLOCKED} then i.attempt else 0 end,
              code = case when ${STAYS_BLOCKED} then i.code else excluded.code end,
              hint = case when ${STAYS_BLOCKED} then i.hint else excluded.hint end,
              blocked_until = case when ${STAYS_BLOCKED} then i.blocked_until else excluded.blocked_until end
        where i.revision <> excluded.revision
       returning 1
     )
     select count(*) as intents from taken`,
    [range.after, range.upTo, new Date(range.now)],
  )
  return rows[0]?.intents ?? 0
}

/** Whom a target is addressed to, and why nobody, as the catalogue says it now. */
const ADDRESS_COLUMNS = `
  case when m.location_id is not null and t.withdrawn_code is null then l.inventory_item_gid end as address,
  case when m.location_id is null then '${NOT_MAPPED.code}'
       when t.withdrawn_code is not null then t.withdrawn_code
       when l.product_id is null then '${NOT_LINKED.code}' end as code,
  case when m.location_id is null then '${NOT_MAPPED.hint}'
       when t.withdrawn_code = 'OUTBOX_UNTRACKED' then '${WITHDRAWN.OUTBOX_UNTRACKED}'
       when t.withdrawn_code = 'OUTBOX_EXCLUDED' then '${WITHDRAWN.OUTBOX_EXCLUDED}'
       when l.product_id is null then '${NOT_LINKED.hint}' end as hint`
const ADDRESS_JOINS = (of: string) => `
  left join catalog.location_mapping m on m.shop_id = ${of}.shop_id and m.location_id = ${of}.location_id
  left join catalog.item_link l on l.shop_id = ${of}.shop_id and l.product_id = ${of}.product_id`
/** A block that a new number does not end. */
const STAYS_BLOCKED = `(i.state = 'blocked' and i.blocked_until = 'catalog'
  and excluded.inventory_item_gid is not null and i.inventory_item_gid is not distinct from excluded.inventory_item_gid)`
/** When what the catalogue says of an intent's item or location was read last, by itself or with the whole shop. */
const CATALOG_READ_AT = `greatest(s.catalog_read_at,
  (select loc.seen_at from catalog.location loc where loc.location_id = i.location_id),
  (select x.seen_at from catalog.shop_item x where x.shop_id = i.shop_id and x.inventory_item_gid = i.inventory_item_gid))`

/**
 * Looks every intent's address up again after the catalogue changed. What has one again, or another one, is pending; what
 * lost it is blocked; what was blocked until the catalogue is read, and it was, as a whole or of this item or location, is tried once more.
 */
export async function readdress(tx: Tx, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ intents: number }>(
    `with addressed as (
       select i.shop_id, i.location_id, i.product_id, ${ADDRESS_COLUMNS},
              case when i.blocked_until is not null then ${CATALOG_READ_AT} end as catalog_read_at
         from outbox.intent i
         join catalog.shop s on s.shop_id = i.shop_id
         left join availability.target t on t.shop_id = i.shop_id and t.location_id = i.location_id and t.product_id = i.product_id
         ${ADDRESS_JOINS('i')}
     ), readdressed as (
       update outbox.intent i
          set inventory_item_gid = a.address, state = case when a.address is null then 'blocked' else 'pending' end,
              code = a.code, hint = a.hint, blocked_until = case when a.address is null then 'catalog' end,
              call_id = null, attempt = 0, due_at = $1, changed_at = $1
         from addressed a
        where i.shop_id = a.shop_id and i.location_id = a.location_id and i.product_id = a.product_id
          and (a.address is distinct from i.inventory_item_gid
               or (a.address is null and a.code is distinct from i.code)
               or (a.address is not null and i.blocked_until in ('catalog', 'either') and a.catalog_read_at > i.changed_at))
       returning 1
     )
     select count(*) as intents from readdressed`,
    [new Date(now)],
  )
  return rows[0]?.intents ?? 0
}

/** Whether something is blocked until a shop's catalogue is read, and it has been since. Cheap: it looks at such rows only. */
export async function catalogReadSince(sql: Sql): Promise<boolean> {
  const rows = await sql.query<{ found: boolean }>(
    `select exists (
       select 1 from outbox.intent i join catalog.shop s using (shop_id)
        where i.blocked_until in ('catalog', 'either') and i.inventory_item_gid is not null and ${CATALOG_READ_AT} > i.changed_at) as found`,
  )
  return rows[0]?.found ?? false
}

/** The claimed intents belong to their call from now on. */
export async function markSending(
  tx: Tx,
  claimed: { shopId: number; rows: readonly (IntentKey & { callId: string })[]; now: InstantMs },
): Promise<number> {
  const rows = await tx.query<{ intents: number }>(
    `with claimed as (
       update outbox.intent i set state = 'sending', is_woken = false, call_id = c.call_id, code = null, hint = null, changed_at = $6
         from unnest($2::integer[], $3::integer[], $4::bigint[], $5::uuid[]) as c (location_id, product_id, revision, call_id)
        where i.shop_id = $1 and i.location_id = c.location_id and i.product_id = c.product_id and i.revision = c.revision
          and i.state = 'pending'
       returning 1
     )
     select count(*) as intents from claimed`,
    [claimed.shopId, ...columnsOf(claimed.rows), claimed.rows.map(row => row.callId), new Date(claimed.now)],
    { name: 'outbox.markSending' },
  )
  return rows[0]?.intents ?? 0
}

/** The shop shows these numbers already. */
export async function markAgreeing(tx: Tx, shopId: number, rows: readonly IntentKey[], now: InstantMs): Promise<void> {
  await tx.query(
    `update outbox.intent i set state = 'confirmed', code = null, hint = null, attempt = 0, changed_at = $5
       from unnest($2::integer[], $3::integer[], $4::bigint[]) as c (location_id, product_id, revision)
      where i.shop_id = $1 and i.location_id = c.location_id and i.product_id = c.product_id and i.revision = c.revision
        and i.state = 'pending'`,
    [shopId, ...columnsOf(rows), new Date(now)],
  )
}

/** Not now, for a reason that passes by itself. */
export async function postpone(tx: Tx, shopId: number, rows: readonly (IntentKey & { dueAt: InstantMs; code: string })[]): Promise<void> {
  await tx.query(
    `update outbox.intent i set due_at = c.due_at, code = c.code
       from unnest($2::integer[], $3::integer[], $4::bigint[], $5::timestamptz[], $6::text[])
              as c (location_id, product_id, revision, due_at, code)
      where i.shop_id = $1 and i.location_id = c.location_id and i.product_id = c.product_id and i.revision = c.revision
        and i.state = 'pending'`,
    [shopId, ...columnsOf(rows), rows.map(row => new Date(row.dueAt)), rows.map(row => row.code)],
  )
}

/** Pending intents that cannot be sent as they are, with what ends that. */
export async function block(
  tx: Tx,
  shopId: number,
  rows: readonly (IntentKey & { code: string; hint: string; until: BlockedUntil })[],
  now: InstantMs,
): Promise<void> {
  await tx.query(
    `update outbox.intent i set state = 'blocked', code = c.code, hint = c.hint, blocked_until = c.blocked_until, changed_at = $8
       from unnest($2::integer[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[])
              as c (location_id, product_id, revision, code, hint, blocked_until)
      where i.shop_id = $1 and i.location_id = c.location_id and i.product_id = c.product_id and i.revision = c.revision
        and i.state = 'pending'`,
    [shopId, ...columnsOf(rows), rows.map(row => row.code), rows.map(row => row.hint), rows.map(row => row.until), new Date(now)],
  )
}

/**
 * These calls were answered: done. Intents that got a newer number meanwhile have left their call and are not touched. Gives how many
 * of each call are confirmed.
 */
export async function confirmCalls(tx: Tx, callIds: readonly string[], now: InstantMs): Promise<Map<string, number>> {
  const rows = await tx.query<{ callId: string; intents: number }>(
    `with confirmed as (
       update outbox.intent i
          set state = case when is_woken then 'pending' else 'confirmed' end, due_at = case when is_woken then $2 else due_at end,
              created_at = case when is_woken then $2 else created_at end, is_woken = false, call_id = null, attempt = 0, changed_at = $2
         from (select unnest($1::uuid[]) as call_id) c
        where i.call_id = c.call_id
       returning i.state, c.call_id
     )
     select call_id as "callId", count(*) filter (where state = 'confirmed') as intents from confirmed group by call_id`,
    [callIds, new Date(now)],
    { name: 'outbox.confirmCalls' },
  )
  return new Map(rows.map(row => [row.callId, row.intents]))
}

/** Rows that the call was refused for: blocked until what their code needs; decided anew where the number may be another by now. */
export async function refuseRows(
  tx: Tx,
  callId: string,
  rows: readonly (TargetKey & { code: string; hint: string; until: BlockedUntil })[],
  now: InstantMs,
): Promise<void> {
  await tx.query(
    `update outbox.intent i
        set state = case when ${IS_ANEW} then 'pending' else 'blocked' end, code = case when ${IS_ANEW} then null else c.code end,
            hint = case when ${IS_ANEW} then null else c.hint end, blocked_until = case when ${IS_ANEW} then null else c.blocked_until end,
            due_at = case when ${IS_ANEW} then $7 else i.due_at end, attempt = case when ${IS_ANEW} then 0 else i.attempt end,
            is_woken = false, call_id = null, changed_at = $7
       from unnest($2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[]) as c (location_id, product_id, code, hint, blocked_until)
      where i.call_id = $1 and i.location_id = c.location_id and i.product_id = c.product_id`,
    [
      callId,
      rows.map(row => row.locationId),
      rows.map(row => row.productId),
      rows.map(row => row.code),
      rows.map(row => row.hint),
      rows.map(row => row.until),
      new Date(now),
    ],
  )
}

const IS_ANEW = `(i.is_woken and c.blocked_until <> 'catalog')`

/** Rows whose level somebody else wrote meanwhile: decided again, a little later each time. */
export async function retryRows(
  tx: Tx,
  callId: string,
  rows: readonly (TargetKey & { code: string; dueAt: InstantMs })[],
  now: InstantMs,
): Promise<void> {
  await tx.query(
    `update outbox.intent i
        set state = 'pending', call_id = null, attempt = i.attempt + 1, code = c.code, due_at = c.due_at, changed_at = $6
       from unnest($2::integer[], $3::integer[], $4::text[], $5::timestamptz[]) as c (location_id, product_id, code, due_at)
      where i.call_id = $1 and i.location_id = c.location_id and i.product_id = c.product_id`,
    [
      callId,
      rows.map(row => row.locationId),
      rows.map(row => row.productId),
      rows.map(row => row.code),
      rows.map(row => new Date(row.dueAt)),
      new Date(now),
    ],
  )
}

/** Everything that still belongs to the call is pending again at once: the call ended without it. */
export async function giveBackCall(tx: Tx, callId: string, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ intents: number }>(
    `with given_back as (
       update outbox.intent set state = 'pending', call_id = null, due_at = $2, changed_at = $2 where call_id = $1 returning 1
     )
     select count(*) as intents from given_back`,
    [callId, new Date(now)],
  )
  return rows[0]?.intents ?? 0
}

/** Somebody compared and wants these said again. They are decided anew; the number is never re-asserted as it was. */
export async function reopen(tx: Tx, shopId: number, keys: readonly TargetKey[], now: InstantMs): Promise<number> {
  const rows = await tx.query<{ intents: number }>(
    `with reopened as (
       update outbox.intent i set state = 'pending', attempt = 0, code = null, due_at = $4, created_at = $4, changed_at = $4
         from unnest($2::integer[], $3::integer[]) as k (location_id, product_id)
        where i.shop_id = $1 and i.location_id = k.location_id and i.product_id = k.product_id and i.state = 'confirmed'
       returning 1
     )
     select count(*) as intents from reopened`,
    [shopId, keys.map(key => key.locationId), keys.map(key => key.productId), new Date(now)],
  )
  return rows[0]?.intents ?? 0
}

/**
 * Something that these were decided by has changed, in any shop: what is confirmed is decided anew, what waits does not wait
 * any longer. Switched by a person: also what was refused with another number than the one that is to be told now. What is due is
 * being decided at this moment, perhaps, by what was so before: it is waited for, and decided anew. In the own shop nobody else decides.
 */
export async function wake(
  tx: Tx,
  keys: readonly (TargetKey & { shopId: number })[],
  now: InstantMs,
  {
    isOnlyWaiting = false,
    isSwitched = false,
    ownShopId = null,
  }: {
    /** Leaves alone what is confirmed: it is right as it stands, and only what waits has heard something new. */
    isOnlyWaiting?: boolean
    isSwitched?: boolean
    /** The shop to which the caller speaks, and nobody else meanwhile. */
    ownShopId?: number | null
  } = {},
): Promise<number> {
  if (keys.length === 0) return 0
  const rows = await tx.query<{ intents: number }>(
    `with woken as (
       update outbox.intent i
          set state = case when i.state = 'sending' then 'sending' else 'pending' end, is_woken = i.state = 'sending',
              due_at = case when i.state = 'pending' then least(i.due_at, $4) else $4 end,
              created_at = case when i.state = 'confirmed' then $4 else i.created_at end,
              changed_at = case when i.state = 'pending' and i.due_at <= $4 then i.changed_at else $4 end,
              code = case when i.state = 'blocked' then null else i.code end, hint = null, blocked_until = null,
              attempt = case when i.state = 'blocked' then 0 else i.attempt end
         from (select distinct shop_id, location_id, product_id
                 from unnest($1::integer[], $2::integer[], $3::integer[]) as k (shop_id, location_id, product_id)) k
        where i.shop_id = k.shop_id and i.location_id = k.location_id and i.product_id = k.product_id
          and (i.state = 'confirmed' and not $5 or (i.state = 'pending' and (i.due_at > $4 or i.shop_id is distinct from $7))
               or (i.state = 'sending' and not i.is_woken and not $5)
               or ($6 and i.state = 'blocked' and i.blocked_until <> 'catalog'))
       returning 1
     )
     select count(*) as intents from woken`,
    [
      keys.map(key => key.shopId),
      keys.map(key => key.locationId),
      keys.map(key => key.productId),
      new Date(now),
      isOnlyWaiting,
      isSwitched,
      ownShopId,
    ],
  )
  return rows[0]?.intents ?? 0
}

/** A person asks for a shop, a location or a product of it: what was refused there is tried once more. */
export async function releaseUnder(
  tx: Tx,
  under: { shopId: number; locationId: number | null; productId: number | null },
  now: InstantMs,
): Promise<number> {
  const keys = await tx.query<TargetKey>(
    `select location_id as "locationId", product_id as "productId" from outbox.intent
      where shop_id = $1 and state = 'blocked' and inventory_item_gid is not null
        and ($2::integer is null or location_id = $2) and ($3::integer is null or product_id = $3)`,
    [under.shopId, under.locationId, under.productId],
  )
  return release(tx, under.shopId, keys, now)
}

/** What was refused, for whatever reason or this one, is tried once more. Where there is no address there is nothing to try. */
export async function release(
  tx: Tx,
  shopId: number,
  keys: readonly TargetKey[],
  now: InstantMs,
  { code = null }: { code?: string | null } = {},
): Promise<number> {
  if (keys.length === 0) return 0
  const rows = await tx.query<{ intents: number }>(
    `with released as (
       update outbox.intent i
          set state = 'pending', attempt = 0, code = null, hint = null, blocked_until = null, due_at = $4, changed_at = $4
         from unnest($2::integer[], $3::integer[]) as k (location_id, product_id)
        where i.shop_id = $1 and i.location_id = k.location_id and i.product_id = k.product_id
          and i.state = 'blocked' and i.inventory_item_gid is not null and ($5::text is null or i.code = $5)
       returning 1
     )
     select count(*) as intents from released`,
    [shopId, keys.map(key => key.locationId), keys.map(key => key.productId), new Date(now), code],
  )
  return rows[0]?.intents ?? 0
}

/** Targets that are no intents yet; aside are those that have nobody to be sent to, since their shop does not sell them or not there. */
export async function outboxStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<RoomStatus>(
    `select count(*) as backlog, min(changed_at) as "oldestAt", 0 as stuck,
            (select count(*) from outbox.intent where state = 'blocked' and code in ($2, $3)) as aside
       from availability.target where seq > $1`,
    [await peekCursor(sql, READS_AVAILABILITY), NOT_LINKED.code, NOT_MAPPED.code],
  )
  return rows[0] ?? { backlog: 0, oldestAt: null, stuck: 0 }
}

function columnsOf(rows: readonly IntentKey[]): [number[], number[], number[]] {
  return [rows.map(row => row.locationId), rows.map(row => row.productId), rows.map(row => row.revision)]
}
