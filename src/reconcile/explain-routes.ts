import { explainTarget, type Part, sentenceOf } from '../availability/availability.ts'
import { termsOfProduct } from '../availability/terms-store.ts'
import { controlSentence } from '../channel/control.ts'
import { type ControlAtLevel, controlsAtProduct } from '../channel/control-store.ts'
import type { Sql } from '../db/connection.ts'
import { restOf } from '../feed/file-state.ts'
import type { FileRoom } from '../feed/port.ts'
import { explained, type explainedLevel, explainQuery } from '../http/contract/explain.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { skuParams } from '../http/contract/stock.ts'
import { assert } from '../kernel/assert.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { grouped } from '../kernel/grouped.ts'
import { chainOf, firstBroken, type LevelFacts, type Link } from './chain.ts'
import { unknownSku } from './explain-not-found.ts'
import * as store from './explain-store.ts'

export type ExplainDeps = { db: Sql; clock: Clock; files: Pick<FileRoom, 'readSpool' | 'readRest'> }

/** Levels that one question is answered for; more are named one by one. */
const LEVELS_EXPLAINED_MAX = 20
/** Lines of files that are looked up in them for one level. */
const LINES_READ_MAX = 5
const LINE_BYTES_MAX = 2_000

/** Any number of a SKU, from the line of the file to what the shop shows, now or at an instant that is past. */
export function explainRoutes(deps: ExplainDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/explain',
      summary: 'The whole way of a number: file, line, movements, orders, rules, promise, call, answer, and what the shop showed',
      tag: 'reconcile',
      role: 'viewer',
      params: skuParams,
      query: explainQuery,
      answer: explained,
      async handle({ params, query }) {
        const product = await store.productCalled(deps.db, params.sku)
        if (product === null) throw unknownSku(params.sku)
        const asked = { productId: product.productId, at: query.at ?? null, shop: query.shop ?? null, limit: LEVELS_EXPLAINED_MAX + 1 }
        const named = await store.levelsCalled(deps.db, asked)
        const levels: Answer<typeof explainedLevel>[] = []
        for (const level of named.slice(0, LEVELS_EXPLAINED_MAX)) {
          const key = { ...level, productId: product.productId }
          levels.push(query.asOf === undefined ? await explainNow(deps, key) : await explainThen(deps, key, query.asOf))
        }
        return { sku: product.sku, name: product.name, asOf: query.asOf ?? null, levels, isMore: named.length > LEVELS_EXPLAINED_MAX }
      },
    }),
  ]
}

type Key = store.NamedLevel & { productId: number }

async function explainNow({ db, clock, files }: ExplainDeps, level: Key): Promise<Answer<typeof explainedLevel>> {
  const now = clock.now()
  // Two at a time, each on a connection that keeps its statements: more would wait for each other's processor.
  const [{ terms, orders, standing, controls }, { facilities, movements, call }] = await Promise.all([
    promiseSide(db, level, now),
    stockSide(db, level, { asOf: null, now }),
  ])
  assert(terms !== undefined, 'a level that was named has its terms')
  const explanation = explainTarget(terms)
  const { intent, shown, observed, health } = standing
  const controlsHere = controls.filter(each => each.ofShopId === level.shopId && each.ofLocationId === level.locationId)
  const newest = newestLine(facilities)
  const isCallOfNewest = call !== null && call.revision === terms.revision && call.rowCode === null
  const facts: LevelFacts = {
    now,
    file: newest && { name: newest.fileName, line: newest.line, at: newest.recordedAt },
    newerFile: newest && (await store.newerFile(db, newest)),
    countedAt: lastOf(facilities.map(one => one.countedAt)),
    isCounted: facilities.some(one => one.onHandUnits !== null),
    ...sumsOf(facilities),
    orders: new Set(orders.map(order => order.order)).size,
    promisedUnits: terms.sellableUnits - terms.deficitUnits,
    explainedUnits: explanation.sellableUnits - explanation.deficitUnits,
    promisedAt: terms.changedAt,
    withdrawn: terms.withdrawnCode === null ? null : { code: terms.withdrawnCode, rule: terms.withdrawnRule },
    intent: intent && { ...intent, isOfNewest: intent.revision === terms.revision },
    call: isCallOfNewest ? call : null,
    trouble: troubleOf(health),
    paused: sentenceOfFirst(controlsHere, 'pause'),
    sellsNothing: sentenceOfFirst(controlsHere, 'sell_nothing'),
    observed: observed && { ...observed, isOfNewest: observed.revision === terms.revision },
    shown,
  }
  const links = chainOf(facts)
  const told = isCallOfNewest ? call.units : null
  return {
    ...{ shop: level.shop, location: level.location, links, firstBroken: firstBroken(links), explanation },
    sentence: sentenceOf(explanation, takenOff(isCallOfNewest ? call.unseenUnits : 0, shown?.reservedUnits ?? 0), told),
    promisedUnits: facts.promisedUnits,
    toldUnits: told ?? (intent?.state === 'confirmed' ? intent.units : null),
    evidence: {
      facilities: await withRaw(files, facilities),
      movements,
      orders,
      call,
      shown,
    },
  }
}

