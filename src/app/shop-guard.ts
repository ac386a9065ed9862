import type { Guard } from '../adapters/shopify/guard.ts'
import { type Exchange, newsOfExchange } from '../channel/exchange.ts'
import { recordExchange } from '../channel/exchange-store.ts'
import { hear, standingOf } from '../channel/health-store.ts'
import { permitCall } from '../channel/permit.ts'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { chanceOf } from '../outbox/backoff.ts'

/**
 * The gate of one shop, for every room that speaks to it: what may go out is decided from the rows of this very moment, so
 * that a switch that a person turns counts for the next request; and every answer goes into the job log and the health.
 */
export function guardOf({ db, clock, ids }: { db: Db; clock: Clock; ids: Ids }, shopId: number): Guard {
  let isKnownWell = false
  return {
    async permit(operation) {
      const standing = await standingOf(db, shopId)
      if (standing === null) return { kind: 'held', code: 'CHANNEL_SHOP_UNKNOWN', message: 'the shop is not known here any longer' }
      isKnownWell = standing.state === 'reachable' && standing.code === null
      return permitCall(standing, operation.effect, clock.now())
    },
    async heard(exchange: Exchange) {
      await recordExchange(db, shopId, exchange)
      const news = newsOfExchange(exchange.outcome)
      // That a shop answers which did so before is no news.
      if (news === null || (news.kind === 'answered' && isKnownWell)) return
      await hear(db, shopId, news, { now: clock.now(), chance: chanceOf(ids.uuid()) })
    },
  }
}
