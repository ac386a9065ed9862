import { READS_CATALOG, READS_INVENTORY } from '../availability/store.ts'
import { setChoice } from '../catalog/choice-store.ts'
import type { StandsFor } from '../catalog/mapping-store.ts'
import { relink } from '../catalog/reading-store.ts'
import { CATALOG_HEAD, mapLocation, stopShop, unmapLocation } from '../catalog/store.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import { inOneSnapshot } from '../db/one-snapshot.ts'
import { INVENTORY_HEAD } from '../inventory/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { decideAnew } from './control-step.ts'
import * as store from './leaving-store.ts'

export type Becomes = 'zero' | 'keep' | 'hand_over'

/** Without a location: the whole shop. `to`: the location stands for something else then. */
export type Leave = {
  shopId: number
  locationId: number | null
  to?: StandsFor
  becomes: Becomes
  reason: string
  by: string
  now: InstantMs
}

/**
 * A location, or a shop, is let go as a person said. By way of 0 it goes when it shows 0. Else it goes at once: another tool or another
 * place takes it over, or it stays as it is; and where it moves, what the new place has never counted stays until it does. Whoever will
 * not wait for 0 any longer, since the shop refuses it perhaps, says what else becomes of what is left.
 */
export async function letGo(tx: Tx, { shopId, locationId, to, becomes, reason, by, now }: Leave): Promise<void> {
  const underWay = (await store.leavingsOf(tx, shopId)).filter(leaving => leaving.kind !== 'products' && leaving.locationId === locationId)
  const isSaidAnew = becomes !== 'zero' && to === undefined
  if (underWay.some(leaving => leaving.kind !== 'kept' && !(isSaidAnew && leaving.movesTo === null))) throw leavesAlready()
  for (const { leavingId } of underWay) await decideAnew(tx, await store.finishLeaving(tx, leavingId, now), now)
  const begin = (leaver: store.Leaver) => store.beginLeaving(tx, { shopId, leaver, reason, by, now })
  if (becomes === 'zero') {
    const leaver = locationId === null ? ({ kind: 'shop' } as const) : ({ kind: 'location', locationId, ...(to && { to }) } as const)
    await decideAnew(tx, await begin(leaver), now)
    return
  }
  await end(tx, { shopId, locationId, to, reason, now })
  if (to === undefined || locationId === null || becomes !== 'keep') return
  const productIds = await store.notCountedAt(tx, { shopId, locationId })
  if (productIds.length > 0) await begin({ kind: 'kept', locationId, productIds })
}

/**
 * What leaves a shop by way of 0 has left it when each of its levels shows 0: only then its link or its mapping ends, or the shop is
 * switched off, and nothing of it is touched any longer. What moves shows 0 until the promises are those of the new place.
 */
export async function finishLeaving(db: Db, shopId: number, now: InstantMs): Promise<boolean> {
  let isAnyDone = false
  const due = (await store.leavingsOf(db, shopId)).filter(isDue)
  // What is counted and what is promised are of one instant: a first count in between would be told as the 0 that was promised without it.
  for (const { leavingId } of due) isAnyDone = (await inOneSnapshot(db, tx => goOn(tx, leavingId, { shopId, now }))) || isAnyDone
  return isAnyDone
}

function isDue({ kind, hasMoved, levelsLeft }: store.Leaving): boolean {
  return kind === 'kept' || hasMoved || levelsLeft === 0
}

/** Whether it is over. */
async function goOn(tx: Tx, leavingId: number, { shopId, now }: { shopId: number; now: InstantMs }): Promise<boolean> {
  // A person may have said something else since it was looked at, a level have been raised, or another process have gone on with it.
  const leaving = await store.takeLeaving(tx, shopId, leavingId)
  if (leaving === null || !isDue(leaving)) return false
  const { kind, levelsLeft } = leaving
  if (kind === 'kept') {
    if (!(await areMappingsPromised(tx)) || !(await areMovementsPromised(tx))) return false
    const ended = await store.endCounted(tx, leavingId, now)
    await decideAnew(tx, ended, now)
    if (levelsLeft > ended.length) return false
  } else if (leaving.hasMoved) {
    if (!(await areMappingsPromised(tx))) return false
  } else if (kind === 'products') {
    await setChoice(tx, shopId, leaving.choice)
    await relink(tx, shopId, now, { isChosenAnew: true })
  } else {
    await end(tx, {
      shopId,
      locationId: leaving.locationId,
      to: leaving.movesTo === null ? undefined : leaving.to,
      reason: leaving.reason,
      now,
    })
    if (leaving.movesTo !== null) {
      await store.noteMoved(tx, leavingId, now)
      return false
    }
  }
  const ended = await store.finishLeaving(tx, leavingId, now)
  if (leaving.hasMoved) await decideAnew(tx, ended, now)
  return true
}

/** Whether the promises hold every mapping: before that, a location that has moved would be told the numbers of the place before. */
async function areMappingsPromised(sql: Sql): Promise<boolean> {
  return (await peekCursor(sql, READS_CATALOG)) >= (await peekCursor(sql, CATALOG_HEAD))
}

/** Whether the promises hold every movement: before that, what was just counted for the first time would be told as 0. */
async function areMovementsPromised(sql: Sql): Promise<boolean> {
  return (await peekCursor(sql, READS_INVENTORY)) >= (await peekCursor(sql, INVENTORY_HEAD))
}

type Ending = { shopId: number; locationId: number | null; to: StandsFor | undefined; reason: string; now: InstantMs }

/** Ends the mapping of a location, or has it stand for something else; without a location the shop is switched off. */
async function end(tx: Tx, { shopId, locationId, to, reason, now }: Ending): Promise<void> {
  if (locationId === null) await stopShop(tx, shopId, reason, now)
  else if (to !== undefined) await mapLocation(tx, { shopId, locationId, ...to })
  else await unmapLocation(tx, shopId, locationId)
}

export function leavesAlready(): TrueupError {
  return new TrueupError('CHANNEL_LEAVING_UNDER_WAY', 'It leaves already, and some of its levels do not show 0 yet.', {
    retry: 'after-operator',
    hint: 'Wait until they do; the shop’s page says how many levels are left. What does not move can be let go as it is: say keep or hand_over.',
  })
}

/** Numbers that a shop shows would be written no longer, and nobody said what becomes of them. */
export function askFirst(message: string, detail: Record<string, number | string>): TrueupError {
  return new TrueupError('CHANNEL_LEAVING_NOT_SAID', message, {
    retry: 'never',
    hint: 'Say `zero` to have them show 0 first, `keep` to leave what the shop shows, or `hand_over` where another takes over.',
    detail,
  })
}
