import type { Retry } from '../kernel/error.ts'

/** The wait after the first failure of a step, before it is tried again. */
export const RETRY_MS_MIN = 250
/** The longest wait between two tries: a step that fails never stops for good. */
export const RETRY_MS_MAX = 30_000

/** How long to wait after `failures` failures in a row (at least one). Doubles; what only a person can mend waits longest. */
export function retryDelayMs(failures: number, retry: Retry): number {
  if (retry !== 'backoff') return RETRY_MS_MAX
  return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures - 1, 16))
}
