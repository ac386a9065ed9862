import type { ConformPort, ConformReport } from '../../channel/conform-port.ts'
import type { Clock, Sleep } from '../../kernel/clock.ts'
import { messageOf } from '../../kernel/error.ts'
import type { Answer } from './answer.ts'
import type { Client } from './client.ts'
import { CHECKS } from './conform-checks.ts'
import { leftBehind, putBack, refused, type Scene, setScene } from './conform-scene.ts'
import type { Graphql } from './graphql.ts'
import { errorOf, problemOf } from './translate.ts'

/** What a check may do: ask anything, and see everything of the answer. */
export type Stage = {
  scene: Scene
  client: Client
  clock: Clock
  sleep: Sleep
  /** Keys of our own, each once. */
  key(): string
  ask(query: string, variables?: object): Promise<Reply>
}

export type Reply = {
  status: number | null
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field.
  data: any
  errors: { message?: string; extensions?: { code?: string } }[]
  requestedPoints: number | null
  searchWarnings: number
}

/** Asks a shop the questions that its documentation leaves open, one after the other, and puts everything back. */
export function shopConform(of: { client: Client; graphql: Graphql; clock: Clock; sleep: Sleep; apiVersion: string }): ConformPort {
  return {
    async conform({ isSure }, signal) {
      let calls = 0
      let keys = 0
      const run = of.clock.now().toString(36)
      const ask = async (query: string, variables: object = {}): Promise<Reply> => {
        for (let tries = 1; ; tries++) {
          calls += 1
          const answer = await of.graphql.postOnce(JSON.stringify({ query, variables }), query, isAtWork ? signal : undefined)
          const problem = problemOf(answer)
          if (problem?.kind !== 'throttled' || tries === THROTTLED_TRIES_MAX) return replyOf(answer)
          await of.sleep(problem.retryAfterMs)
        }
      }
      // What was changed is put back also when nobody waits for it any longer.
      let isAtWork = true
      const { shop, isDevelopment } = await identify(ask)
      if (!isDevelopment && !isSure) throw refused(`${shop} is no development shop, and these calls write to its stock`)
      const scene = await setScene(ask)
      const stage: Stage = { ...of, scene, ask, key: () => `trueup-conform-${run}-${++keys}` }
      const checks: ConformReport['checks'] = []
      let brokeOff: string | null = null
      try {
        for (const { check, simulated: said, dial = null, look } of CHECKS) {
          signal?.throwIfAborted()
          const observed = await look(stage)
          const simulated = typeof said === 'string' ? said : said(of.apiVersion)
          if (observed !== null) checks.push({ check, simulated, observed, agrees: observed === simulated, dial })
        }
      } catch (error) {
        brokeOff = messageOf(error)
      }
      isAtWork = false
      await putBack(stage)
      const left = await leftBehind(stage)
      return { shop, apiVersion: of.apiVersion, calls, checks, brokeOff, leftBehind: left }
    },
  }
}

/** A call that was throttled this often in a row is given up. */
const THROTTLED_TRIES_MAX = 5
const OF_THE_CALL: readonly string[] = ['CHANNEL_REQUEST_REFUSED', 'CHANNEL_SCOPE_MISSING']

async function identify(ask: Stage['ask']): Promise<{ shop: string; isDevelopment: boolean }> {
  const { data } = await ask('query Identify { shop { myshopifyDomain plan { partnerDevelopment } } }')
  return { shop: data?.shop?.myshopifyDomain ?? 'the shop', isDevelopment: data?.shop?.plan?.partnerDevelopment === true }
}

/** Whatever was said to what was asked: a refusal is what most checks want to see. Trouble of the shop itself says nothing of how it behaves. */
function replyOf(answer: Answer): Reply {
  const problem = problemOf(answer)
  if (problem !== null && (problem.kind !== 'refused' || !OF_THE_CALL.includes(problem.code))) throw errorOf(problem)
  if (answer.kind !== 'answered' || answer.body === null) throw errorOf({ kind: 'no_answer', message: 'no JSON', retryAfterMs: null })
  const { data, errors, extensions } = answer.body as { data?: unknown; errors?: unknown; extensions?: { search?: unknown[] } & object }
  const cost = (extensions as { cost?: { requestedQueryCost?: number } } | undefined)?.cost
  return {
    status: answer.status,
    data: data ?? null,
    errors: Array.isArray(errors) ? errors : errors === undefined ? [] : [{ message: String(errors) }],
    requestedPoints: cost?.requestedQueryCost ?? null,
    searchWarnings: extensions?.search?.length ?? 0,
  }
}
