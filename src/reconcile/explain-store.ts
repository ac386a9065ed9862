import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** A product as somebody named it: by a SKU or any other of its identifiers. */
export type NamedProduct = { productId: number; sku: string; name: string }

export async function productCalled(sql: Sql, said: string): Promise<NamedProduct | null> {
  const rows = await sql.query<NamedProduct>(
    `select p.product_id as "productId", p.name,
            coalesce((select min(value) from catalog.product_identifier k where k.product_id = p.product_id and k.type = 'SKU'), i.value) as sku
       from catalog.product_identifier i join catalog.product p using (product_id)
      where i.value = $1
      order by i.type <> 'SKU', i.type limit 1`,
    [said],
    { name: 'explain.product' },
  )
  return rows[0] ?? null
}

export type NamedLevel = { shopId: number; locationId: number; shop: string; location: string; groupId: number | null }

/** Levels of a product at a location called so, or at one that a facility called so feeds; by any case. Null: everywhere. */
export async function levelsCalled(
  sql: Sql,
  of: { productId: number; at: string | null; shop: string | null; limit: number },
): Promise<NamedLevel[]> {
  return sql.query<NamedLevel>(
    `select t.shop_id as "shopId", t.location_id as "locationId", s.code as shop, l.name as location, m.group_id as "groupId"
       from availability.target t
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = t.location_id
       join catalog.location_mapping m on m.shop_id = t.shop_id and m.location_id = t.location_id
      where t.product_id = $1 and ($3::text is null or s.code = $3)
        and ($2::text is null or lower(l.name) = lower($2) or (m.group_id is null and exists (
              select 1 from catalog.facility f where f.facility_id = m.facility_id and lower($2) in (lower(f.name), lower(f.code)))))
      order by m.group_id nulls last, s.code, l.name limit $4`,
    [of.productId, of.at, of.shop, of.limit],
    { name: 'explain.levels' },
  )
}

type Level = { shopId: number; locationId: number; productId: number }

export type FacilityEvidence = {
  facility: string
  code: string
  sku: string
  /** Null: never counted, or not yet at the instant that is asked for. */
  onHandUnits: number | null
  reservedUnits: number
  countedAt: InstantMs | null
  /** The newest line of a file that moved it. */
  line: FileLine | null
}

export type FileLine = {
  fileId: number
  fileName: string
  feedId: number
  line: number | null
  byteOffset: number | null
  onHandUnits: number
  recordedAt: InstantMs
  state: string
  spoolName: string
  restName: string | null
  home: string
  folder: string
}

/** What a level draws on: its product, or the components of a kit. */
const PARTS = `
  part as (
    select coalesce(k.component_product_id, p.product_id) as product_id
      from (select $3::integer as product_id) p left join catalog.kit_component k on k.kit_product_id = p.product_id
  )`

const FACILITIES_SHOWN_MAX = 60

/** The newest movements lie in the newest months mostly: older ones are opened where these do not hold enough. */
const NEWEST_MONTHS_MS = 62 * 24 * 3_600_000

function newestMonths(upTo: InstantMs): Date {
  return new Date(upTo - NEWEST_MONTHS_MS)
}

/** Movements of a position, newest first, `limit` of them: from the instant `since` on, and only then the ones before it. */
function newestMovements(of: { where: string; since: string; limit: string }): string {
  const some = (when: string) =>
    `(select * from inventory.movement n where ${of.where} and n.recorded_at ${when} order by n.seq desc limit ${of.limit})`
  return `(select * from (${some(`>= ${of.since}`)} union all ${some(`< ${of.since}`)}) newest_first limit ${of.limit})`
}

/**
 * What each facility that feeds a level had at an instant, and the newest line of a file that moved it. What was there then
 * is what is there now, less everything that came later.
 */