async function promiseSide(db: Sql, level: Key, now: InstantMs) {
  const [terms] = await termsOfProduct(db, level.productId, level)
  const orders = await store.orderEvidence(db, level, level.groupId)
  const standing = await store.standingOf(db, level)
  return { terms, orders, standing, controls: await controlsAtProduct(db, level.productId, now) }
}

async function stockSide(db: Sql, level: Key, at: { asOf: InstantMs | null; now: InstantMs }) {
  const facilities = await store.facilityEvidence(db, level, at)
  const movements = await store.movementEvidence(db, level, { ...at, isGroup: level.groupId !== null })
  return { facilities, movements, call: await store.callEvidence(db, level, at.asOf) }
}

async function promiseThen(db: Sql, level: Key, asOf: InstantMs) {
  return { orders: await store.orderEvidenceAt(db, level, asOf), promised: await store.promisedAt(db, level, asOf) }
}

/** What the merge takes off a promise before it is told: sales not heard of yet, and units in draft orders. */
function takenOff(unseenUnits: number, draftUnits: number): Part[] {
  return [
    { units: unseenUnits, said: 'unseen' },
    { units: draftUnits, said: 'in draft orders' },
  ]
}

/** The past: what is kept of it for years is the ledger, what was promised, and every call. What the queue and the shop held is not. */
async function explainThen({ db, clock, files }: ExplainDeps, level: Key, asOf: InstantMs): Promise<Answer<typeof explainedLevel>> {
  const at = { asOf, now: clock.now() }
  const [{ orders, promised }, { facilities, movements, call }] = await Promise.all([
    promiseThen(db, level, asOf),
    stockSide(db, level, at),
  ])
  const { onHandUnits, reservedUnits } = sumsOf(facilities)
  const isCounted = facilities.some(one => one.onHandUnits !== null)
  const newest = newestLine(facilities)
  const whole = { code: null, next: null, state: 'whole' } as const
  const unknown = { code: null, next: null, state: 'unknown', at: null } as const
  const links: Link[] = [
    newest === null
      ? { link: 'file', ...whole, state: 'off', said: 'No file had moved it.', at: null }
      : {
          link: 'file',
          ...whole,
          said: `${newest.fileName}${newest.line === null ? '' : `, line ${newest.line}`}.`,
          at: newest.recordedAt,
        },
    isCounted
      ? { link: 'on_hand', ...whole, said: `${grouped(onHandUnits)} on hand.`, at: asOf }
      : { link: 'on_hand', ...unknown, said: 'It had not been counted here yet.' },
    { link: 'reserved', ...whole, said: `${grouped(reservedUnits)} held by orders.`, at: asOf },
    promised === null
      ? { link: 'promised', ...unknown, said: 'Nothing had been promised yet.' }
      : { link: 'promised', ...whole, said: `${grouped(promised.promisedUnits)} promised.`, at: promised.at },
    call === null
      ? { link: 'upload', ...unknown, said: 'No call had carried it yet.' }
      : {
          link: 'upload',
          ...whole,
          said: `A call carried ${grouped(call.units)}, and the shop showed ${grouped(call.fromUnits)} before.`,
          at: call.claimedAt,
        },
  ]
  return {
    ...{ shop: level.shop, location: level.location, links, firstBroken: null, explanation: null },
    sentence: sentenceThen({ onHandUnits, reservedUnits, isCounted, promised }),
    promisedUnits: promised?.promisedUnits ?? null,
    toldUnits: call?.units ?? null,
    evidence: {
      facilities: await withRaw(files, facilities),
      movements,
      orders,
      call,
      shown: null,
    },
  }
}

