import type { InstantMs } from '../kernel/clock.ts'

/**
 * What a person has switched off by hand. Paused: changes of the level wait and are counted, and what the shop shows is left
 * as it is. Sell nothing: the level goes to 0 at once and stays there. Each has a reason and an end, and ends by itself.
 */
export type ControlKind = 'pause' | 'sell_nothing'

export type Control = {
  kind: ControlKind
  /** Of what: each that is null means all of them. A product without a shop is meant in every shop. */
  shopId: number | null
  locationId: number | null
  productId: number | null
  /** Null: until a person ends it. */
  untilAt: InstantMs | null
  endedAt: InstantMs | null
}

export type ControlledLevel = { shopId: number; locationId: number; productId: number }

export function isInEffect(control: Pick<Control, 'untilAt' | 'endedAt'>, now: InstantMs): boolean {
  return control.endedAt === null && (control.untilAt === null || control.untilAt > now)
}

/** `CONTROLLED` in control-store.ts is the same in SQL. */
export function isControlled(level: ControlledLevel, kind: ControlKind, controls: readonly Control[], now: InstantMs): boolean {
  return controls.some(
    control =>
      control.kind === kind &&
      isInEffect(control, now) &&
      (control.shopId === null || control.shopId === level.shopId) &&
      (control.locationId === null || control.locationId === level.locationId) &&
      (control.productId === null || control.productId === level.productId),
  )
}

/** In words, wherever the number is explained. `timeOf` says an instant as its reader does. */
export function controlSentence(
  control: { kind: ControlKind; reason: string; setBy: string; untilAt: InstantMs | null },
  timeOf: (at: InstantMs) => string,
): string {
  const what = control.kind === 'pause' ? 'Writing is paused' : 'Nothing is sold'
  const end = control.untilAt === null ? 'until somebody ends it' : `until ${timeOf(control.untilAt)}`
  return `${what} ${end}, by ${control.setBy}: ${control.reason}`
}
