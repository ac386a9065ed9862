import { type OpenShop, openShop } from '../adapters/shopify/shop.ts'
import { isSigned as isSignedWith } from '../adapters/shopify/webhook-signature.ts'
import { credentialOf } from '../catalog/credential-store.ts'
import { enabledShops, type Shop } from '../catalog/store.ts'
import type { ConformReport } from '../channel/conform-port.ts'
import type { JobLogBounds } from '../channel/exchange-store.ts'
import { compareInShadow, isWaitedFor } from '../channel/shadow-step.ts'
import { checkShop } from '../channel/standing-step.ts'
import { checkWebhooks } from '../channel/webhook-step.ts'
import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import type { StepReport } from '../kernel/report.ts'
import type { SecretBox } from './secret-box.ts'
import { guardOf } from './shop-guard.ts'
import { tokenSource } from './shop-tokens.ts'

export type Shops = {
  /**
   * Does one room's work for every enabled shop, all at once, and adds the reports up. A shop that takes long does not keep
   * the others waiting: its work goes on, and is not begun a second time meanwhile. Trouble is thrown when the others have
   * had their turn. `only`: the code of the one shop to do it for.
   */
  each(room: string, work: (shop: Shop, port: OpenShop) => Promise<StepReport>, of?: OfShops): Promise<StepReport>
  /** Looks after one shop: what it grants us, and whether its webhooks come to us. A person need not wait until it is time. */
  check(shop: Shop, of?: { isAskedByPerson?: boolean; signal?: AbortSignal }): Promise<StepReport>
  /** Whether these bytes were signed with the secret of the shop's app. */
  isSigned(shop: Shop, rawBody: Uint8Array, signature: string | undefined): Promise<boolean>
  /** Asks a development shop what documentation leaves open. */
  conform(shop: Shop, of: { isSure: boolean; signal: AbortSignal }): Promise<ConformReport>
  /** When all that was begun has ended. */
  settled(): Promise<void>
}

/** How long a step waits for a slow shop once the others are through. */
const SLOW_SHOP_WAIT_MS = 500

type Deps = {
  db: Db
  box: SecretBox
  clock: Clock
  ids: Ids
  sleep: Sleep
  fetch: typeof fetch
  /** Where Shopify reaches us; null: nowhere. */
  publicUrl: string | null
  /** How much of each shop's job log is kept; none: the usual. */
  jobLog?: JobLogBounds
}
/** Which shops: one by its code, or all but some. */
type OfShops = { only?: string | undefined; except?: readonly string[] }

type Outcome = { report: StepReport } | { failure: unknown }

/** Opens each shop once, and again when its address or token changed. */
export function openShops(deps: Deps): Shops {
  const open = new Map<string, OpenShop>()
  const begun = new Map<string, Promise<Outcome>>()
  const conform: Shops['conform'] = (shop, { isSure, signal }) => portOf(shop).conform({ isSure }, signal)
  return { each, check, isSigned, conform, settled: async () => void (await Promise.all(begun.values())) }

  async function check(shop: Shop, { isAskedByPerson = false, signal }: Parameters<Shops['check']>[1] = {}): Promise<StepReport> {
    const { db, clock, ids, publicUrl, jobLog } = deps
    const { shopId } = shop
    const port = portOf(shop)
    const asked = { port, shopId, ...(signal ? { signal } : {}) }
    const isWaited = await isWaitedFor(db, shopId, clock.now())
    const report = await checkShop({ db, clock, ids, jobLog, ...asked }, { isAskedByPerson: isAskedByPerson || isWaited })
    try {
      const isSecretKnown = (await secretsOf(shopId)).length > 0
      if (report.read > 0) await compareInShadow({ db, clock, ...asked })
      if (report.read > 0) await checkWebhooks({ db, clock, publicUrl, isSecretKnown, ...asked })
    } catch (error) {
      // What is wrong with the shop stands in its health and its job log by now.
      if (!(error instanceof TrueupError)) throw error
    }
    return report
  }

  async function isSigned(shop: Shop, rawBody: Uint8Array, signature: string | undefined): Promise<boolean> {
    return isSignedWith(rawBody, signature, await secretsOf(shop.shopId))
  }

  async function secretsOf(shopId: number): Promise<string[]> {
    const credential = await credentialOf(deps.db, shopId)
    return [credential?.clientSecretSealed, credential?.oldClientSecretSealed].flatMap(sealed => (sealed ? [deps.box.open(sealed)] : []))
  }

  async function each(
    room: string,
    work: (shop: Shop, port: OpenShop) => Promise<StepReport>,
    { only, except = [] }: OfShops = {},
  ): Promise<StepReport> {
    const shops = (await enabledShops(deps.db)).filter(({ code }) => (only === undefined || code === only) && !except.includes(code))
    const outcomes: Outcome[] = []
    const turns = shops.map(shop => begin(`${room} ${shop.shopId}`, () => work(shop, portOf(shop))).then(one => void outcomes.push(one)))
    // One shop is waited for as long as it takes; several are not kept waiting by the slowest of them.
    await (turns.length > 1 ? untilMostAreThrough(turns) : Promise.all(turns))
    const failed = outcomes.find(one => 'failure' in one)
    if (failed && 'failure' in failed) throw failed.failure
    return sumOf(outcomes.flatMap(one => ('report' in one ? [one.report] : [])))
  }

  function begin(name: string, work: () => Promise<StepReport>): Promise<Outcome> {
    const underWay = begun.get(name)
    if (underWay !== undefined) return underWay
    const turn = (async (): Promise<Outcome> => {
      try {
        return { report: await work() }
      } catch (failure) {
        return { failure }
      } finally {
        begun.delete(name)
      }
    })()
    begun.set(name, turn)
    return turn
  }

  async function untilMostAreThrough(turns: readonly Promise<void>[]): Promise<void> {
    const enough = new AbortController()
    await Promise.any(turns)
    await Promise.race([Promise.all(turns), deps.sleep(SLOW_SHOP_WAIT_MS, enough.signal)])
    enough.abort()
  }

  function portOf(shop: Shop): OpenShop {
    const key = `${shop.shopId} ${shop.apiUrl} ${shop.apiVersion} ${shop.tokenSealed}`
    const known = open.get(key)
    if (known) return known
    const { clock, sleep, fetch } = deps
    const port = openShop({
      apiUrl: shop.apiUrl,
      apiVersion: shop.apiVersion,
      token: tokenSource(deps, shop),
      fetch,
      clock,
      sleep,
      guard: guardOf(deps, shop.shopId),
    })
    open.set(key, port)
    return port
  }
}

function sumOf(reports: readonly StepReport[]): StepReport {
  const total: StepReport = { read: 0, wrote: 0, more: false }
  for (const report of reports) {
    total.read += report.read
    total.wrote += report.wrote
    total.more ||= report.more
    if (report.notes) total.notes = { ...total.notes, ...report.notes }
  }
  return total
}
