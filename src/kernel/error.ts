/**
 * When it makes sense to try again: `never` (the input has to change), `backoff` (the world may recover by itself),
 * `after-operator` (a person has to do what the hint says first).
 */
export type Retry = 'never' | 'backoff' | 'after-operator'

export type ErrorOptions = {
  retry: Retry
  /** The next thing to do, as a sentence for the person who reads it. */
  hint: string
  /** Facts for the log and the problem document. Never a secret. */
  detail?: Record<string, unknown>
  cause?: unknown
}

/** An error of the world, with a stable code that has a page in docs/errors. */
export class TrueupError extends Error {
  readonly code: string
  readonly retry: Retry
  readonly hint: string
  readonly detail: Record<string, unknown>

  constructor(code: string, message: string, options: ErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'TrueupError'
    this.code = code
    this.retry = options.retry
    this.hint = options.hint
    this.detail = options.detail ?? {}
  }
}

/** The message of whatever was thrown, for a place that keeps text. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  // A library may throw what only looks like an error.
  const { message } = (thrown ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : String(thrown)
}
