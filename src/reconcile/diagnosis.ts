import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { ageInWords, counted } from './age.ts'
import { byWeight, type Finding, type Severity } from './finding.ts'
import type { JudgedRoom } from './room-state.ts'
import { notLinked, whyNotSent } from './unlinked.ts'

/*
 * What is wrong, from facts that were read at one moment. `trueup doctor`, the Health page and the alerts all say what stands here, and
 * nothing here knows how the facts were come by.
 */

export type ShopFact = {
  shop: string
  isEnabled: boolean
  state: 'unknown' | 'reachable' | 'unreachable' | 'refused'
  code: string | null
  message: string | null
  since: InstantMs | null
  heldCode: string | null
  heldMessage: string | null
  heldSince: InstantMs | null
  /** Levels that wait to be sent there, and the units by which they differ from what the shop showed last. */
  waiting: number
  waitingUnits: number
  ordersCode: string | null
  ordersMessage: string | null
  /** Locations of the shop that are active and mapped to nothing. */
  unmapped: number
}

export type GroupFact = { code: string; shop: string; count: number; units: number; since: InstantMs | null; example: string }
export type FileFact = {
  feed: string
  fileId: number
  name: string
  state: 'held' | 'failed' | 'interrupted'
  code: string | null
  reason: string | null
  since: InstantMs
}
export type SourceFact = { name: string; state: string; code: string | null; reason: string | null; since: InstantMs | null }
export type JobFact = { job: string; slug: string; code: string; since: InstantMs | null; evidence: string; action: string } & {
  /** Of a shop's own schedule: whose, and the units that wait for it. */
  shop?: string
  unitsAtRisk?: number | null
}
export type DriftFact = { shop: string; levels: number; units: number; since: InstantMs | null }
export type MachineFact = {
  freeBytes: number | null
  dataDir: string
  databaseBytes: number
  ledgerDiffers: number
  clockSkewMs: number | null
}

export type Facts = {
  rooms: readonly JudgedRoom[]
  jobs: readonly JobFact[]
  shops: readonly ShopFact[]
  /** SKUs that could not be linked, by reason. */
  links: readonly GroupFact[]
  /** Levels that will not be sent as they are, by reason. */
  blocked: readonly GroupFact[]
  drift: readonly DriftFact[]
  files: readonly FileFact[]
  sources: readonly SourceFact[]
  machine: MachineFact
  /** What rooms found by themselves and speak of in this form already. */
  found: readonly Finding[]
}

/** Below this the database may stop for want of room before anybody looks again. */
export const DISK_FREE_BYTES_MIN = 1_024 ** 3
/** Shopify's clock and ours may differ by so much without any proof becoming weaker. */
export const CLOCK_SKEW_MS_MAX = 60_000

/** Everything that a person should know, worst first. */
export function diagnose(facts: Facts, now: InstantMs): Finding[] {
  const found = [
    ...facts.jobs.map(ofJob),
    ...facts.rooms.flatMap(ofRoom),
    ...facts.shops.flatMap(shop => ofShop(shop, now)),
    ...facts.drift.map(drift => ofDrift(drift, now)),
    ...facts.blocked.map(ofBlocked),
    ...facts.links.map(ofLink),
    ...facts.files.map(ofFile),
    ...facts.sources.flatMap(ofSource),
    ...ofMachine(facts.machine),
    ...facts.found,
  ].toSorted(byWeight)
  return saidOnce(found)
}

/** One finding for each code and subject, the heaviest: a shop that does not answer is why its orders cannot be read, too. */
function saidOnce(found: readonly Finding[]): Finding[] {
  const kept = new Map<string, Finding>()
  for (const one of found) {
    const key = `${one.code} ${one.subject}`
    if (!kept.has(key)) kept.set(key, one)
  }
  return [...kept.values()]
}

