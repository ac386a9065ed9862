import { availabilityStatus } from '../availability/store.ts'
import { catalogStatus } from '../catalog/store.ts'
import { adminUrl } from '../channel/admin-url.ts'
import { controlsAtProduct } from '../channel/control-store.ts'
import { channelStatus } from '../channel/store.ts'
import type { Sql } from '../db/connection.ts'
import { feedStatus } from '../feed/store.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, type PageQuery, pageFrom, pageQuery, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { type comparison, comparisonList, type differenceInList, differencesPage } from '../http/contract/shop.ts'
import { type levelOfTarget, levelsOfSku, skuParams } from '../http/contract/stock.ts'
import { street, streetHistory, streetHistoryQuery } from '../http/contract/street.ts'
import { importStatus } from '../import/store.ts'
import { inventoryStatus } from '../inventory/store.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { ordersStatus } from '../orders/store.ts'
import { outboxStatus } from '../outbox/store.ts'
import { objectiveMinutes } from './objective-store.ts'
import { type Heartbeat, judgeRoom, type RoomOfStreet, STREET } from './room-state.ts'
import { streetPoints } from './sample-store.ts'
import { type SyncFacts, syncSentence } from './sync-sentence.ts'
import { reconcileStatus, syncFigures } from './tally-store.ts'

export type StreetDeps = {
  db: Sql
  clock: Clock
  /** When each room last did its step, which the clockwork knows. */
  heartbeats(): Promise<(Heartbeat & { room: string })[]>
}

const MINUTE_MS = 60_000
/** More points than this no screen shows apart. */
const POINTS_MAX = 288

