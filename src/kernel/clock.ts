/** Milliseconds since 1970-01-01T00:00:00Z. */
export type InstantMs = number

/** What tells the time. Handed in, so that a story can be replayed. */
export type Clock = { now(): InstantMs }

/** Waits; an abort ends the wait early without an error. */
export type Sleep = (durationMs: number, signal?: AbortSignal) => Promise<void>