export async function facilityEvidence(
  sql: Sql,
  level: Level,
  { asOf, now }: { asOf: InstantMs | null; now: InstantMs },
): Promise<FacilityEvidence[]> {
  return sql.query<FacilityEvidence>(
    `with ${PARTS}
     select f.name as facility, f.code, (select min(value) from catalog.product_identifier i where i.product_id = part.product_id and i.type = 'SKU') as sku,
            case when h.counted_at is not null and ($4::timestamptz is null or exists (
                   select 1 from inventory.movement n
                    where n.facility_id = u.facility_id and n.product_id = part.product_id and n.reserved_units = 0 and n.recorded_at <= $4)) then h.on_hand_units - later.on_hand end as "onHandUnits",
            coalesce(h.reserved_units, 0) - later.reserved as "reservedUnits", h.counted_at as "countedAt",
            case when m.file_id is not null then json_build_object(
              'fileId', m.file_id, 'fileName', file.name, 'feedId', file.feed_id, 'line', m.line, 'byteOffset', m.byte_offset, 'onHandUnits', m.on_hand_units,
              'recordedAt', (extract(epoch from m.recorded_at) * 1000)::bigint, 'state', file.state, 'spoolName', file.spool_name, 'restName', file.rest_name,
              'home', e.home, 'folder', e.folder) end as line
       from availability.supply u
       join catalog.facility f on f.facility_id = u.facility_id
       cross join part
       left join inventory.position h on h.facility_id = u.facility_id and h.product_id = part.product_id
       left join lateral (
         select coalesce(sum(on_hand_units), 0)::integer as on_hand, coalesce(sum(reserved_units), 0)::integer as reserved
           from inventory.movement n
          where $4::timestamptz is not null and n.facility_id = u.facility_id and n.product_id = part.product_id and n.recorded_at > $4
       ) later on true
       left join lateral ${newestMovements({
         where: `n.facility_id = u.facility_id and n.product_id = part.product_id and n.file_id is not null
                   and ($4::timestamptz is null or n.recorded_at <= $4)`,
         since: '$5',
         limit: '1',
       })} m on true
       left join feed.file file on file.file_id = m.file_id
       left join feed.feed e on e.feed_id = file.feed_id
      where u.shop_id = $1 and u.location_id = $2
      order by f.facility_id, part.product_id limit ${FACILITIES_SHOWN_MAX}`,
    [...keyOf(level), dateOrNull(asOf), newestMonths(asOf ?? now)],
    { name: 'explain.facilities' },
  )
}

export type MovementEvidence = {
  seq: number
  facility: string
  onHandUnits: number
  reservedUnits: number
  reason: string
  reference: string | null
  recordedAt: InstantMs
  effectiveAt: InstantMs
  fileId: number | null
  line: number | null
}

const MOVEMENTS_SHOWN_MAX = 20
/** Of each facility where several feed a level: what is shown is read, and every one lies on a page of its own. */
const MOVEMENTS_OF_EACH_MAX = 3

/** The newest movements behind a level, up to an instant. */
export async function movementEvidence(
  sql: Sql,
  level: Level,
  { asOf, now, isGroup }: { asOf: InstantMs | null; now: InstantMs; isGroup: boolean },
): Promise<MovementEvidence[]> {
  return sql.query<MovementEvidence>(
    `with ${PARTS}
     select m.seq, f.name as facility, m.on_hand_units as "onHandUnits", m.reserved_units as "reservedUnits", m.reason, m.reference,
            m.recorded_at as "recordedAt", m.effective_at as "effectiveAt", m.file_id as "fileId", m.line
       from availability.supply u
       join catalog.facility f on f.facility_id = u.facility_id
       cross join part
       cross join lateral ${newestMovements({
         where: 'n.facility_id = u.facility_id and n.product_id = part.product_id and ($4::timestamptz is null or n.recorded_at <= $4)',
         since: '$6',
         limit: `case when $5 then ${MOVEMENTS_OF_EACH_MAX} else ${MOVEMENTS_SHOWN_MAX} end`,
       })} m
      where u.shop_id = $1 and u.location_id = $2
      order by m.seq desc limit ${MOVEMENTS_SHOWN_MAX}`,
    [...keyOf(level), dateOrNull(asOf), isGroup, newestMonths(asOf ?? now)],
    { name: 'explain.movements' },
  )
}

