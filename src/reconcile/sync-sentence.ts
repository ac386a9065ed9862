import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { ageInWords, counted } from './age.ts'
import type { JudgedRoom, RoomOfStreet } from './room-state.ts'

export type SyncState = 'in_sync' | 'catching_up' | 'not_in_sync' | 'unknown'

export type SyncFacts = {
  now: InstantMs
  /** How long a change may take until the shop shows it. */
  objectiveMs: number
  figures: {
    levels: number
    levelsEqual: number
    levelsDifferent: number
    levelsWaiting: number
    unitsAtRisk: number
    differentSince: InstantMs | null
    comparedAt: InstantMs | null
  }
  rooms: readonly (JudgedRoom & { backlog: number; oldestAt: InstantMs | null })[]
  shops: readonly {
    code: string
    /** Held: the shop answers, something waits for it, and one of the two switches does not let us write. */
    health: 'unknown' | 'reachable' | 'unreachable' | 'refused' | 'held'
    since: InstantMs | null
    message: string | null
  }[]
}

/** Without a comparison for so long, what was proved is history: each night's hard sync compares everything. */
export const PROOF_MS_MAX = 26 * 3_600 * 1_000

/**
 * Is stock in sync? One sentence, from what was proved and from nothing else. "In sync" is said only while every level
 * was read back equal, nothing is on its way, every room is alive, and the proof is not old.
 */
export function syncSentence(facts: SyncFacts): { state: SyncState; sentence: string } {
  const { figures, now } = facts
  if (facts.shops.length === 0) return unknown('no shop is connected yet')

  const troubled = facts.shops.find(shop => shop.health === 'unreachable' || shop.health === 'refused' || shop.health === 'held')
  if (troubled) return troubledShop(troubled, facts)

  const blind = facts.rooms.find(room => room.room === 'reconcile' && (isSilent(room) || room.state === 'paused'))
  if (blind) return unknown(`nobody reads the shop back: ${lowerFirst(blind.reason)} ${lastProof(facts)}`)
  if (figures.comparedAt === null) return unknown(`nothing has been read back from the shop yet. ${onTheWay(facts)}`)
  if (now - figures.comparedAt > PROOF_MS_MAX) return unknown(`the shop was last read back ${ageInWords(now - figures.comparedAt)} ago.`)

  if (figures.levelsDifferent > 0) return differing(facts)

  const silent = facts.rooms.find(isSilent)
  if (silent) return unknown(`${NAMES[silent.room]} does not work: ${lowerFirst(silent.reason)} ${lastProof(facts)}`)
  const isOnTheWay = figures.levelsWaiting > 0 || backlogOf(facts) > 0
  const jammed = facts.rooms.find(room => room.state === 'stuck' && STOPS_THE_STREET.has(room.room))
  const paused = facts.rooms.find(room => room.state === 'paused' && room.backlog > 0)
  if (isOnTheWay && paused) {
    return { state: 'not_in_sync', sentence: `Not in sync: ${equalOf(facts)}, and ${NAMES[paused.room]} is paused. ${paused.reason}` }
  }
  if (isOnTheWay && jammed) {
    return { state: 'not_in_sync', sentence: `Not in sync: ${equalOf(facts)}, and ${NAMES[jammed.room]} needs you. ${jammed.reason}` }
  }
  const late = isOnTheWay ? lateOf(facts) : null
  if (late !== null) return late
  if (isOnTheWay) return { state: 'catching_up', sentence: `Catching up: ${equalOf(facts)}. ${onTheWay(facts)}` }
  if (figures.levels === 0) return unknown('nothing is promised to a shop yet, so there is nothing to compare.')
  return {
    state: 'in_sync',
    sentence: `In sync: all ${counted(figures.levels, 'level is', 'levels are')} equal, last read back ${ageInWords(now - figures.comparedAt)} ago.`,
  }
}

/** Rooms in which something stuck holds back levels that could be equal. What was never linked to a shop is no level of it. */
const STOPS_THE_STREET: ReadonlySet<RoomOfStreet> = new Set(['import', 'orders', 'inventory', 'availability', 'channel'])

function isSilent(room: JudgedRoom): boolean {
  return room.state === 'stopped' || room.state === 'unknown'
}

function unknown(because: string): { state: SyncState; sentence: string } {
  return { state: 'unknown', sentence: `Unknown: ${because.trim()}${/[.!?]$/.test(because.trim()) ? '' : '.'}` }
}

