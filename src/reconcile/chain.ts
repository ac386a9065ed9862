import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'

/**
 * The way of one number, from the line of the file it came from to what the shop shows: a link for each hand it went through.
 * The first link that is not whole is where somebody has to look; everything after it only follows.
 *
 *   file → on hand → reserved → promised → intent → upload → shop
 */
export const LINKS = ['file', 'on_hand', 'reserved', 'promised', 'intent', 'upload', 'shop'] as const
export type LinkName = (typeof LINKS)[number]

/**
 *   whole    what came before has arrived here
 *   waiting  it is on its way, and goes on by itself
 *   broken   it waits for somebody
 *   off      nothing has to arrive here, on purpose
 *   unknown  nobody has looked yet
 */
export type LinkState = 'whole' | 'waiting' | 'broken' | 'off' | 'unknown'

export type Link = {
  link: LinkName
  state: LinkState
  said: string
  at: InstantMs | null
  code: string | null
  /** What to do next; null where nothing has to be done. */
  next: string | null
}

/** What is known of one level at one moment, gathered from the rooms. */
export type LevelFacts = {
  now: InstantMs
  /** The newest file that moved stock here, and a newer one of its feed that did not get through. */
  file: { name: string; line: number | null; at: InstantMs } | null
  newerFile: { name: string; state: string; code: string | null; at: InstantMs } | null
  countedAt: InstantMs | null
  isCounted: boolean
  onHandUnits: number
  reservedUnits: number
  orders: number
  promisedUnits: number
  explainedUnits: number
  promisedAt: InstantMs
  withdrawn: { code: string; rule: string | null } | null
  intent: {
    state: 'pending' | 'sending' | 'confirmed' | 'blocked'
    units: number
    code: string | null
    hint: string | null
    changedAt: InstantMs
    isOfNewest: boolean
  } | null
  /** The newest call that carried this level. */
  call: {
    state: 'claimed' | 'answered'
    outcome: string | null
    rowCode: string | null
    units: number
    claimedAt: InstantMs
    answeredAt: InstantMs | null
  } | null
  /** What the shop's standing says against sending; null: nothing does. */
  trouble: { code: string; message: string } | null
  /** What a person has switched off here, each as a sentence. */
  paused: string | null
  sellsNothing: string | null
  observed: {
    verdict: 'equal' | 'different' | 'waiting' | 'not_stocked'
    expectedUnits: number
    shopUnits: number | null
    isOfNewest: boolean
    readAt: InstantMs
  } | null
  shown: { availableUnits: number; readAt: InstantMs } | null
}

export function chainOf(facts: LevelFacts): Link[] {
  return [
    fileLink(facts),
    onHandLink(facts),
    reservedLink(facts),
    promisedLink(facts),
    intentLink(facts),
    uploadLink(facts),
    shopLink(facts),
  ]
}

/** Where the chain breaks: the first link that waits for somebody, else the first that is on its way or was not looked at. */
export function firstBroken(links: readonly Link[]): Link | null {
  return links.find(link => link.state === 'broken') ?? links.find(link => link.state === 'waiting' || link.state === 'unknown') ?? null
}

const whole = { state: 'whole', code: null, next: null } as const
const waiting = { state: 'waiting', code: null, next: null } as const

function fileLink({ file, newerFile }: LevelFacts): Link {
  const said = file === null ? 'No file moved it.' : `${file.name}${file.line === null ? '' : `, line ${file.line}`}.`
  const link = { link: 'file', said, at: file?.at ?? null } as const
  if (newerFile === null) return file === null ? { ...link, state: 'off', code: null, next: null } : { ...link, ...whole }
  const newer = { ...link, said: `${said} A newer file of the feed, ${newerFile.name}, is ${newerFile.state}.`, at: newerFile.at }
  if (newerFile.state === 'held')
    return { ...newer, state: 'broken', code: newerFile.code, next: 'Open the held file and release or reject it.' }
  if (newerFile.state === 'failed')
    return {
      ...newer,
      state: 'broken',
      code: newerFile.code,
      next: 'Open the failed file: mend what its reason names and upload it again.',
    }
  return { ...newer, ...waiting }
}

function onHandLink({ isCounted, onHandUnits, countedAt }: LevelFacts): Link {
  if (isCounted) return { link: 'on_hand', ...whole, said: `${grouped(onHandUnits)} on hand.`, at: countedAt }
  const next = 'Bring a file that counts this product at this facility.'
  return {
    link: 'on_hand',
    state: 'broken',
    said: 'It was never counted here: that is unknown, and not zero.',
    at: null,
    code: 'INVENTORY_NEVER_COUNTED',
    next,
  }
}

function reservedLink({ reservedUnits, orders }: LevelFacts): Link {
  const said =
    reservedUnits === 0
      ? 'No order holds any of it.'
      : `${grouped(reservedUnits)} held by ${grouped(orders)} ${orders === 1 ? 'order' : 'orders'}.`
  return { link: 'reserved', ...whole, said, at: null }
}