export type OrderEvidence = { order: string; units: number; facility: string; isWaiting: boolean }

const ORDERS_SHOWN_MAX = 50

/** Which orders hold units of what a level draws on, the largest first; those that wait at its group too. */
export async function orderEvidence(sql: Sql, level: Level, groupId: number | null): Promise<OrderEvidence[]> {
  return sql.query<OrderEvidence>(
    `with ${PARTS}, held as (select product_id from part union select $3::integer)
     select r.order_ref as "order", sum(r.units)::integer as units, f.name as facility, r.group_id <> 0 as "isWaiting"
       from inventory.reservation r
       join catalog.facility f on f.facility_id = r.facility_id
      where r.product_id in (select product_id from held)
        and (r.group_id = $4 or (r.group_id = 0 and exists (
              select 1 from availability.supply u where u.shop_id = $1 and u.location_id = $2 and u.facility_id = r.facility_id)))
      group by r.order_ref, f.name, r.group_id <> 0
      order by units desc, r.order_ref limit ${ORDERS_SHOWN_MAX}`,
    [...keyOf(level), groupId],
    { name: 'explain.orders' },
  )
}

/** The same at an instant that is past: each order's own movements up to then. */
export async function orderEvidenceAt(sql: Sql, level: Level, asOf: InstantMs): Promise<OrderEvidence[]> {
  return sql.query<OrderEvidence>(
    `with ${PARTS}
     select coalesce(m.reference, 'unnamed') as "order", sum(m.reserved_units)::integer as units, f.name as facility, false as "isWaiting"
       from availability.supply u
       join catalog.facility f on f.facility_id = u.facility_id
       cross join part
       join inventory.movement m on m.facility_id = u.facility_id and m.product_id = part.product_id and m.reserved_units <> 0 and m.recorded_at <= $4
      where u.shop_id = $1 and u.location_id = $2
      group by m.reference, f.name having sum(m.reserved_units) > 0
      order by units desc limit ${ORDERS_SHOWN_MAX}`,
    [...keyOf(level), new Date(asOf)],
    { name: 'explain.orders-then' },
  )
}

/** A newer file of a feed that is not in the books: it may say something else of the same stock. */
export async function newerFile(
  sql: Sql,
  than: { feedId: number; fileId: number },
): Promise<{ name: string; state: string; code: string | null; at: InstantMs } | null> {
  const rows = await sql.query<{ name: string; state: string; code: string | null; at: InstantMs }>(
    `select name, state, code, changed_at as at from feed.file
      where feed_id = $1 and file_id > $2 and state in ('receiving', 'received', 'staged', 'held', 'failed')
      order by file_id desc limit 1`,
    [than.feedId, than.fileId],
    { name: 'explain.newer-file' },
  )
  return rows[0] ?? null
}

export type CallEvidence = {
  callId: string
  idempotencyKey: string
  kind: string
  state: 'claimed' | 'answered'
  outcome: string | null
  code: string | null
  rowCode: string | null
  requestId: string | null
  claimedAt: InstantMs
  answeredAt: InstantMs | null
  revision: number
  promisedUnits: number
  unseenUnits: number
  fromUnits: number
  units: number
}