/** A job that rests or is late stops the stage that it works for. */
function ofJob({ job, slug, code, since, evidence, action, shop, unitsAtRisk = null }: JobFact): Finding {
  const severity: Severity = code === 'JOB_FAILED' || code === 'JOB_NOT_SCHEDULED' ? 'risk' : 'stop'
  const whose = shop === undefined ? {} : { shop }
  return { code, subject: job, ...whose, severity, since, evidence, unitsAtRisk, action: { label: action, to: `/jobs/${slug}` } }
}

function ofRoom(room: JudgedRoom): Finding[] {
  if (room.state !== 'stopped' && !(room.state === 'stuck' && room.word === 'Failing')) return []
  const action = { label: 'Look at the room', to: `/rooms/${room.room}` }
  const code = room.state === 'stopped' ? 'ROOM_STOPPED' : 'ROOM_FAILING'
  return [{ code, subject: room.room, severity: 'stop', since: null, evidence: room.reason, unitsAtRisk: null, action }]
}

function ofShop(shop: ShopFact, now: InstantMs): Finding[] {
  if (!shop.isEnabled) return []
  const found: Finding[] = []
  const page = `/shops/${encodeURIComponent(shop.shop)}`
  const about = { subject: shop.shop, shop: shop.shop, unitsAtRisk: shop.waitingUnits }
  const waits = shop.waiting === 0 ? 'Nothing waits.' : `${counted(shop.waiting, 'change waits', 'changes wait')}.`
  if (shop.state === 'unreachable') {
    const since = shop.since === null ? '' : ` for ${ageInWords(now - shop.since)}`
    const evidence = `Shopify has not answered for ${shop.shop}${since}. ${waits} It is tried again by itself; nothing to do.`
    found.push({
      ...about,
      code: shop.code ?? 'CHANNEL_UNREACHABLE',
      severity: 'stop',
      since: shop.since,
      evidence,
      action: { label: 'See the shop', to: page },
    })
  }
  if (shop.state === 'refused') {
    const evidence = `Shopify refuses us for ${shop.shop}: ${shop.message ?? 'it gave no reason'}. ${waits}`
    found.push({
      ...about,
      code: shop.code ?? 'CHANNEL_REQUEST_REFUSED',
      severity: 'stop',
      since: shop.since,
      evidence,
      action: { label: 'Mend the access', to: page },
    })
  }
  if (shop.state === 'reachable' && shop.heldCode !== null) {
    const severity = shop.waiting > 0 ? 'stop' : 'note'
    const evidence = `${shop.heldMessage ?? 'What is for this shop is held.'} ${waits}`
    found.push({
      ...about,
      code: shop.heldCode,
      severity,
      since: shop.heldSince,
      evidence,
      action: { label: 'Open Shopify Config', to: page },
    })
  }
  if (shop.ordersCode !== null) {
    const evidence = `The orders of ${shop.shop} could not be read, so numbers there only go down: ${shop.ordersMessage ?? ''}`
    found.push({ ...about, code: shop.ordersCode, severity: 'risk', since: null, evidence, action: { label: 'See the shop', to: page } })
  }
  if (shop.unmapped > 0) {
    const evidence = `${counted(shop.unmapped, 'active location', 'active locations')} of ${shop.shop} belong to no facility and no group, so nothing is written there.`
    found.push({
      ...about,
      code: 'CATALOG_LOCATION_UNMAPPED',
      severity: 'note',
      since: null,
      evidence,
      unitsAtRisk: null,
      action: { label: 'Map the locations', to: page },
    })
  }
  return found
}

function ofDrift({ shop, levels, units, since }: DriftFact, now: InstantMs): Finding {
  const oldest = since === null ? '' : `, the oldest for ${ageInWords(now - since)}`
  const evidence = `${counted(levels, 'level', 'levels')} of ${shop} show another number than was promised${oldest}.`
  const action = { label: 'See the differences', to: '/rooms/reconcile' }
  return { code: 'RECONCILE_DRIFT', subject: shop, shop, severity: 'risk', since, evidence, unitsAtRisk: units, action }
}

