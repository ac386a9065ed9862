import type { Clock, InstantMs, Sleep } from '../../kernel/clock.ts'
import { type Answer, costOf } from './answer.ts'
import type { Client } from './client.ts'
import { heard, newBucket, spent, waitMs } from './throttle.ts'
import { errorOf, problemOf } from './translate.ts'

export type Graphql = {
  /** Asks a question, waiting for the shop's bucket; a throttled one is asked again. Throws what is wrong with the shop. */
  ask<T>(document: string, variables: Record<string, unknown>, signal?: AbortSignal): Promise<Told<T>>
  /** Posts these bytes once, waiting for the bucket. What came back is the caller's to judge. */
  postOnce(body: string, priceOf: string, signal?: AbortSignal): Promise<Answer>
}

export type Told<T> = {
  data: T
  /** By the shop's clock: what was told was so at an instant not before `from` and not after `until`. */
  look: { from: InstantMs; until: InstantMs }
  requestId: string | null
}

/** A question that was throttled this often in a row is given up: somebody else takes all the points. */
const THROTTLED_ANSWERS_MAX = 5
/** What a call is taken to cost until one like it was answered. */
const COST_POINTS_GUESS = 50

/** Speaks GraphQL to one shop, within its limit. One of these a shop and process: it holds the shop's bucket. */
export function openGraphql({ client, clock, sleep }: { client: Client; clock: Clock; sleep: Sleep }): Graphql {
  let bucket = newBucket(clock.now())
  const prices = new Map<string, number>()

  return {
    async ask<T>(document: string, variables: Record<string, unknown>, signal?: AbortSignal) {
      const body = JSON.stringify({ query: document, variables })
      for (let throttled = 1; ; throttled++) {
        const answer = await post(body, document, signal)
        const problem = problemOf(answer)
        if (problem === null && answer.kind === 'answered') {
          return { data: answer.body?.data as T, look: answer.look, requestId: answer.requestId }
        }
        if (problem?.kind === 'throttled' && throttled < THROTTLED_ANSWERS_MAX) await sleep(problem.retryAfterMs, signal)
        else if (problem) throw errorOf(problem)
      }
    },
    postOnce: post,
  }

  async function post(body: string, priceOf: string, signal?: AbortSignal): Promise<Answer> {
    const points = prices.get(priceOf) ?? COST_POINTS_GUESS
    const wait = waitMs(bucket, points, clock.now())
    if (wait > 0) await sleep(wait, signal)
    bucket = spent(bucket, points, clock.now())
    const answer = await client.post(body, signal)
    const cost = costOf(answer)
    if (cost) {
      bucket = heard(cost.throttleStatus, clock.now())
      prices.set(priceOf, cost.requestedQueryCost)
    }
    return answer
  }
}