/** The newest call that carried a level, up to an instant. */
export async function callEvidence(sql: Sql, level: Level, asOf: InstantMs | null): Promise<CallEvidence | null> {
  const rows = await sql.query<CallEvidence>(
    `select c.call_id as "callId", c.idempotency_key as "idempotencyKey", c.kind, c.state, c.outcome, c.code, r.code as "rowCode",
            c.request_id as "requestId", c.claimed_at as "claimedAt", c.answered_at as "answeredAt", r.revision, r.promised_units as "promisedUnits",
            r.unseen_units as "unseenUnits", r.from_units as "fromUnits", r.units
       from channel.call_row r join channel.call c using (call_id)
      where c.shop_id = $1 and r.location_id = $2 and r.product_id = $3 and ($4::timestamptz is null or c.claimed_at <= $4)
      order by c.claimed_at desc, r.ordinal limit 1`,
    [...keyOf(level), dateOrNull(asOf)],
    { name: 'explain.call' },
  )
  return rows[0] ?? null
}

export type Standing = {
  intent: {
    state: 'pending' | 'sending' | 'confirmed' | 'blocked'
    units: number
    revision: number
    code: string | null
    hint: string | null
    changedAt: InstantMs
  } | null
  shown: { availableUnits: number; committedUnits: number; reservedUnits: number; readAt: InstantMs } | null
  observed: {
    verdict: 'equal' | 'different' | 'waiting' | 'not_stocked'
    revision: number
    expectedUnits: number
    shopUnits: number | null
    readAt: InstantMs
  } | null
  health: { state: string; code: string | null; message: string | null; heldCode: string | null; heldMessage: string | null } | null
}

/** Where a level stands on its way to the shop now. */
export async function standingOf(sql: Sql, level: Level): Promise<Standing> {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`
  const rows = await sql.query<Standing>(
    `select (select json_build_object('state', i.state, 'units', i.units, 'revision', i.revision, 'code', i.code, 'hint', i.hint, 'changedAt', ${ms('i.changed_at')})
               from outbox.intent i where i.shop_id = $1 and i.location_id = $2 and i.product_id = $3) as intent,
            (select json_build_object('availableUnits', v.available_units, 'committedUnits', v.committed_units, 'reservedUnits', v.reserved_units, 'readAt', ${ms('v.read_at')})
               from channel.level v where v.shop_id = $1 and v.location_id = $2 and v.product_id = $3) as shown,
            (select json_build_object('verdict', o.verdict, 'revision', o.revision, 'expectedUnits', o.expected_units, 'shopUnits', o.shop_units, 'readAt', ${ms('o.read_at')})
               from reconcile.observation o where o.shop_id = $1 and o.location_id = $2 and o.product_id = $3) as observed,
            (select json_build_object('state', h.state, 'code', h.code, 'message', h.message, 'heldCode', h.held_code, 'heldMessage', h.held_message) from channel.health h where h.shop_id = $1) as health`,
    keyOf(level),
    { name: 'explain.standing' },
  )
  return rows[0] ?? { intent: null, shown: null, observed: null, health: null }
}

export type Promised = {
  at: InstantMs
  promisedUnits: number
  freeUnits: number
  spareUnits: number
  queuedUnits: number
  thresholdUnits: number
  withdrawnCode: string | null
}

const HISTORY_COLUMNS = `at, promised_units as "promisedUnits", free_units as "freeUnits", spare_units as "spareUnits", queued_units as "queuedUnits",
  threshold_units as "thresholdUnits", withdrawn_code as "withdrawnCode"`

/** What was promised at an instant; null: nothing was yet. */
export async function promisedAt(sql: Sql, level: Level, asOf: InstantMs): Promise<Promised | null> {
  const rows = await sql.query<Promised>(
    `select ${HISTORY_COLUMNS} from availability.promise_history
      where shop_id = $1 and location_id = $2 and product_id = $3 and at <= $4 order by seq desc limit 1`,
    [...keyOf(level), new Date(asOf)],
    { name: 'explain.promised-then' },
  )
  return rows[0] ?? null
}

function keyOf({ shopId, locationId, productId }: Level): [number, number, number] {
  return [shopId, locationId, productId]
}

function dateOrNull(at: InstantMs | null): Date | null {
  return at === null ? null : new Date(at)
}
