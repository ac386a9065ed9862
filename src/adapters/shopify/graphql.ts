import type { Clock, InstantMs, Sleep } from '../../kernel/clock.ts'
import { type Answer, costOf } from './answer.ts'
import type { Client } from './client.ts'
import { type Price, predictedPoints, sizeOf } from './price.ts'
import { errorOf, problemOf } from './translate.ts'
import { type Job, openTurnstile } from './turnstile.ts'

export type Graphql = {
  /** Asks a question, waiting for the shop's bucket; a throttled one is asked again. Throws what is wrong with the shop. */
  ask<T>(document: string, variables: Record<string, unknown>, signal?: AbortSignal): Promise<Told<T>>
  /** Posts these bytes once, waiting for the bucket. What came back is the caller's to judge. */
  postOnce(body: string, priceOf: string, signal?: AbortSignal): Promise<Answer>
  /** Returns when such a post would go at once. */
  ready(priceOf: string, signal?: AbortSignal): Promise<void>
}

export type Told<T> = {
  data: T
  /** By the shop's clock: what was told was so at an instant not before `from` and not after `until`. */
  look: { from: InstantMs; until: InstantMs }
  requestId: string | null
}

/** A question that was throttled this often in a row is given up: somebody else takes all the points. */
const THROTTLED_ANSWERS_MAX = 5

/**
 * Speaks GraphQL to one shop, within its limit. One of these a shop and process: it holds the shop's bucket, which the jobs
 * that ask through it share fairly.
 */
export function openGraphql({ client, clock, sleep }: { client: Client; clock: Clock; sleep: Sleep }): (job: Job) => Graphql {
  const turnstile = openTurnstile({ clock, sleep })
  const prices = new Map<string, Price>()

  return job => ({
    async ask<T>(document: string, variables: Record<string, unknown>, signal?: AbortSignal) {
      const call = { body: JSON.stringify({ query: document, variables }), document, size: sizeOf(variables) }
      for (let throttled = 1; ; throttled++) {
        const answer = await post(job, call, signal)
        const problem = problemOf(answer)
        if (problem === null && answer.kind === 'answered') {
          return { data: answer.body?.data as T, look: answer.look, requestId: answer.requestId }
        }
        if (problem?.kind === 'throttled' && throttled < THROTTLED_ANSWERS_MAX) await sleep(problem.retryAfterMs, signal)
        else if (problem) throw errorOf(problem)
      }
    },
    postOnce: (body, document, signal) => post(job, { body, document, size: 1 }, signal),
    ready: (document, signal) => turnstile.ready(job, predictedPoints(prices.get(document), 1), signal),
  })

  async function post(job: Job, call: { body: string; document: string; size: number }, signal?: AbortSignal): Promise<Answer> {
    const known = prices.get(call.document)
    const points = predictedPoints(known, call.size)
    await turnstile.pass(job, points, signal)
    const answer = await client.post(call.body, signal)
    const cost = costOf(answer)
    turnstile.answered(points, cost?.throttleStatus ?? null)
    if (cost && (known === undefined || call.size >= known.size)) {
      prices.set(call.document, { size: call.size, points: cost.requestedQueryCost })
    }
    return answer
  }
}
