/**
 * Why a level does not show what is promised, for people. A cause is a code where somebody has to look, and one of these words
 * where it goes on by itself. `CAUSE` in diff-store.ts finds them for all levels.
 */
export const MOVING: Readonly<Record<string, string>> = {
  waits_to_be_sent: 'Waits to be sent',
  out_and_unanswered: 'Sent, and not answered yet',
  not_read_back: 'Confirmed, and not read back yet',
  CHANNEL_WAITS_FOR_ORDERS: 'Waits until the shop’s orders are known',
  CHANNEL_WAITS_FOR_PROMISE: 'Waits for a newer promise',
  CHANNEL_WAITS_FOR_POOL: 'Waits for other levels of the same stock',
}

/** A person paused the level: it goes on when the pause ends, and not by itself. */
export const PAUSED = 'paused'

const SAID: Readonly<Record<string, string>> = {
  [PAUSED]: 'Writing is paused by hand',
  OUTBOX_NOT_LINKED: 'Not linked to an item of the shop',
  OUTBOX_NOT_MAPPED: 'The location stands for nothing',
  OUTBOX_UNTRACKED: 'The shop does not track the item',
  OUTBOX_EXCLUDED: 'Taken out by a rule',
  RECONCILE_LEVEL_DIFFERS: 'Somebody else wrote it in the shop',
  CHANNEL_ROW_NOT_STOCKED: 'Not stocked at the location',
  CHANNEL_ROW_REFUSED: 'The shop refused it',
  CHANNEL_ROW_STALE: 'The shop changed it while we wrote',
}

export function saidOf(cause: string): string {
  return MOVING[cause] ?? SAID[cause] ?? cause.toLowerCase().replaceAll('_', ' ')
}

export function isMoving(cause: string): boolean {
  return cause in MOVING
}
