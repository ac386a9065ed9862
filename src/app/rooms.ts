import { createHash } from 'node:crypto'
import { checkPromises } from '../availability/check-step.ts'
import { purgeHistory } from '../availability/history-step.ts'
import { sellable } from '../availability/sellable-store.ts'
import * as availability from '../availability/step.ts'
import { readNews } from '../catalog/news-step.ts'
import { readShop } from '../catalog/step.ts'
import * as channel from '../channel/step.ts'
import type { Db } from '../db/connection.ts'
import { lookForTheirFeed } from '../feed/misplaced-step.ts'
import type { FileRoom } from '../feed/port.ts'
import { letOriginalsGo, putAwayStep } from '../feed/put-away-step.ts'
import * as feed from '../feed/step.ts'
import { lookAround } from '../feed/stray-step.ts'
import { reportErrors } from '../import/error-file-step.ts'
import type { FormatReader } from '../import/format-port.ts'
import * as imports from '../import/step.ts'
import { type Bring, bringWaitingHome } from '../import/waiting-step.ts'
import { layLarge } from '../inventory/large-step.ts'
import { reportStep } from '../inventory/report-step.ts'
import * as inventory from '../inventory/step.ts'
import type { RoomStep } from '../jobs/job.ts'
import { EXCEPT_SHOPS } from '../jobs/job-parameter.ts'
import type { Cause } from '../jobs/room-loop.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as orders from '../orders/step.ts'
import { systemStep } from '../orders/system-step.ts'
import * as outbox from '../outbox/step.ts'
import type { AlertPort } from '../reconcile/alert-port.ts'
import { hardSync } from '../reconcile/proof-step.ts'
import { sampleStreet } from '../reconcile/sample-step.ts'
import * as reconcile from '../reconcile/step.ts'
import { countStep } from '../reconcile/tally-store.ts'
import { sendAlerts, watch } from '../reconcile/watch-step.ts'
import { foreignBooking } from './foreign.ts'
import { healthFacts, streetOf, syncNow } from './health-facts.ts'
import { recogniser } from './recognise.ts'
import type { Shops } from './shops.ts'
import type { SourceVisits } from './sources.ts'

export type RoomDeps = {
  db: Db
  clock: Clock
  ids: Ids
  files: FileRoom
  format: FormatReader
  shops: Pick<Shops, 'each' | 'check'>
  pollFolders(): Promise<StepReport>
  visitSources: SourceVisits
  alertPort: AlertPort
  consoleUrl: string | null
  dataDir: string
  bring: Bring
}

/** What a run is told; `shop`: the code of the one shop that it is for, `source`: the name of the one source, `exceptShops`: those that it leaves out. */
type RunParameters = Readonly<Record<string, string>>

export type Steps = Record<
  RoomStep,
  (signal?: AbortSignal, parameters?: RunParameters, cause?: Cause, ended?: AbortSignal) => Promise<StepReport>
>

