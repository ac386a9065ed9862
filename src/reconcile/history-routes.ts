import type { Sql } from '../db/connection.ts'
import { HISTORY_STEPS_MAX, historyQuery, stockHistory } from '../http/contract/history.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { skuParams } from '../http/contract/stock.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { unknownSku } from './explain-not-found.ts'
import { productCalled } from './explain-store.ts'

/** A SKU over time: what was there, what was promised of it, and what the shop was told. */
export function historyRoutes({ db, clock }: { db: Sql; clock: Clock }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/history',
      summary: 'On hand and reserved of a SKU from instant to instant, and beside it what one location promised and was told',
      tag: 'reconcile',
      role: 'viewer',
      params: skuParams,
      query: historyQuery,
      answer: stockHistory,
      async handle({ params, query }) {
        const product = await productCalled(db, params.sku)
        if (product === null) throw unknownSku(params.sku)
        const of = { productId: product.productId, locationId: query.locationId ?? null, from: query.from ?? null }
        const [stock, promised, told] = [await stockSteps(db, of), await promiseSteps(db, of), await toldSteps(db, of)]
        const isMore = [stock, promised, told].some(steps => steps.length > HISTORY_STEPS_MAX)
        const shown = <Step>(steps: Step[]): Step[] => steps.slice(0, HISTORY_STEPS_MAX).reverse()
        return { sku: product.sku, stock: shown(stock), promised: shown(promised), told: shown(told), isMore, observedAt: clock.now() }
      },
    }),
  ]
}

type Of = { productId: number; locationId: number | null; from: InstantMs | null }
type NumberStep = Answer<typeof stockHistory>['promised'][number]

function valuesOf({ productId, locationId, from }: Of): unknown[] {
  return [productId, locationId, from === null ? null : new Date(from)]
}

/** Newest first. What held from an instant on is what is there now, less everything that came later. */
async function stockSteps(sql: Sql, of: Of): Promise<Answer<typeof stockHistory>['stock']> {
  return sql.query(
    `with held as (
       select h.* from inventory.position h
        where h.product_id = $1
          and ($2::integer is null or h.facility_id in (select u.facility_id from availability.supply u where u.location_id = $2))
     ), moved as (
       select m.recorded_at, m.seq, m.on_hand_units, m.reserved_units,
              case when m.file_id is not null then 'file' when m.document_id is not null then 'deed' else 'order' end as by
         from held h join inventory.movement m on m.facility_id = h.facility_id and m.product_id = h.product_id
        where $3::timestamptz is null or m.recorded_at >= $3
        order by m.recorded_at desc, m.seq desc limit ${HISTORY_STEPS_MAX + 1}
     ), after as (
       select distinct on (recorded_at) recorded_at, seq, by,
              coalesce(sum(on_hand_units) over newer, 0) as later_on_hand, coalesce(sum(reserved_units) over newer, 0) as later_reserved
         from moved
       window newer as (order by recorded_at desc, seq desc rows between unbounded preceding and 1 preceding)
        order by recorded_at desc, seq desc
     )
     select a.recorded_at as at, ((select sum(on_hand_units) from held) - a.later_on_hand)::integer as "onHandUnits",
            ((select sum(reserved_units) from held) - a.later_reserved)::integer as "reservedUnits", a.by
       from after a order by a.recorded_at desc`,
    valuesOf(of),
  )
}

async function promiseSteps(sql: Sql, of: Of): Promise<NumberStep[]> {
  return sql.query<NumberStep>(
    `select h.at, greatest(0, h.promised_units) as units from availability.promise_history h
      where h.product_id = $1 and h.location_id = $2 and ($3::timestamptz is null or h.at >= $3)
      order by h.seq desc limit ${HISTORY_STEPS_MAX + 1}`,
    valuesOf(of),
  )
}

async function toldSteps(sql: Sql, of: Of): Promise<NumberStep[]> {
  return sql.query<NumberStep>(
    `select c.answered_at as at, r.units
       from channel.call_row r join channel.call c using (call_id)
      where r.product_id = $1 and r.location_id = $2 and c.answered_at is not null and r.code is null and ($3::timestamptz is null or c.answered_at >= $3)
      order by c.answered_at desc limit ${HISTORY_STEPS_MAX + 1}`,
    valuesOf(of),
  )
}
