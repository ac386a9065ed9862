import type { FrozenCall } from '../../channel/port.ts'
import { type AnsweredCall, type ShopUploadPort, type ShopUploadStatus, UPLOAD_CALLS_MAX } from '../../channel/upload-port.ts'
import { assert } from '../../kernel/assert.ts'
import { messageOf } from '../../kernel/error.ts'
import type { Answer, ShopBody } from './answer.ts'
import type { Client } from './client.ts'
import { CANCEL_BULK, LOOK_AT_BULK, RUN_BULK_MUTATION, STAGE_UPLOAD } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { linesOf } from './lines.ts'
import { outcomeOfSend, shopError, type UserError } from './translate.ts'

/** Answers that are settled together. */
const ANSWERS_PER_CHUNK_MAX = 20

/** Many calls at once: a staged file with one call a line, and a bulk mutation over it. */
export function shopUploads({ client, graphql }: { client: Client; graphql: Graphql }): ShopUploadPort {
  return {
    async startUpload(calls, { filename, clientIdentifier }, signal) {
      assert(calls.length > 0 && calls.length <= UPLOAD_CALLS_MAX, 'an upload holds between one call and what a file holds')
      const worded = calls.map(wordsOf)
      const mutation = worded[0]?.query ?? ''
      assert(
        worded.every(each => each.query === mutation),
        'all calls of an upload are of one kind',
      )
      const stagedUploadPath = await stage(filename, worded.map(each => `${each.line}\n`).join(''), signal)
      const { data } = await graphql.ask<Started>(RUN_BULK_MUTATION, { mutation, stagedUploadPath, clientIdentifier }, signal)
      const { bulkOperation, userErrors } = data.bulkOperationRunMutation
      if (bulkOperation) return { kind: 'started', operationGid: bulkOperation.id }
      const error = userErrors[0]
      if (error && BUSY.includes(error.code ?? '')) return { kind: 'busy', message: error.message }
      throw failed(`the upload was not started: ${error?.message ?? 'no reason was given'}`, { code: error?.code ?? null })
    },
    async lookAtUpload(operationGid, signal) {
      const { data } = await graphql.ask<{ bulkOperation: Operation | null }>(LOOK_AT_BULK, { id: operationGid }, signal)
      const operation = data.bulkOperation
      if (operation === null) return null
      const { status, errorCode, objectCount, url, partialDataUrl } = operation
      return { status, errorCode, callsDone: Number(objectCount), answersUrl: url ?? partialDataUrl }
    },
    async *readAnswers(answersUrl, rowsOfCall, signal) {
      let chunk: AnsweredCall[] = []
      for await (const line of linesAt(answersUrl, signal)) {
        const answered = answerIn(line, rowsOfCall)
        if (answered === null) continue
        chunk.push(answered)
        if (chunk.length < ANSWERS_PER_CHUNK_MAX) continue
        yield chunk
        chunk = []
      }
      if (chunk.length > 0) yield chunk
    },
    async cancelUpload(operationGid, signal) {
      const { data } = await graphql.ask<{ bulkOperationCancel: { userErrors: UserError[] } }>(CANCEL_BULK, { id: operationGid }, signal)
      return data.bulkOperationCancel.userErrors[0]?.message ?? null
    },
  }

  /** Gives the path by which the shop knows the file. */
  async function stage(filename: string, text: string, signal?: AbortSignal): Promise<string> {
    const { data } = await graphql.ask<Staged>(STAGE_UPLOAD, { filename }, signal)
    const target = data.stagedUploadsCreate.stagedTargets?.[0]
    const key = target?.parameters.find(parameter => parameter.name === 'key')?.value
    if (!target?.url || key === undefined)
      throw failed(`no place was given for the upload: ${data.stagedUploadsCreate.userErrors[0]?.message ?? ''}`)
    const form = new FormData()
    for (const { name, value } of target.parameters) form.append(name, value)
    // Whatever stands behind the file is not looked at, so it comes last.
    form.append('file', new Blob([text], { type: 'text/jsonl' }), filename)
    const status = await client.upload(target.url, form, signal).catch((error: unknown) => messageOf(error))
    if (status !== 201) throw failed(`the upload was not taken: ${typeof status === 'number' ? `HTTP ${status}` : status}`)
    return key
  }

  async function* linesAt(url: string, signal?: AbortSignal): AsyncIterable<string> {
    try {
      const response = await client.download(url, signal)
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`)
      yield* linesOf(response.body)
    } catch (error) {
      throw failed(`the answers of the upload could not be read: ${messageOf(error)}`)
    }
  }
}

const BUSY: readonly string[] = ['OPERATION_IN_PROGRESS', 'LIMIT_REACHED']

function failed(message: string, detail: Record<string, unknown> = {}) {
  return shopError('CHANNEL_BULK_FAILED', message, detail)
}

/** The very variables of the call: sent by itself later on, it is the same call to the shop. */
function wordsOf(call: FrozenCall): { query: string; line: string } {
  const { query, variables } = JSON.parse(call.body) as { query: string; variables: unknown }
  return { query, line: JSON.stringify(variables) }
}

/** A line is answered like a call of its own. One that names no call is none of ours. */
function answerIn(line: string, rowsOfCall: (ordinal: number) => number): AnsweredCall | null {
  const { __lineNumber: ordinal, ...body } = JSON.parse(line) as ShopBody & { __lineNumber?: number }
  if (ordinal === undefined) return null
  const answer: Answer = { kind: 'answered', status: 200, body, requestId: null, look: { from: 0, until: 0 }, retryAfterMs: null }
  return { ordinal, outcome: outcomeOfSend(answer, rowsOfCall(ordinal)) }
}

type Staged = {
  stagedUploadsCreate: {
    stagedTargets: { url: string | null; parameters: { name: string; value: string }[] }[] | null
    userErrors: UserError[]
  }
}
type Started = { bulkOperationRunMutation: { bulkOperation: { id: string } | null; userErrors: UserError[] } }
type Operation = {
  status: ShopUploadStatus
  errorCode: string | null
  objectCount: string
  url: string | null
  partialDataUrl: string | null
}
