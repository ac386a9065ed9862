import type { Verdict } from '../../channel/capability.ts'
import type { Exchange, ExchangeOutcome } from '../../channel/exchange.ts'
import type { Clock, InstantMs } from '../../kernel/clock.ts'
import { messageOf } from '../../kernel/error.ts'
import { type Answer, costOf } from './answer.ts'
import type { Client } from './client.ts'
import { type Operation, operationOf } from './operation.ts'
import { problemOf, type UserError } from './translate.ts'

/** Who decides what may be asked of a shop, and who is told what came back. Both are asked for every single request. */
export type Guard = {
  /** `retryAt`: not before then, because the shop does not answer. */
  permit(operation: Operation): Promise<Verdict & { retryAt?: InstantMs }>
  heard(exchange: Exchange): Promise<void>
}

const ANSWER_CHARS_MAX = 2_000

/** The one gate to a shop: what is not permitted is never sent, and what was sent is told. */
export function guarded(client: Client, { permit, heard }: Guard, clock: Clock): Client {
  return {
    ...client,
    async post(body, signal) {
      const operation = operationOf(body)
      const verdict = await permit(operation)
      if (verdict.kind === 'held') {
        const retryAfterMs = verdict.retryAt === undefined ? null : Math.max(0, verdict.retryAt - clock.now())
        return { kind: 'not_sent', code: verdict.code, message: verdict.message, retryAfterMs }
      }
      const at = clock.now()
      const answer = await client.post(body, signal)
      // A question that we broke off ourselves says nothing about the shop.
      if (!signal?.aborted) await heard(exchangeOf({ body, operation, answer, at, tookMs: clock.now() - at }))
      return answer
    },
    // Files go to and come from where the shop keeps them. What goes wrong there says nothing about the shop itself.
    download: (url, signal) =>
      told(
        'Download result',
        'read',
        () => client.download(url, signal),
        response => response.status,
      ),
    upload: (url, form, signal) =>
      told(
        'Upload file',
        'write',
        () => client.upload(url, form, signal),
        status => status,
      ),
  }

  async function told<T>(
    operation: string,
    effect: Operation['effect'],
    transfer: () => Promise<T>,
    statusOf: (done: T) => number,
  ): Promise<T> {
    const at = clock.now()
    const line = (status: number | null, outcome: ExchangeOutcome) =>
      heard({ ...TRANSFER, at, tookMs: clock.now() - at, operation, effect, status, outcome })
    try {
      const done = await transfer()
      const status = statusOf(done)
      await line(status, status < 300 ? { kind: 'answered' } : { kind: 'user_errors', code: null, message: `HTTP ${status}` })
      return done
    } catch (error) {
      await line(null, { kind: 'user_errors', code: null, message: messageOf(error) })
      throw error
    }
  }
}

/** What a file has none of: it is no call, costs no points and names no item. */
const TRANSFER = {
  ...{ requestId: null, idempotencyKey: null, bulkOperationGid: null, costPoints: null, availablePoints: null, maxPoints: null },
  ...{ inventoryItemGids: [], answer: null },
} as const

type Sent = { body: string; operation: Operation; answer: Answer; at: InstantMs; tookMs: number }

export function exchangeOf({ body, operation, answer, at, tookMs }: Sent): Exchange {
  const { variables } = JSON.parse(body) as { variables?: Record<string, unknown> }
  const cost = costOf(answer)
  const answered = answer.kind === 'answered' ? answer : null
  return {
    at,
    tookMs,
    operation: operation.name ?? operation.roots[0] ?? null,
    effect: operation.effect,
    outcome: outcomeOf(answer),
    status: answered?.status ?? null,
    requestId: answered?.requestId ?? null,
    idempotencyKey: textIn(variables?.idempotencyKey),
    bulkOperationGid: bulkOperationIn(answered?.body?.data) ?? gidIn(variables?.id, 'BulkOperation'),
    costPoints: cost?.actualQueryCost ?? cost?.requestedQueryCost ?? null,
    availablePoints: cost?.throttleStatus.currentlyAvailable ?? null,
    maxPoints: cost?.throttleStatus.maximumAvailable ?? null,
    inventoryItemGids: itemsIn(variables),
    answer: answered === null ? null : excerpt(answered),
  }
}

function outcomeOf(answer: Answer): ExchangeOutcome {
  const problem = problemOf(answer)
  if (problem !== null) return problem
  const data = answer.kind === 'answered' ? answer.body?.data : undefined
  const error = Object.values((data ?? {}) as Record<string, { userErrors?: UserError[] } | null>).flatMap(
    root => root?.userErrors ?? [],
  )[0]
  return error === undefined ? { kind: 'answered' } : { kind: 'user_errors', code: error.code ?? null, message: error.message }
}

/** Errors whole, else what was answered: both from their beginning, which is where the shop says what is wrong. */
function excerpt(answered: Extract<Answer, { kind: 'answered' }>): string | null {
  if (answered.body === null) return null
  const { data, errors } = answered.body
  return JSON.stringify(errors === undefined ? (data ?? null) : { errors, data }, unsigned).slice(0, ANSWER_CHARS_MAX)
}

/**
 * Where a file lies, or is to be put, is answered with a signature in it that lets whoever has it do so: the log keeps the place, and where
 * a file is put the name of each part of the form, and `key`, which is its place.
 */
function unsigned(field: string, value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^(https?:\/\/[^\s?]*)\?.*$/s, '$1?…')
  if (field !== 'parameters' || !Array.isArray(value)) return value
  return (value as ({ name?: unknown } | null)[]).map(each => (each?.name === 'key' ? each : { name: each?.name, value: '…' }))
}

function bulkOperationIn(data: unknown): string | null {
  const roots = Object.values((data ?? {}) as Record<string, { id?: unknown; bulkOperation?: { id?: unknown } | null } | null>)
  for (const root of roots) {
    const gid = gidIn(root?.bulkOperation?.id, 'BulkOperation') ?? gidIn(root?.id, 'BulkOperation')
    if (gid !== null) return gid
  }
  return null
}

/** The items that a request names: in a list of ids, in the rows of a write, or by itself. */
function itemsIn(variables: Record<string, unknown> | undefined): string[] {
  const input = (variables?.input ?? {}) as { quantities?: unknown; changes?: unknown }
  const rows = [input.quantities, input.changes].flatMap(list => (Array.isArray(list) ? (list as { inventoryItemId?: unknown }[]) : []))
  const ids = Array.isArray(variables?.ids) ? (variables.ids as unknown[]) : []
  const named = [...ids, ...rows.map(row => row?.inventoryItemId), variables?.inventoryItemId, variables?.id]
  return [...new Set(named.flatMap(id => gidIn(id, 'InventoryItem') ?? []))]
}

function gidIn(value: unknown, type: string): string | null {
  return typeof value === 'string' && value.startsWith(`gid://shopify/${type}/`) ? value : null
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
