import type { ConformPort, ConformReport } from '../../channel/conform-port.ts'
import type { Clock, Sleep } from '../../kernel/clock.ts'
import type { Answer } from './answer.ts'
import type { Client } from './client.ts'
import { CHECKS } from './conform-checks.ts'
import { levelNow, putBack, refused, type Scene, setScene } from './conform-scene.ts'
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
        calls += 1
        return replyOf(await of.graphql.postOnce(JSON.stringify({ query, variables }), query, signal))
      }
      const { shop, isDevelopment } = await identify(ask)
      if (!isDevelopment && !isSure) throw refused(`${shop} is no development shop, and these calls write to its stock`)
      const scene = await setScene(ask)
      const stage: Stage = { ...of, scene, ask, key: () => `trueup-conform-${run}-${++keys}` }
      const checks: ConformReport['checks'] = []
      try {
        for (const { check, simulated, dial = null, look } of CHECKS) {
          signal?.throwIfAborted()
          const observed = await look(stage)
          if (observed !== null) checks.push({ check, simulated, observed, agrees: observed === simulated, dial })
        }
      } finally {
        await putBack(stage)
      }
      const leftBehind = await levelsLeftBehind(stage)
      return { shop, apiVersion: of.apiVersion, calls, checks, leftBehind }
    },
  }
}

async function identify(ask: Stage['ask']): Promise<{ shop: string; isDevelopment: boolean }> {
  const { data } = await ask('query Identify { shop { myshopifyDomain plan { partnerDevelopment } } }')
  return { shop: data?.shop?.myshopifyDomain ?? 'the shop', isDevelopment: data?.shop?.plan?.partnerDevelopment === true }
}

async function levelsLeftBehind(stage: Stage): Promise<string[]> {
  const left: string[] = []
  for (const before of stage.scene.before) {
    const now = await levelNow(stage.ask, before)
    const isSame = now?.available === before.available && now.isActive === before.isActive
    if (!isSame) left.push(`${before.item} at ${before.location}: ${before.available} before, ${now?.available ?? 'nothing'} now`)
  }
  return left
}

/** Whatever was said, as long as something was: a refusal is what most checks want to see. */
function replyOf(answer: Answer): Reply {
  if (answer.kind !== 'answered' || answer.body === null)
    throw errorOf(problemOf(answer) ?? { kind: 'no_answer', message: 'no JSON', retryAfterMs: null })
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