function troubledShop(shop: SyncFacts['shops'][number], facts: SyncFacts): { state: SyncState; sentence: string } {
  const since = shop.since === null ? '' : ` for ${ageInWords(facts.now - shop.since)}`
  const waiting = facts.figures.levelsWaiting
  const rest = waiting > 0 ? ` ${counted(waiting, 'change waits', 'changes wait')}.` : ''
  if (shop.health === 'unreachable') {
    return {
      state: 'not_in_sync',
      sentence: `Not in sync${since}: Shopify does not answer for ${shop.code}.${rest} It is tried again by itself; nothing to do.`,
    }
  }
  if (shop.health === 'held') {
    return {
      state: 'not_in_sync',
      sentence: `Not in sync${since}: ${shop.code} is held: ${shop.message}.${rest} What waits goes by itself once it is mended.`,
    }
  }
  return {
    state: 'not_in_sync',
    sentence: `Not in sync${since}: Shopify refuses us for ${shop.code}${shop.message ? `: ${shop.message}` : ''}.${rest}`,
  }
}

function differing({ figures, now }: SyncFacts): { state: SyncState; sentence: string } {
  const since = figures.differentSince === null ? '' : `, the oldest for ${ageInWords(now - figures.differentSince)}`
  const risk = `${counted(figures.unitsAtRisk, 'unit', 'units')} at risk`
  return {
    state: 'not_in_sync',
    sentence: `Not in sync: ${grouped(figures.levelsDifferent)} of ${counted(figures.levels, 'level differs', 'levels differ')}${since}; ${risk}.`,
  }
}

function equalOf({ figures }: SyncFacts): string {
  return `${grouped(figures.levelsEqual)} of ${counted(figures.levels, 'level is', 'levels are')} equal`
}

function lastProof(facts: SyncFacts): string {
  const { comparedAt, levels } = facts.figures
  if (comparedAt === null || levels === 0) return ''
  return `When last compared, ${ageInWords(facts.now - comparedAt)} ago, ${equalOf(facts).replace(' is equal', ' was equal').replace(' are equal', ' were equal')}.`
}

function backlogOf(facts: SyncFacts): number {
  return facts.rooms.reduce((sum, room) => sum + (room.room === 'catalog' ? 0 : room.backlog), 0)
}

/** The oldest change is older than it may become, whoever is to blame: that is no catching up any more. Null: it is not. */
function lateOf(facts: SyncFacts): { state: SyncState; sentence: string } | null {
  const oldest = oldestOf(facts)
  if (!oldest || oldest.oldestAt === null || facts.now - oldest.oldestAt <= facts.objectiveMs) return null
  const waits = `the oldest change has waited ${ageInWords(facts.now - oldest.oldestAt)}, now at ${NAMES[oldest.room]}`
  return {
    state: 'not_in_sync',
    sentence: `Not in sync: ${equalOf(facts)}, and ${waits}; it may take ${ageInWords(facts.objectiveMs)}. ${oldest.reason}`,
  }
}

function oldestOf(facts: SyncFacts): SyncFacts['rooms'][number] | undefined {
  const waiting = facts.rooms.filter(room => room.backlog > 0 && room.room !== 'catalog')
  return waiting.toSorted((one, other) => (one.oldestAt ?? facts.now) - (other.oldestAt ?? facts.now))[0]
}

/** Where the oldest item waits: the first thing that somebody wants to know. */
function onTheWay(facts: SyncFacts): string {
  const oldest = oldestOf(facts)
  if (oldest) {
    const since = oldest.oldestAt === null ? '' : ` for ${ageInWords(facts.now - oldest.oldestAt)}`
    return `${facts.figures.levelsWaiting > 0 ? `${counted(facts.figures.levelsWaiting, 'level is', 'levels are')} on the way; the` : 'The'} oldest item waits at ${NAMES[oldest.room]}${since}.`
  }
  return facts.figures.levelsWaiting > 0 ? `${counted(facts.figures.levelsWaiting, 'level is', 'levels are')} on the way.` : ''
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

const NAMES: Readonly<Record<RoomOfStreet, string>> = {
  feed: 'Feed',
  import: 'Import',
  orders: 'Orders',
  inventory: 'Inventory',
  availability: 'Availability',
  outbox: 'Outbox',
  channel: 'Channel',
  reconcile: 'Reconcile',
  catalog: 'Catalogue',
}
