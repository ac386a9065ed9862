/*
 * Two clocks besides the real one. A virtual clock moves only when somebody sleeps by it or pushes it; a fast one is the
 * real clock with hours for minutes, for what has to happen at the same time.
 */

export type Clock = { now(): number; sleep(ms: number): Promise<void> }
export type VirtualClock = Clock & {
  /** Lets time pass. */
  advance(ms: number): void
}

/** Whoever sleeps moves the time: right for one caller at a time, and a day takes no longer than its calls. */
export function virtualClock(start: number): VirtualClock {
  let at = start
  const advance = (ms: number): void => {
    at += Math.max(0, ms)
  }
  return {
    now: () => at,
    advance,
    async sleep(ms) {
      advance(ms)
    },
  }
}

/** `factor` simulated milliseconds pass in each real one; several callers sleep side by side as they would in earnest. */
export function fastClock(start: number, factor: number): Clock {
  const begun = performance.now()
  return {
    now: () => start + (performance.now() - begun) * factor,
    sleep: ms => new Promise(done => setTimeout(done, ms / factor)),
  }
}
