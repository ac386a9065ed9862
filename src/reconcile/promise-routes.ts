import { AVAILABILITY_HEAD } from '../availability/store.ts'
import type { Sql } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import {
  keyFrom,
  keyWord,
  manyOf,
  type promise,
  promiseChanges,
  promiseChangesQuery,
  promiseList,
  promisesQuery,
  type promisesWanted,
} from '../http/contract/stock-list.ts'

/** What other systems read: every promise with its terms and what the shop showed, and those that changed since. */
export function promiseRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/promises',
      summary: 'What may be sold by SKU, facility and channel, with its terms and what the shop showed last, a page at a time',
      tag: 'reconcile',
      role: 'viewer',
      query: promisesQuery,
      answer: promiseList,
      async handle({ query }) {
        // Read first: what changes while the pages are read is told again as a change, and never left out.
        const changes = await peekCursor(db, AVAILABILITY_HEAD)
        const key = keyFrom(query.after) ?? [0, 0, 0]
        const found = await promisesOf(
          db,
          query,
          `(t.shop_id, t.location_id, t.product_id) > ($5, $6, $7) order by t.shop_id, t.location_id, t.product_id limit $8`,
          [...key, query.limit],
        )
        const last = found.length === query.limit ? found.at(-1) : undefined
        return { rows: found.map(shown), next: last ? keyWord([last.shopId, last.locationId, last.productId]) : null, changes }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/promises/changes',
      summary: 'Promises that changed since, as they are now: ask again from the number that comes with the answer',
      tag: 'reconcile',
      role: 'viewer',
      query: promiseChangesQuery,
      answer: promiseChanges,
      async handle({ query }) {
        const head = await peekCursor(db, AVAILABILITY_HEAD)
        const found = await promisesOf(db, query, 't.seq > $5 and t.seq <= $6 order by t.seq limit $7', [query.since, head, query.limit])
        const isMore = found.length === query.limit
        const changes = isMore ? (found.at(-1)?.seq ?? head) : Math.max(query.since, head)
        return { rows: found.map(shown), changes, isMore }
      },
    }),
  ]
}

type PromiseRow = Answer<typeof promise> & { shopId: number; productId: number; seq: number }

function shown({ shopId: _shop, productId: _product, seq: _seq, ...row }: PromiseRow): Answer<typeof promise> {
  return row
}

/** `wanted`: which promises, beside those that the query names in $1 to $4. */
async function promisesOf(
  sql: Sql,
  query: Answer<typeof promisesWanted>,
  wanted: string,
  values: readonly unknown[],
): Promise<PromiseRow[]> {
  return sql.query<PromiseRow>(
    `select t.shop_id as "shopId", t.product_id as "productId", t.seq,
            (select min(i.value) from catalog.product_identifier i where i.product_id = t.product_id and i.type = 'SKU') as sku,
            s.code as shop, l.name as location, t.location_id as "locationId", f.code as facility, g.code as channel,
            t.sellable_units as "sellableUnits", t.deficit_units as "deficitUnits", t.changed_at as "changedAt", t.withdrawn_code as "withdrawnCode",
            (select json_build_object('freeUnits', h.free_units, 'spareUnits', h.spare_units, 'queuedUnits', h.queued_units,
                                      'thresholdUnits', h.threshold_units)
               from availability.promise_history h
              where h.product_id = t.product_id and h.shop_id = t.shop_id and h.location_id = t.location_id and h.seq = t.seq) as terms,
            n.state, case when o.read_at is null then v.available_units else o.shop_units end as "shownUnits", coalesce(o.read_at, v.read_at) as "shownAt"
       from availability.target t
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = t.location_id
       join catalog.location_mapping m on m.shop_id = t.shop_id and m.location_id = t.location_id
       left join catalog.facility f on f.facility_id = m.facility_id
       left join catalog.facility_group g on g.group_id = m.group_id
       left join outbox.intent n on n.shop_id = t.shop_id and n.location_id = t.location_id and n.product_id = t.product_id
       left join channel.level v on v.shop_id = t.shop_id and v.location_id = t.location_id and v.product_id = t.product_id
       left join reconcile.observation o
         on o.shop_id = t.shop_id and o.location_id = t.location_id and o.product_id = t.product_id and (v.read_at is null or o.read_at >= v.read_at)
      where ($1::text[] is null or t.product_id in (
              select i.product_id from catalog.product_identifier i where i.type = 'SKU' and i.value = any ($1)))
        and ($2::text is null or f.code = $2) and ($3::text is null or g.code = $3) and ($4::text is null or s.code = $4)
        and ${wanted}`,
    [manyOf(query.sku), query.facility ?? null, query.channel ?? null, query.shop ?? null, ...values],
  )
}