/** The street as a whole, what became of each promise, and what was found to differ: the last room sees them all. */
export function reconcileRoutes(deps: StreetDeps): Route[] {
  const { db } = deps
  return [
    jsonRoute({
      method: 'GET',
      path: '/street',
      summary: 'Is stock in sync, and if not, where does it hang?',
      tag: 'street',
      role: 'viewer',
      answer: street,
      handle: () => readStreet(deps),
    }),
    jsonRoute({
      method: 'GET',
      path: '/street/history',
      summary: 'How the street stood over the last hours, the worst of each span of time',
      tag: 'street',
      role: 'viewer',
      query: streetHistoryQuery,
      answer: streetHistory,
      async handle({ query }) {
        const spanMs = Math.max(MINUTE_MS, Math.ceil((query.hours * 60) / POINTS_MAX) * MINUTE_MS)
        const since = deps.clock.now() - query.hours * 60 * MINUTE_MS
        return { since, spanMs, points: await streetPoints(db, { since, spanMs }) }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/levels',
      summary: 'What became of each promise of a SKU: queued, sent, confirmed, read back',
      tag: 'reconcile',
      role: 'viewer',
      params: skuParams,
      answer: levelsOfSku,
      wholeLists: ['rows'],
      async handle({ params }) {
        const rows = await levelsOf(db, params.sku)
        const controls = rows[0] === undefined ? [] : await controlsAtProduct(db, rows[0].productId, deps.clock.now())
        return {
          rows: rows.map(row => ({
            ...levelOf(row),
            controls: controls.filter(each => each.ofShopId === row.shopId && each.ofLocationId === row.locationId),
          })),
        }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/reconcile/differences',
      summary: 'Levels that show something else than was promised, largest first',
      tag: 'reconcile',
      role: 'viewer',
      query: pageQuery,
      answer: differencesPage,
      handle: async ({ query }) => pageFrom(query, await differencesOf(db, query), () => countDifferences(db)),
    }),
    jsonRoute({
      method: 'GET',
      path: '/reconcile/runs',
      summary: 'The last comparisons with what they found',
      tag: 'reconcile',
      role: 'viewer',
      answer: comparisonList,
      handle: async () => ({ rows: await comparisons(db) }),
    }),
  ]
}

/**
 * The street at this moment. The rooms are read in the order in which data walks and the proof last, so that what moves on
 * meanwhile is seen once or twice, but never not at all.
 */
export async function readStreet({ db, clock, heartbeats }: StreetDeps): Promise<Answer<typeof street>> {
  const beats = new Map((await heartbeats()).map(beat => [beat.room, beat]))
  const shops = await shopsWithHealth(db)
  const statuses = new Map<RoomOfStreet, RoomStatus>()
  for (const room of STREET) statuses.set(room, await STATUS_OF[room](db, clock.now()))
  const figures = await syncFigures(db)
  const objectiveMs = (await objectiveMinutes(db)) * MINUTE_MS
  const now = clock.now()
  const rooms = STREET.map(room => {
    const status = statuses.get(room) ?? { backlog: 0, oldestAt: null, stuck: 0 }
    const heartbeat = beats.get(room) ?? null
    const judged = judgeRoom(room, { status, heartbeat, hasShops: shops.length > 0, now })
    const lastStep = heartbeat && { at: heartbeat.beatAt, outcome: heartbeat.outcome, code: heartbeat.code }
    return { ...judged, question: QUESTION[room], ...status, lastStep }
  })
  return { observedAt: now, sync: { ...syncSentence({ now, objectiveMs, figures, rooms, shops }), ...figures }, rooms }
}

const STATUS_OF: Readonly<Record<RoomOfStreet, (sql: Sql, now: InstantMs) => Promise<RoomStatus>>> = {
  feed: feedStatus,
  import: importStatus,
  orders: ordersStatus,
  inventory: inventoryStatus,
  availability: availabilityStatus,
  outbox: outboxStatus,
  channel: channelStatus,
  reconcile: reconcileStatus,
  catalog: catalogStatus,
}

const QUESTION: Readonly<Record<RoomOfStreet, string>> = {
  feed: 'Is this file whole and new?',
  import: 'What does each row say, and do we believe it?',
  orders: 'Which orders hold stock, up to when?',
  inventory: 'What is on hand, and which movement made it so?',
  availability: 'What may each channel promise, and why?',
  outbox: 'What must each target be told?',
  channel: 'What did the shop answer?',
  reconcile: 'Does the shop show what we told it?',
  catalog: 'What is called what, where?',
}

async function shopsWithHealth(sql: Sql): Promise<SyncFacts['shops']> {
  return sql.query(
    `select code, case when is_held then 'held' else state end as health, case when is_held then held_since else since end as since,
            case when is_held then held_message else message end as message
       from (select s.code, coalesce(h.state, 'unknown') as state, h.since, h.message, h.held_since, h.held_message,
                    coalesce(h.state, 'unknown') not in ('unreachable', 'refused') and h.held_code is not null
                      and exists (select 1 from outbox.intent i where i.shop_id = s.shop_id and i.state = 'pending') as is_held
               from catalog.shop s left join channel.health h using (shop_id)
              where s.is_enabled) shop
      order by code`,
  )
}

type Level = Answer<typeof levelOfTarget>
type LevelRow = Pick<Level, 'shopId' | 'locationId'> & {
  productId: number
  state: NonNullable<Level['intent']>['state'] | null
  units: number
  revision: number
  code: string | null
  hint: string | null
  changedAt: InstantMs
  availableUnits: number | null
  committedUnits: number
  shownAt: InstantMs
  verdict: NonNullable<Level['observed']>['verdict'] | null
  expectedUnits: number
  shopUnits: number | null
  isOfNewest: boolean
  observedAt: InstantMs
  differentSince: InstantMs | null
  apiUrl: string
  locationGid: string
  inventoryItemGid: string | null
}

function levelOf(row: LevelRow): Omit<Level, 'controls'> {
  const { shopId, locationId, state, units, revision, code, hint, changedAt, availableUnits, committedUnits, verdict } = row
  const { expectedUnits, shopUnits, isOfNewest, differentSince } = row
  return {
    shopId,
    locationId,
    link: linkOf(row),
    intent: state === null ? null : { state, units, revision, code, hint, changedAt },
    shown: availableUnits === null ? null : { availableUnits, committedUnits, readAt: row.shownAt },
    observed: verdict === null ? null : { verdict, expectedUnits, shopUnits, isOfNewest, readAt: row.observedAt, differentSince },
  }
}

function linkOf({ apiUrl, inventoryItemGid, locationGid }: LevelRow): string | null {
  return inventoryItemGid === null ? null : adminUrl(apiUrl, { kind: 'inventory_history', inventoryItemGid, locationGid })
}

async function levelsOf(sql: Sql, sku: string): Promise<LevelRow[]> {
  return sql.query<LevelRow>(
    `select t.shop_id as "shopId", t.location_id as "locationId", t.product_id as "productId", i.state, i.units, i.revision, i.code, i.hint, i.changed_at as "changedAt",
            v.available_units as "availableUnits", v.committed_units as "committedUnits", v.read_at as "shownAt",
            o.verdict, o.expected_units as "expectedUnits", o.shop_units as "shopUnits", o.revision = t.revision as "isOfNewest",
            o.read_at as "observedAt", o.different_since as "differentSince", s.api_url as "apiUrl", loc.location_gid as "locationGid",
            n.inventory_item_gid as "inventoryItemGid"
       from catalog.product_identifier k
       join availability.target t on t.product_id = k.product_id
       left join outbox.intent i on i.shop_id = t.shop_id and i.location_id = t.location_id and i.product_id = t.product_id
       left join channel.level v on v.shop_id = t.shop_id and v.location_id = t.location_id and v.product_id = t.product_id
       left join reconcile.observation o on o.shop_id = t.shop_id and o.location_id = t.location_id and o.product_id = t.product_id
       join catalog.location_mapping m on m.shop_id = t.shop_id and m.location_id = t.location_id
       join catalog.shop s on s.shop_id = t.shop_id
       join catalog.location loc on loc.location_id = t.location_id
       left join catalog.item_link n on n.shop_id = t.shop_id and n.product_id = t.product_id
      where k.type = 'SKU' and k.value = $1`,
    [sku],
  )
}

async function differencesOf(sql: Sql, query: PageQuery): Promise<Answer<typeof differenceInList>[]> {
  return sql.query(
    `select s.code as shop, l.name as location, coalesce(sku.value, p.name) as sku, o.verdict, o.expected_units as "expectedUnits",
            o.shop_units as "shopUnits", o.different_since as "differentSince", o.read_at as "readAt"
       from reconcile.observation o
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = o.location_id
       join catalog.product p on p.product_id = o.product_id
       left join lateral (
         select min(value) as value from catalog.product_identifier k where k.product_id = o.product_id and k.type = 'SKU'
       ) sku on true
      where o.verdict in ('different', 'not_stocked')
      order by abs(o.expected_units - coalesce(o.shop_units, 0)) desc, o.location_id, o.product_id limit $1 offset $2`,
    [query.pageSize, offsetOf(query)],
  )
}

async function countDifferences(sql: Sql): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total
       from (select 1 from reconcile.observation where verdict in ('different', 'not_stocked') limit $1) counted`,
    [TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

const COMPARISONS_SHOWN_MAX = 50

async function comparisons(sql: Sql): Promise<Answer<typeof comparison>[]> {
  return sql.query(
    `select r.run_id as "runId", s.code as shop, r.kind, r.started_at as "startedAt", r.finished_at as "finishedAt",
            r.levels_compared as "levelsCompared", r.levels_equal as "levelsEqual", r.levels_different as "levelsDifferent",
            r.levels_waiting as "levelsWaiting", r.levels_not_stocked as "levelsNotStocked", r.code, r.reason
       from reconcile.run r join catalog.shop s using (shop_id)
      order by r.run_id desc limit $1`,
    [COMPARISONS_SHOWN_MAX],
  )
}
