const RETRY_MS_MIN = 15_000
const RETRY_MS_MAX = 30 * 60_000
/** With the waits above: about a day. */
export const TRIES_MAX = 55

/** How long to wait before a message is tried again after so many tries; null: it is given up, loudly. */
export function retryAlertMs(tries: number): number | null {
  return tries >= TRIES_MAX ? null : Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (tries - 1))
}
