import type { InstantMs, Sleep } from '../../kernel/clock.ts'
import { messageOf, TrueupError } from '../../kernel/error.ts'
import type { Look } from '../../orders/port.ts'
import type { Client } from './client.ts'
import { POLL_BULK, RUN_BULK_QUERY } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { linesOf } from './lines.ts'
import { shopError, type UserError } from './translate.ts'

export type Bulk = {
  /**
   * Runs a bulk query to its end and gives its lines in chunks, never the whole result at once. What they tell was so at some
   * instant of the shop's clock between its start and its end.
   */
  run<T>(query: string, signal?: AbortSignal): AsyncIterable<{ look: Look; lines: T[] }>
}

const POLL_MS_MIN = 200
const POLL_MS_MAX = 5_000
/** Some forty minutes at the longest interval: a catalogue of millions is through by then, and a stalled one is not worth more. */
const POLLS_MAX = 500
/** A shop that does not answer so often in a row is away. */
const UNANSWERED_POLLS_MAX = 5
const LINES_PER_CHUNK_MAX = 1_000

export function openBulk({ client, graphql, sleep }: { client: Client; graphql: Graphql; sleep: Sleep }): Bulk {
  return {
    async *run<T>(query: string, signal?: AbortSignal) {
      const { id, from } = await started(query, signal)
      const { url, until } = await finished(id, signal)
      // Nothing was found: there is no file then.
      if (url !== null) for await (const lines of chunksOf<T>(url, signal)) yield { look: { from, until }, lines }
    },
  }

  async function started(query: string, signal?: AbortSignal): Promise<{ id: string; from: InstantMs }> {
    const told = await graphql.ask<Started>(RUN_BULK_QUERY, { query }, signal)
    const { bulkOperation, userErrors } = told.data.bulkOperationRunQuery
    if (bulkOperation) return { id: bulkOperation.id, from: told.look.from }
    const error = userErrors[0]
    throw shopError('CHANNEL_BULK_FAILED', `the bulk query was not started: ${error?.message ?? 'no reason was given'}`, {
      code: error?.code ?? null,
    })
  }

  async function finished(id: string, signal?: AbortSignal): Promise<{ url: string | null; until: InstantMs }> {
    let unanswered = 0
    for (let poll = 0; poll < POLLS_MAX && !signal?.aborted; poll++) {
      await sleep(Math.min(POLL_MS_MAX, POLL_MS_MIN * 1.25 ** poll), signal)
      const told = await lookAt(id, unanswered, signal)
      unanswered = told === null ? unanswered + 1 : 0
      if (told === null) continue
      const { data, look } = told
      const operation = data.bulkOperation
      if (operation?.status === 'COMPLETED') return { url: operation.url, until: look.until }
      if (operation === null || ENDED.includes(operation.status)) throw failed(id, operation)
    }
    throw shopError('CHANNEL_BULK_FAILED', 'the bulk query did not end in time', { id })
  }

  /** Null: there was no answer, which says nothing about the operation; it goes on without us. */
  async function lookAt(id: string, unanswered: number, signal?: AbortSignal) {
    try {
      return await graphql.ask<{ bulkOperation: Operation | null }>(POLL_BULK, { id }, signal)
    } catch (error) {
      const isPassing = error instanceof TrueupError && error.code === 'CHANNEL_UNREACHABLE' && unanswered < UNANSWERED_POLLS_MAX
      if (isPassing) return null
      throw error
    }
  }

  async function* chunksOf<T>(url: string, signal?: AbortSignal): AsyncIterable<T[]> {
    try {
      const response = await client.download(url, signal)
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`)
      let chunk: T[] = []
      for await (const line of linesOf(response.body)) {
        chunk.push(JSON.parse(line) as T)
        if (chunk.length === LINES_PER_CHUNK_MAX) {
          yield chunk
          chunk = []
        }
      }
      if (chunk.length > 0) yield chunk
    } catch (error) {
      throw shopError('CHANNEL_BULK_FAILED', `the result of the bulk query could not be read: ${messageOf(error)}`)
    }
  }
}

type Started = { bulkOperationRunQuery: { bulkOperation: { id: string } | null; userErrors: UserError[] } }
type Operation = { id: string; status: string; errorCode: string | null; url: string | null }

const ENDED: readonly string[] = ['FAILED', 'CANCELED', 'EXPIRED']

function failed(id: string, operation: Operation | null) {
  if (operation?.errorCode === 'ACCESS_DENIED') return shopError('CHANNEL_SCOPE_MISSING', 'the bulk query was denied access', { id })
  const status = operation === null ? 'is not known to the shop' : `ended as ${operation.status}`
  return shopError('CHANNEL_BULK_FAILED', `the bulk query ${status}`, { id, errorCode: operation?.errorCode ?? null })
}
