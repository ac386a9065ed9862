import { type Claimed, claim, LEASE_MS } from './claim-step.ts'
import { callsPerClaim } from './flow.ts'
import type { SendOutcome } from './port.ts'
import { abandon, type Did, settle, settleConfirmed, withdraw } from './settle-step.ts'
import type { ChannelDeps } from './step.ts'
import * as store from './store.ts'

/** Calls that one step sends; more are sent by the next. */
const CALLS_PER_STEP_MAX = 400
/** Calls that are on their way at once: while they are answered the next are decided. */
const CALLS_IN_FLIGHT = 10
/** Shopify forgets a key after 24 h; before that a call without an answer is given up and its levels are read anew. */
const KEY_LIFE_MS = 23 * 60 * 60_000

export type Sent = { settled: number; forgot: number; isTrouble: boolean; isFull: boolean }

/**
 * Claims and sends until nothing is due or the shop is in trouble. Several calls are on their way at once, and the next are decided
 * as soon as the shop has room for one: at a shop that is short of points what is due meanwhile goes together. What is confirmed while
 * something is being settled is settled together. What was claimed and not sent when trouble came is given back: nobody has to wonder
 * what became of it.
 */
export async function sendAll(deps: ChannelDeps): Promise<Sent> {
  const most = deps.callsInFlight ?? CALLS_IN_FLIGHT
  const sent: Sent = { settled: 0, forgot: 0, isTrouble: false, isFull: false }
  const inFlight = new Set<Promise<void>>()
  const settleTogether = groupOf(deps)
  const room = roomAt(deps)
  let waiting: store.OpenCall[] = []
  let perClaim = most
  let calls = 0
  let isDry = false
  let failure: unknown = null
  const isOver = () => sent.isTrouble || deps.signal?.aborted === true || failure !== null

  const begin = (call: store.OpenCall): void => {
    const work = deliver(deps, call, settleTogether)
      .then(did => {
        perClaim = callsPerClaim(perClaim, deps.clock.now() - call.claimedAt, most)
        if (did === 'trouble') sent.isTrouble = true
        else add(sent, did)
      })
      .catch(error => {
        failure ??= error
      })
      .finally(() => inFlight.delete(work))
    inFlight.add(work)
  }

  try {
    while (!isOver()) {
      if (calls >= CALLS_PER_STEP_MAX) sent.isFull = true
      while (inFlight.size < most) {
        const call = waiting.shift()
        if (call === undefined) break
        begin(call)
      }
      // With one call at a time all happens one after the other, so that a story happens the same way twice.
      const isTurn = most > 1 || inFlight.size === 0
      const isToClaim = !isDry && !sent.isFull && isTurn && waiting.length < perClaim
      if (!isToClaim) {
        if (inFlight.size === 0) break
        await Promise.race(inFlight)
      } else if (await room.isThereBefore(inFlight)) {
        const next = await nextCalls(deps, Math.min(perClaim, CALLS_PER_STEP_MAX - calls))
        if (next === null) isDry = true
        else {
          add(sent, { settled: next.agreeing, forgot: next.forgot })
          waiting = waiting.concat(next.calls)
          calls += Math.max(1, next.calls.length)
        }
      }
    }
  } finally {
    room.leave()
  }
  await Promise.all(inFlight)
  if (failure !== null) throw failure
  for (const { callId } of waiting) await deps.db.transaction(tx => withdraw(tx, { shopId: deps.shopId, callId, now: deps.clock.now() }))
  return sent
}

/** Whether the shop has room for a call; asked for once for each claim, however often something else happens first. */
function roomAt({ port, signal }: ChannelDeps) {
  const over = new AbortController()
  let asked: Promise<true> | null = null
  return {
    /** True: there is room, now. False: one of these was done before. */
    async isThereBefore(others: ReadonlySet<Promise<void>>): Promise<boolean> {
      asked ??= port.readyToSend(signal ? AbortSignal.any([signal, over.signal]) : over.signal).then(() => true)
      const isThere = await Promise.race([asked, ...[...others].map(other => other.then(() => false))])
      if (isThere) asked = null
      return isThere
    },
    leave: () => over.abort(),
  }
}

function add(sent: Sent, did: { settled: number; forgot: number }): void {
  sent.settled += did.settled
  sent.forgot += did.forgot
}

/** An unanswered call again, else what is due as new ones; null: nothing is. */
async function nextCalls(deps: ChannelDeps, callsMax: number): Promise<(Claimed & { forgot: number }) | null> {
  const { db, clock, shopId } = deps
  const now = clock.now()
  const again = await db.transaction(tx => store.takeUnanswered(tx, { shopId, now, leaseUntil: now + LEASE_MS }))
  if (again === null) {
    const claimed = await db.transaction(tx => claim(tx, deps, now, { callsMax }))
    return claimed === null ? null : { ...claimed, forgot: 0 }
  }
  if (now - again.claimedAt <= KEY_LIFE_MS) return { calls: [again], agreeing: 0, forgot: 0 }
  const { forgot } = await db.transaction(tx => abandon(tx, { shopId, callId: again.callId, now }))
  return { calls: [], agreeing: 0, forgot }
}

type SettleTogether = (callId: string, outcome: Extract<SendOutcome, { kind: 'confirmed' }>) => Promise<number>

async function deliver(deps: ChannelDeps, call: store.OpenCall, settleTogether: SettleTogether): Promise<Did> {
  const outcome = await deps.port.send(call.frozen, deps.signal)
  if (outcome.kind !== 'confirmed') return settle(deps, call, outcome)
  return { settled: await settleTogether(call.callId, outcome), forgot: 0 }
}

/** What is confirmed while a settlement runs is settled by the next one, as one set. Gives the levels of the call that asked first. */
function groupOf(deps: ChannelDeps): SettleTogether {
  type Waiting = { callId: string; outcome: Extract<SendOutcome, { kind: 'confirmed' }> }
  let waiting: Waiting[] = []
  let next: Promise<number> | null = null
  let running: Promise<unknown> = Promise.resolve()
  return async (callId, outcome) => {
    waiting.push({ callId, outcome })
    if (next !== null) return next.then(() => 0)
    const mine = running
      .catch(() => undefined)
      .then(() => {
        const group = waiting
        waiting = []
        next = null
        return settleConfirmed(deps, group)
      })
    next = mine
    running = mine
    return mine
  }
}