function ofBlocked({ code, shop, count, units, since, example }: GroupFact): Finding {
  const evidence = `${counted(count, 'level', 'levels')} of ${shop} ${whyNotSent(code, count)}, ${example} for example: ${counted(units, 'unit', 'units')}.`
  const severity: Severity = code.startsWith('OUTBOX_') ? 'note' : 'risk'
  const action = { label: 'See the levels', to: '/rooms/outbox' }
  // What is only to be known puts nothing at risk: no shop was ever told of it.
  return { code, subject: shop, shop, severity, since, evidence, unitsAtRisk: severity === 'note' ? null : units, action }
}

function ofLink({ code, shop, count, since, example }: GroupFact): Finding {
  const evidence = `In ${shop}, ${notLinked(code, count)}: ${example}${count === 1 ? '' : ' for example'}.`
  const action = { label: count === 1 ? 'See it' : 'See them', to: `/findings?code=${code}` }
  return { code, subject: shop, shop, severity: 'note', since, evidence, unitsAtRisk: null, action }
}

function ofFile({ feed, fileId, name, state, code, reason, since }: FileFact): Finding {
  const [codeOf, label, said] = FILE[state]
  const evidence = `${name} of the feed ${feed} ${said}${reason === null ? '.' : `: ${reason}`}`
  return {
    code: code ?? codeOf,
    subject: `${feed}: ${name}`,
    feed,
    severity: 'risk',
    since,
    evidence,
    unitsAtRisk: null,
    action: { label, to: `/files/${fileId}` },
  }
}

const FILE: Readonly<Record<FileFact['state'], readonly [code: string, label: string, said: string]>> = {
  held: ['FILE_HELD', 'Release or reject', 'is held'],
  failed: ['FILE_FAILED', 'See why', 'failed'],
  interrupted: ['FILE_INTERRUPTED', 'See what came', 'broke off and was not sent again'],
}

function ofSource({ name, state, code, reason, since }: SourceFact): Finding[] {
  if (state === 'ok' || (state === 'new' && code === null)) return []
  const evidence = `The source ${name} ${state === 'given_up' ? 'was given up' : state === 'stopped' ? 'is stopped' : 'cannot be read'}: ${reason ?? 'it gave no reason'}`
  const severity: Severity = state === 'failing' ? 'risk' : 'stop'
  return [
    {
      code: code ?? 'SOURCE_UNREACHABLE',
      subject: name,
      severity,
      since,
      evidence,
      unitsAtRisk: null,
      action: { label: 'See the source', to: '/sources' },
    },
  ]
}

function ofMachine({ freeBytes, dataDir, ledgerDiffers, clockSkewMs }: MachineFact): Finding[] {
  const found: Finding[] = []
  if (freeBytes !== null && freeBytes < DISK_FREE_BYTES_MIN) {
    const evidence = `${grouped(Math.round(freeBytes / 1e6))} MB are free where the data lies (${dataDir}).`
    found.push({
      code: 'DISK_LOW',
      subject: 'disk',
      severity: 'stop',
      since: null,
      evidence,
      unitsAtRisk: null,
      action: { label: 'Make room', to: '/help/DISK_LOW' },
    })
  }
  if (ledgerDiffers > 0) {
    const evidence = `${counted(ledgerDiffers, 'position is', 'positions are')} not the sum of the movements that made them.`
    found.push({
      code: 'INVENTORY_LEDGER_DIFFERS',
      subject: 'ledger',
      severity: 'risk',
      since: null,
      evidence,
      unitsAtRisk: null,
      action: { label: 'Check and repair', to: '/jobs/check-ledger' },
    })
  }
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > CLOCK_SKEW_MS_MAX) {
    const evidence = `This machine's clock is ${ageInWords(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} Shopify's.`
    found.push({
      code: 'CLOCK_SKEWED',
      subject: 'clock',
      severity: 'note',
      since: null,
      evidence,
      unitsAtRisk: null,
      action: { label: 'Set the clock', to: '/help/CLOCK_SKEWED' },
    })
  }
  return found
}
