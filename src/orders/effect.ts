import type { InstantMs } from '../kernel/clock.ts'
import type { Look, OrderLine, SeenOrder } from './port.ts'

/*
 *   last word without it        the shop says when         first word with it
 *  ───────────┼───────────────────────┼─────────────────────────────┼──────────► Shopify's clock
 *         notBefore ◄──────────── it happened ───────────────► notAfter
 *
 * An order changes what a level has available when it is placed, edited, cancelled, refunded or moved. The shop says when
 * only for some of that, in whole seconds; for the rest it lies between two looks. Shipping changes nothing: what was taken
 * stays taken.
 */
export type Effect = {
  inventoryItemGid: string
  locationGid: string
  /** Below nothing: taken. Above: come back. */
  units: number
  notBefore: InstantMs
  notAfter: InstantMs
}

/** The word on an order that is known already. */
export type KnownOrder = { heardFrom: InstantMs; cancelledAt: InstantMs | null; isRouted: boolean; lines: readonly OrderLine[] }

/** A shop writes whole seconds: what it dates at 10:00:00 happened before 10:00:01. */
const SECOND_MS = 1_000
/** A shop takes the units of an order this much earlier than it dates the order, at the most: at the checkout. */
export const TAKEN_EARLIER_MS_MAX = 10_000

/** What a new word on an order says about levels that the word before did not. `look` is when the new word was heard. */
export function effectsOf(before: KnownOrder | null, after: SeenOrder, look: Look): Effect[] {
  const units = new Map<string, { line: OrderLine; units: number }>()
  const add = (line: OrderLine, sign: 1 | -1) => {
    const key = JSON.stringify([line.inventoryItemGid, line.locationGid])
    units.set(key, { line, units: (units.get(key)?.units ?? 0) + sign * line.takenUnits })
  }
  for (const line of before?.lines ?? []) add(line, 1)
  for (const line of after.lines) add(line, -1)
  // What is first told with its locations was taken when the order was placed, however late we are told.
  const notBefore = before?.isRouted ? before.heardFrom : after.createdAt - TAKEN_EARLIER_MS_MAX
  const changes = [...units.values()]
    .filter(changed => changed.units !== 0)
    .map(({ line: { inventoryItemGid, locationGid }, units: changed }) => {
      const notAfter = changed > 0 && isJustCancelled(before, after) ? (after.cancelledAt ?? 0) + SECOND_MS : look.until
      return { inventoryItemGid, locationGid, units: changed, notBefore: Math.min(notBefore, notAfter), notAfter }
    })
  return before?.isRouted ? changes : [...changes, ...undoneBeforeHeard(after, look)]
}

/** Of an order that was over before we heard of it: a look in between saw its units gone, and a later one saw them back. */
function undoneBeforeHeard({ createdAt, cancelledAt, undone }: SeenOrder, look: Look): Effect[] {
  const notBefore = createdAt - TAKEN_EARLIER_MS_MAX
  const notAfter = Math.max(notBefore, cancelledAt === null ? look.until : cancelledAt + SECOND_MS)
  return undone.flatMap(({ units, ...level }) => [
    { ...level, units: -units, notBefore, notAfter },
    { ...level, units, notBefore, notAfter },
  ])
}

function isJustCancelled(before: KnownOrder | null, after: SeenOrder): boolean {
  return after.cancelledAt !== null && before !== null && before.cancelledAt === null
}

/** An order that is not there any more: whether its units came back nobody says. They are taken to, which undersells for a while. */
export function gone(orderGid: string, look: Look): SeenOrder {
  return { orderGid, createdAt: look.from, updatedAt: look.from, cancelledAt: null, isRouted: true, lines: [], undone: [], moves: [] }
}