function sentenceThen(of: { onHandUnits: number; reservedUnits: number; isCounted: boolean; promised: store.Promised | null }): string {
  if (!of.isCounted) return 'not counted at that time, so nothing was promised'
  const { promised } = of
  if (promised === null) return `${grouped(of.onHandUnits)} on hand − ${grouped(of.reservedUnits)} reserved; nothing had been promised yet`
  const parts = [`${grouped(of.onHandUnits)} on hand`]
  for (const [units, said] of [
    [of.reservedUnits, 'reserved'],
    [Math.max(0, promised.freeUnits - promised.spareUnits), 'safety stock'],
    [promised.queuedUnits, 'queued'],
    [promised.thresholdUnits, 'threshold'],
  ] as const) {
    if (units > 0) parts.push(`${grouped(units)} ${said}`)
  }
  return `${parts.join(' − ')} = ${grouped(promised.promisedUnits)}`
}

function sumsOf(facilities: readonly store.FacilityEvidence[]): { onHandUnits: number; reservedUnits: number } {
  return {
    onHandUnits: facilities.reduce((sum, one) => sum + (one.onHandUnits ?? 0), 0),
    reservedUnits: facilities.reduce((sum, one) => sum + one.reservedUnits, 0),
  }
}

function newestLine(facilities: readonly store.FacilityEvidence[]): store.FileLine | null {
  return facilities.reduce<store.FileLine | null>(
    (newest, { line }) => (line !== null && (newest === null || line.recordedAt > newest.recordedAt) ? line : newest),
    null,
  )
}

function lastOf(instants: readonly (InstantMs | null)[]): InstantMs | null {
  const known = instants.filter(at => at !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** The time as it travels: whoever reads it may sit anywhere. */
function sentenceOfFirst(controls: readonly ControlAtLevel[], kind: ControlAtLevel['kind']): string | null {
  const control = controls.find(each => each.kind === kind)
  return control === undefined ? null : controlSentence(control, at => new Date(at).toISOString())
}

function troubleOf(health: store.Standing['health']): LevelFacts['trouble'] {
  if (health !== null && health.heldCode !== null && health.state === 'reachable')
    return { code: health.heldCode, message: health.heldMessage ?? 'The shop may not be written.' }
  if (health === null || health.code === null || health.state === 'reachable' || health.state === 'unknown') return null
  return { code: health.code, message: health.message ?? 'The shop cannot be written.' }
}

type Evidence = Answer<typeof explainedLevel>['evidence']['facilities']

async function withRaw(files: ExplainDeps['files'], facilities: readonly store.FacilityEvidence[]): Promise<Evidence> {
  let read = 0
  const shown: Evidence = []
  for (const facility of facilities) {
    const { line } = facility
    const raw = line !== null && line.byteOffset !== null && read < LINES_READ_MAX ? await rawOf(files, line, line.byteOffset) : null
    if (raw !== null) read++
    shown.push({ ...facility, line: line && { ...line, raw } })
  }
  return shown
}

/** A line as it stands in the kept file. What is packed, or is no text, is not shown; a file that is gone is no reason to fail. */
async function rawOf(files: ExplainDeps['files'], line: store.FileLine, from: number): Promise<string | null> {
  const range = { from, bytes: LINE_BYTES_MAX }
  const kind = restOf(line.state as Parameters<typeof restOf>[0])
  const pieces: Uint8Array[] = []
  try {
    const bytes =
      line.restName === null || kind === null
        ? files.readSpool(line.spoolName, range)
        : files.readRest({ home: line.home, folder: line.folder, kind, restName: line.restName }, range)
    for await (const piece of bytes) pieces.push(piece)
  } catch (error) {
    if (error instanceof TrueupError && error.code === 'FILE_BYTES_MISSING') return null
    throw error
  }
  const text = new TextDecoder('utf-8').decode(joined(pieces)).split(/\r?\n/, 1)[0] ?? ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what holds them is no text
  return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? null : text
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
