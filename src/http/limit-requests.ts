import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { openRateLimit, type Sender } from './rate-limit.ts'

/** So many credentials are remembered as somebody's; one that is forgotten counts for its address once more. */
const CREDENTIALS_MAX = 10_000

export type Limit = {
  /** What was shown is this person's: from now on it counts for them and not for the address. `null`: it is nobody's any more. */
  belongs(shown: string, name: string | null): void
}

/**
 * Refuses who asks too often, before anything of the request is looked up. What shows a credential that was good before counts for its
 * person; everything else for the address that it comes from, so that made-up tokens do not each begin anew.
 */
export function limitRequests(
  app: FastifyInstance,
  options: {
    clock: Clock
    perMinute: number | undefined
    /** Whether a request is one of those that are counted, and as what. */
    kindOf(request: FastifyRequest): 'api' | 'hook' | null
    shownBy(request: FastifyRequest): string | null
    /** Who is never counted: the command line of this machine. */
    isExempt(name: string): boolean
  },
): Limit {
  const limit = openRateLimit(options.perMinute)
  const known = new Map<string, string>()
  app.addHook('onRequest', async request => {
    const kind = options.kindOf(request)
    if (kind === null) return
    const shown = options.shownBy(request)
    const person = shown === null ? undefined : known.get(digestOf(shown))
    if (kind === 'api' && person !== undefined && options.isExempt(person)) return
    const waitMs = limit.take(senderOf(kind, person, request.ip), options.clock.now())
    if (waitMs > 0) throw tooMany(waitMs)
  })
  return {
    belongs(shown, name) {
      const digest = digestOf(shown)
      if (known.get(digest) === (name ?? undefined)) return
      known.delete(digest)
      if (name !== null) known.set(digest, name)
      for (const oldest of known.keys()) {
        if (known.size <= CREDENTIALS_MAX) break
        known.delete(oldest)
      }
    },
  }
}

function senderOf(kind: 'api' | 'hook', person: string | undefined, address: string): Sender {
  if (kind === 'hook') return { kind: 'hook', name: address }
  return person === undefined ? { kind: 'address', name: address } : { kind: 'person', name: person }
}

function digestOf(shown: string): string {
  return createHash('sha256').update(shown).digest('base64')
}

function tooMany(waitMs: number): TrueupError {
  return new TrueupError('HTTP_TOO_MANY_REQUESTS', `Too many requests: the next one may come in ${Math.ceil(waitMs / 1_000)} s.`, {
    retry: 'backoff',
    hint: 'Wait as long as Retry-After says. To follow what changes, listen to /api/v1/events instead of asking again and again.',
    detail: { retryAfterMs: waitMs },
  })
}
