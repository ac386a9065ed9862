/*
 * One call from its body to its answer: prepare, price, reserve, run, refund. Everything between reserve and refund is
 * synchronous, so that no other call sees half of it.
 */

import { type ExecutionResult, execute, type GraphQLSchema } from 'graphql'
import type { Bucket, ThrottleStatus } from './bucket.ts'
import type { BulkDesk } from './bulk-desk.ts'
import type { Call } from './call.ts'
import { costOf, type Priced, QUERY_COST_MAX } from './cost.ts'
import type { Dials } from './dials.ts'
import { resolveField, resolveKind } from './fields.ts'
import type { AnswerSummary } from './journal.ts'
import { idempotencyKeys, type Prepared, type Preparer, tooLongArrays } from './prepare.ts'
import { problem } from './problem.ts'
import type { ApiVersion } from './schema.ts'
import type { Shop } from './shop.ts'
import { type ShopError, variableErrors } from './validation.ts'
import type { Webhooks } from './webhooks.ts'

export type Simulated = {
  shop: Shop
  dials: Dials
  bucket: Bucket
  /** What one version of the API needs; made when the first call for it comes. */
  api: (version: ApiVersion) => Api
  webhooks: Webhooks
  bulk: BulkDesk
  /** Idempotency keys of calls that are under way. */
  keysUnderWay: Set<string>
}

export type Api = { version: ApiVersion; schema: GraphQLSchema; preparer: Preparer }

export type GraphqlBody = { query: string; variables: Record<string, unknown>; operationName: string | null }

export type Answer = {
  body: Record<string, unknown>
  cost: { requested: number; actual: number | null } | null
  summary: AnswerSummary
}

/** A call that may run, or the answer that says why it may not. */
export type Ready = { prepared: Prepared; keys: string[] } | { refused: ShopError[] }

export function makeReady(api: Api, body: GraphqlBody): Ready {
  const prepared = api.preparer.prepare(body.query, body.operationName)
  if (Array.isArray(prepared)) return { refused: prepared }
  const wrong = variableErrors(api.schema, prepared.operation, body.variables)
  if (wrong.length > 0) return { refused: wrong }
  const tooLong = tooLongArrays(prepared, body.variables)
  if (tooLong.length > 0) return { refused: tooLong }
  return { prepared, keys: idempotencyKeys(prepared, body.variables) }
}

/** Errors without `data`: nothing of the call was done. */
export function refuse(simulated: Simulated, errors: ShopError[], now: number): Answer {
  const cost = { requested: 0, actual: 0 }
  return { body: { errors, extensions: costExtension(cost, simulated.bucket.status(now)) }, cost, summary: summaryOf({ errors }) }
}

export function run(
  simulated: Simulated,
  api: Api,
  prepared: Prepared,
  body: GraphqlBody,
  at: { now: number; heldKeys: ReadonlySet<string>; baseUrl: string; throttled: boolean },
): Answer {
  const { bucket } = simulated
  const { schema } = api
  const priced: Priced = { schema, fragments: prepared.fragments, variables: withDefaults(prepared, body.variables) }
  const requested = costOf(priced, prepared.operation)
  if (requested > QUERY_COST_MAX) return tooDear(simulated, requested, at.now)
  if (at.throttled) bucket.drain(at.now)
  if (!bucket.reserve(requested, at.now)) return throttled(simulated, requested, at.now)

  const call = callFor(simulated, api, { ...at, rawVariables: body.variables })
  const result = perform(api, prepared, body, call)
  const errors = result.errors?.map(error => error.toJSON())
  const actual = costOf(priced, prepared.operation, result.data ?? null)
  bucket.refund(Math.max(0, requested - actual), at.now)
  const cost = { requested, actual }
  const search = call.searchWarnings.length === 0 ? {} : { search: call.searchWarnings }
  return {
    body: {
      ...(errors === undefined ? {} : { errors }),
      data: result.data ?? null,
      extensions: { ...costExtension(cost, bucket.status(at.now)), ...search },
    },
    cost,
    summary: summaryOf({ errors: errors ?? [], data: result.data }),
  }
}

/** What a call may know and do, before it runs. */
export function callFor(
  { shop, dials, bulk }: Simulated,
  { version, schema }: Api,
  of: { now: number; baseUrl: string; rawVariables: Record<string, unknown>; heldKeys: ReadonlySet<string> },
): Call {
  const granted = new Set(dials.scopes ?? shop.file.scopes)
  const { now, baseUrl, rawVariables, heldKeys } = of
  return { shop, dials, bulk, version, schema, now, baseUrl, rawVariables, heldKeys, granted, everything: false, searchWarnings: [] }
}

/** Runs a call, whatever it costs. */
export function perform(api: Api, prepared: Prepared, body: GraphqlBody, call: Call): ExecutionResult {
  return execute({
    schema: api.schema,
    document: prepared.document,
    operationName: body.operationName,
    variableValues: body.variables,
    contextValue: call,
    rootValue: {},
    fieldResolver: resolveField,
    typeResolver: resolveKind,
  }) as ExecutionResult
}

function throttled(simulated: Simulated, requested: number, now: number): Answer {
  const documentation = 'https://shopify.dev/api/usage/rate-limits'
  const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation } }]
  const cost = { requested, actual: null }
  return { body: { errors, extensions: costExtension(cost, simulated.bucket.status(now)) }, cost, summary: summaryOf({ errors }) }
}

function tooDear(simulated: Simulated, requested: number, now: number): Answer {
  const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${QUERY_COST_MAX}).`
  const errors = [
    problem('MAX_COST_EXCEEDED', message, {
      cost: requested,
      maxCost: QUERY_COST_MAX,
      documentation: 'https://shopify.dev/api/usage/rate-limits',
    }).toJSON(),
  ]
  const cost = { requested, actual: null }
  return { body: { errors, extensions: costExtension(cost, simulated.bucket.status(now)) }, cost, summary: summaryOf({ errors }) }
}

function costExtension(cost: { requested: number; actual: number | null }, throttleStatus: ThrottleStatus): Record<string, unknown> {
  return { cost: { requestedQueryCost: cost.requested, actualQueryCost: cost.actual, throttleStatus } }
}

function withDefaults(prepared: Prepared, variables: Record<string, unknown>): Record<string, unknown> {
  const defaults = (prepared.operation.variableDefinitions ?? []).flatMap(each =>
    each.defaultValue?.kind === 'IntValue' ? [[each.variable.name.value, Number(each.defaultValue.value)]] : [],
  )
  return { ...Object.fromEntries(defaults), ...variables }
}

function summaryOf(answer: { errors: readonly ShopError[]; data?: Record<string, unknown> | null | undefined }): AnswerSummary {
  const payloads = Object.values(answer.data ?? {}) as ({
    userErrors?: unknown
    inventoryAdjustmentGroup?: { changes?: unknown[] } | null
  } | null)[]
  const userErrors = payloads.flatMap(payload =>
    Array.isArray(payload?.userErrors) ? (payload.userErrors as { code?: string; message?: string }[]) : [],
  )
  return {
    errors: answer.errors.map(error => String(error.extensions?.code ?? error.message)),
    userErrors: userErrors.map(each => each.code ?? each.message ?? 'user error'),
    changes: payloads.reduce((sum, payload) => sum + (payload?.inventoryAdjustmentGroup?.changes?.length ?? 0), 0),
  }
}
