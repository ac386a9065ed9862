import { createHash } from 'node:crypto'
import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { underKey } from './keyed-change.ts'
import * as store from './request-key-store.ts'

/** After so long without a sign of life the process that did it is thought dead, and what it did not commit is done again. */
const UNANSWERED_MS_MAX = 2 * 60_000
/** Whoever is still at it says so: an upload may take an hour. */
const SIGN_OF_LIFE_MS = 30_000

export type Once = (
  asked: { who: string; key: string; request: unknown; isShownOnce: boolean },
  work: () => Promise<string>,
) => Promise<string>

/**
 * Does what is asked under a key once: a repeat is told what the first was told. What was refused is forgotten, so that it may be asked
 * again; another request under the same key is refused. Keys are kept for a day, each sender's for themselves.
 */
export function openOnce({ db, clock, sleep }: { db: Db; clock: Clock; sleep: Sleep }): Once {
  return async ({ who, key, request, isShownOnce }, work) => {
    const askedSha256 = createHash('sha256').update(JSON.stringify(request, withoutSecrets)).digest('hex')
    const keyed = { who, key, askedSha256 }
    const known = await store.beginRequest(db, keyed, clock.now())
    if (known !== null) {
      if (known.askedSha256 !== askedSha256) throw reused(key)
      if (known.answeredAt !== null) return known.answer ?? shownOnce(key)
      if (known.committedAt !== null && clock.now() - known.begunAt > UNANSWERED_MS_MAX) throw answerLost(key)
      const isDead = clock.now() - known.begunAt > UNANSWERED_MS_MAX && (await store.takeOver(db, keyed, known.begunAt, clock.now()))
      if (!isDead) throw inUse(key)
    }
    let answer: string
    try {
      answer = await alive(keyed, () => underKey(keyed, work))
    } catch (thrown) {
      await store.forgetRequest(db, keyed)
      throw thrown
    }
    await store.keepAnswer(db, keyed, isShownOnce ? null : answer, clock.now())
    return answer
  }

  async function alive<T>(keyed: store.KeyedRequest, work: () => Promise<T>): Promise<T> {
    const over = new AbortController()
    const saying = (async () => {
      for (;;) {
        await sleep(SIGN_OF_LIFE_MS, over.signal)
        if (over.signal.aborted) return
        // One sign that is lost costs nothing: the next comes before anybody misses it.
        await store.stillAtWork(db, keyed, clock.now()).catch(() => {})
      }
    })()
    try {
      return await work()
    } finally {
      over.abort()
      await saying
    }
  }
}

/** A digest that anybody can compute again is no place for a password: of fields that may hold one only that they are there counts. */
const SECRETS: ReadonlySet<string> = new Set([
  ...['password', 'secret', 'passphrase', 'token', 'clientSecret', 'refreshToken', 'secrets', 'before', 'after'],
])

function withoutSecrets(field: string, value: unknown): unknown {
  return SECRETS.has(field) ? 'not said' : value
}

function reused(key: string): TrueupError {
  return new TrueupError('HTTP_KEY_REUSED', `The Idempotency-Key ${key} was used before for another request.`, {
    retry: 'never',
    hint: 'Use a new key for each request, and the same one only for a repeat of the same request.',
  })
}

function inUse(key: string): TrueupError {
  return new TrueupError('HTTP_KEY_IN_USE', `What was asked under the Idempotency-Key ${key} is being done at this moment.`, {
    retry: 'backoff',
    hint: 'Ask again in a few seconds with the same key: the answer will be the same.',
    detail: { retryAfterMs: 2_000 },
  })
}

function answerLost(key: string): TrueupError {
  return new TrueupError(
    'HTTP_KEY_ANSWER_LOST',
    `What was asked under the Idempotency-Key ${key} was done, and its answer was lost with its process.`,
    {
      retry: 'after-operator',
      hint: 'Look at what it was about, or in the audit log; it is not done again under this key.',
    },
  )
}

function shownOnce(key: string): never {
  throw new TrueupError(
    'HTTP_KEY_SHOWN_ONCE',
    `What was asked under the Idempotency-Key ${key} was done; its answer holds a secret and is shown once.`,
    {
      retry: 'never',
      hint: 'If the answer was lost, ask for a new password or token.',
    },
  )
}