/** Every room's unit of work, with what it needs. The clockwork calls them; a story may call them itself, in any order. */
export function roomSteps(deps: RoomDeps): Steps {
  const { db, clock, ids, files, format, shops, pollFolders, visitSources, bring } = deps
  const bookForeign = foreignBooking({ db, clock })
  const forShops = (room: RoomStep, work: Parameters<Shops['each']>[1], parameters?: RunParameters) =>
    shops.each(room, work, { only: parameters?.shop, except: parameters?.[EXCEPT_SHOPS]?.split(',') ?? [] })
  return {
    catalog: (signal, parameters) =>
      forShops('catalog', (shop, port) => readShop({ db, clock }, { shopId: shop.shopId, port, ...abort(signal) }), parameters),
    sources: (signal, parameters, _cause, ended) => visitSources(signal, { only: parameters?.source, run: parameters, ended }),
    'catalog-news': (signal, parameters) =>
      forShops('catalog-news', (shop, port) => readNews({ db, clock }, { shopId: shop.shopId, port, ...abort(signal) }), parameters),
    feed: () => inTurn(pollFolders, () => feed.step({ db, clock, files, hash: algorithm => createHash(algorithm) })),
    import: () =>
      inTurn(
        () => bringWaitingHome({ db, bring }),
        () => imports.step({ db, clock, files, format, isLarge: false }),
      ),
    'large-files': () =>
      inTurn(
        () => imports.step({ db, clock, files, format, isLarge: true }),
        () => layLarge({ db, clock }),
      ),
    // Whoever might need orders nudges; only whoever does, a tick or a person has a shop asked.
    orders: (signal, parameters, cause) =>
      inTurn(
        () => systemStep({ db, clock }),
        () =>
          forShops(
            'orders',
            (shop, port) =>
              (cause === 'nudge' ? orders.stepWhenDue : orders.step)({ db, clock, port, shopId: shop.shopId, ...abort(signal) }),
            parameters,
          ),
      ),
    inventory: () => inventory.step({ db, clock }),
    availability: () => availability.step({ db, clock }),
    outbox: () => outbox.step({ db, clock }),
    channel: (signal, parameters) =>
      forShops(
        'channel',
        (shop, port) => channel.step({ db, clock, ids, port, uploads: port, shopId: shop.shopId, bookForeign, ...abort(signal) }),
        parameters,
      ),
    'shop-check': (signal, parameters) => forShops('shop-check', shop => shops.check(shop, abort(signal)), parameters),
    reconcile: (signal, parameters) =>
      inTurn(
        () => forShops('reconcile', (shop, port) => reconcile.step({ db, clock, port, shopId: shop.shopId, ...abort(signal) }), parameters),
        () => countStep({ db }),
      ),
    'hard-sync': (signal, parameters) =>
      forShops('hard-sync', (shop, port) => hardSync({ db, clock, port, shopId: shop.shopId, ...abort(signal) }), parameters),
    'put-away': () =>
      inTurn(
        () => reportErrors({ db, clock, files }),
        () => reportStep({ db, clock, files, sources: { sellable } }),
        () => putAwayStep({ db, clock, files }),
      ),
    'look-around': () =>
      inTurn(
        () => lookAround({ db, clock, files, recognise: recogniser(format) }),
        () => lookForTheirFeed({ db, clock, files, recognise: recogniser(format) }),
        () => letOriginalsGo({ db, clock, files }),
      ),
    'check-ledger': () =>
      inTurn(
        () => inventory.checkLedger({ db, clock }),
        () => checkPromises({ db, clock }),
        () => purgeHistory({ db, clock }),
      ),
    watch: () =>
      inTurn(
        () => watch({ ...deps, facts: () => healthFacts(deps), sentence: () => syncNow(deps) }),
        () => sampleStreet({ db, clock, moment: () => streetOf(deps) }),
      ),
    alerts: signal => sendAlerts({ db, clock, port: deps.alertPort, ...abort(signal) }),
  }
}

/** Which rooms have something to look at when one has written something. */
export const FOLLOWS: Partial<Record<RoomStep, readonly RoomStep[]>> = {
  catalog: ['import', 'inventory', 'availability', 'outbox', 'orders'],
  'catalog-news': ['inventory', 'availability', 'outbox', 'orders'],
  sources: ['feed'],
  feed: ['import', 'large-files', 'put-away'],
  import: ['inventory', 'availability', 'put-away', 'orders', 'catalog-news'],
  'large-files': ['inventory', 'availability', 'put-away', 'orders', 'catalog-news'],
  orders: ['inventory', 'channel', 'put-away'],
  // A file with the same bytes as the one just booked waits in feed until that has its outcome.
  inventory: ['availability', 'put-away', 'feed'],
  availability: ['outbox'],
  outbox: ['channel'],
  // What left, and what somebody else's number became ours, are changes of the catalogue and of the ledger.
  channel: ['reconcile', 'orders', 'availability', 'outbox'],
  reconcile: ['channel'],
  'hard-sync': ['channel'],
  // A promise that was not as it should be is told again.
  'check-ledger': ['outbox'],
  watch: ['alerts'],
}

function abort(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

async function inTurn(...works: (() => Promise<StepReport>)[]): Promise<StepReport> {
  let total = NOTHING_TO_DO
  for (const work of works) {
    const report = await work()
    total = { read: total.read + report.read, wrote: total.wrote + report.wrote, more: total.more || report.more }
  }
  return total
}