function promisedLink({ promisedUnits, explainedUnits, promisedAt, withdrawn }: LevelFacts): Link {
  const link = { link: 'promised', said: `${grouped(promisedUnits)} promised.`, at: promisedAt } as const
  if (promisedUnits !== explainedUnits) {
    return {
      ...link,
      ...waiting,
      said: `${grouped(promisedUnits)} promised; it is ${grouped(explainedUnits)} by what is known now, which is on its way.`,
    }
  }
  if (withdrawn === null) return { ...link, ...whole }
  const why = withdrawn.rule === null ? 'The shop does not track this item' : `The rule “${withdrawn.rule}” takes the product out`
  return {
    ...link,
    state: 'off',
    said: `${grouped(promisedUnits)} promised. ${why}, so no shop is told.`,
    code: withdrawn.code,
    next: null,
  }
}

function intentLink(facts: LevelFacts): Link {
  const link = queuedLink(facts)
  // Said beside whatever the queue says: it is why another number than the promise is told.
  return facts.sellsNothing === null || facts.withdrawn !== null ? link : { ...link, said: `${link.said} ${facts.sellsNothing}.` }
}

function queuedLink({ intent, withdrawn, sellsNothing }: LevelFacts): Link {
  if (withdrawn !== null)
    return { link: 'intent', state: 'off', said: 'Nothing has to be told.', at: null, code: withdrawn.code, next: null }
  if (intent === null) return { link: 'intent', ...waiting, said: 'It is not in the queue before the shop yet.', at: null }
  const link = { link: 'intent', at: intent.changedAt } as const
  if (!intent.isOfNewest) return { ...link, ...waiting, said: `The queue holds ${grouped(intent.units)}, which is not the newest number.` }
  const told = sellsNothing !== null && intent.units > 0 ? `0 instead of ${grouped(intent.units)}` : grouped(intent.units)
  switch (intent.state) {
    case 'pending':
      return { ...link, ...waiting, said: `${told} waits to be sent.`, code: intent.code }
    case 'sending':
      return { ...link, ...whole, said: `${told} was handed to a call.` }
    case 'confirmed':
      return { ...link, ...whole, said: `${told} was told.` }
    case 'blocked':
      return { ...link, state: 'broken', said: `${told} cannot be sent.`, code: intent.code, next: intent.hint }
  }
}

function uploadLink({ call, intent, trouble, paused, withdrawn }: LevelFacts): Link {
  if (withdrawn !== null) return { link: 'upload', state: 'off', said: 'Nothing is sent.', at: null, code: withdrawn.code, next: null }
  const isPending = intent === null || intent.state === 'pending' || intent.state === 'sending'
  if (isPending && paused !== null)
    return {
      link: 'upload',
      state: 'broken',
      said: `${paused}.`,
      at: null,
      code: 'CHANNEL_PAUSED',
      next: 'End the pause; what waits goes by itself.',
    }
  if (isPending && trouble !== null) {
    return {
      link: 'upload',
      state: 'broken',
      said: trouble.message,
      at: call?.claimedAt ?? null,
      code: trouble.code,
      next: 'See the shop’s page: it says what ends this.',
    }
  }
  if (call === null) {
    const said = intent?.state === 'confirmed' ? 'The shop showed the number already: no call was needed.' : 'No call has carried it yet.'
    return { link: 'upload', ...(intent?.state === 'confirmed' ? whole : waiting), said, at: null }
  }
  const at = call.answeredAt ?? call.claimedAt
  if (call.state === 'claimed') return { link: 'upload', ...waiting, said: `A call with ${grouped(call.units)} is out and unanswered.`, at }
  if (call.rowCode !== null)
    return {
      link: 'upload',
      ...(intent?.state === 'blocked' ? { state: 'broken', next: intent.hint } : waiting),
      said: `The shop turned ${grouped(call.units)} away.`,
      at,
      code: call.rowCode,
    } as Link
  if (isPending) return { link: 'upload', ...waiting, said: `The last call carried ${grouped(call.units)}; a newer number waits.`, at }
  return {
    link: 'upload',
    ...whole,
    said: `A call carried ${grouped(call.units)}: ${(call.outcome ?? 'answered').replaceAll('_', ' ')}.`,
    at,
  }
}

function shopLink({ observed, shown, withdrawn }: LevelFacts): Link {
  if (withdrawn !== null)
    return { link: 'shop', state: 'off', said: 'What the shop shows is its own.', at: null, code: withdrawn.code, next: null }
  if (observed === null) {
    const said = shown === null ? 'The shop was not read yet.' : `The shop showed ${grouped(shown.availableUnits)} when it was last read.`
    return { link: 'shop', state: 'unknown', said, at: shown?.readAt ?? null, code: null, next: null }
  }
  const link = { link: 'shop', at: observed.readAt } as const
  const shows = observed.shopUnits === null ? 'nothing' : grouped(observed.shopUnits)
  if (observed.verdict === 'not_stocked') {
    const next = 'Stock the item at this location in Shopify; it is sent again by itself.'
    return { ...link, state: 'broken', said: 'The shop does not stock it at this location.', code: 'CHANNEL_ROW_NOT_STOCKED', next }
  }
  if (!observed.isOfNewest || observed.verdict === 'waiting')
    return { ...link, ...waiting, said: `The shop showed ${shows}, read before the newest number.` }
  if (observed.verdict === 'equal') return { ...link, ...whole, said: `The shop shows ${shows}, as it should.` }
  const next = 'It is written again by itself; if it comes back, somebody else writes this level.'
  return {
    ...link,
    state: 'broken',
    said: `The shop shows ${shows} and should show ${grouped(observed.expectedUnits)}.`,
    code: 'RECONCILE_LEVEL_DIFFERS',
    next,
  }
}
