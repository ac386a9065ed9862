/* Bulk operations as the API shows them; `bulk-desk.ts` is where they run. */

import { Kind, parse } from 'graphql'
import { mutationProblems } from './bulk-mutation-rules.ts'
import { bulkProblems } from './bulk-rules.ts'
import type { Args, Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { page } from './connection.ts'
import { unsimulated } from './fields.ts'
import { gid, numberOf } from './ids.ts'
import { mutation } from './mutation.ts'
import { notSimulated } from './problem.ts'
import type { BulkRow, BulkType, Payload } from './rows.ts'
import { byInstant, byNumber, byText, byWord, type Filters } from './search.ts'
import { searched } from './searched.ts'
import { type StagedTarget, UPLOAD_BYTES_MAX } from './uploads.ts'
import { validationErrors } from './validation.ts'

export const bulkFields: Record<string, Fields> = {
  QueryRoot: {
    bulkOperation: (_row, args, call) => bulkById(call, args.id),
    bulkOperations: (_row, args, call) => {
      const rows = call.bulk.rows(call.now)
      const sortBy = args.sortKey === 'COMPLETED_AT' ? (row: BulkRow) => row.completedAt ?? 0 : (row: BulkRow) => row.createdAt
      return page(searched(call, 'bulkOperations', rows, args.query, FILTERS), args, { everything: call.everything, sortBy })
    },
    currentBulkOperation: (_row, args, call) => call.bulk.rows(call.now).findLast(row => row.type === (args.type ?? 'QUERY')) ?? null,
  },
  Mutation: {
    stagedUploadsCreate: (_row: object, args: Args, call: Call) => stageUploads(args, call),
    bulkOperationRunQuery: mutation({ needsKey: false }, runQuery),
    bulkOperationRunMutation: mutation({ needsKey: false }, runMutation),
    bulkOperationCancel: mutation({ needsKey: false }, cancel),
  },
  StagedUploadsCreatePayload: { stagedTargets: 'property', userErrors: 'property' },
  StagedMediaUploadTarget: { url: 'property', resourceUrl: 'property', parameters: 'property' },
  StagedUploadParameter: { name: 'property', value: 'property' },
  BulkOperationRunQueryPayload: { bulkOperation: bulkIn, userErrors: 'property' },
  BulkOperationRunMutationPayload: { bulkOperation: bulkIn, userErrors: 'property' },
  BulkOperationUserError: { field: 'property', message: 'property', code: 'property' },
  BulkMutationUserError: { field: 'property', message: 'property', code: 'property' },
  BulkOperationCancelPayload: { bulkOperation: bulkIn, userErrors: 'property' },
  BulkOperation: {
    id: (row: BulkRow) => gid('BulkOperation', row.id),
    type: 'property',
    status: 'property',
    errorCode: 'property',
    query: 'property',
    createdAt: (row: BulkRow) => instant(row.createdAt),
    completedAt: (row: BulkRow) => instant(row.completedAt),
    objectCount: (row: BulkRow) => String(row.objectCount),
    rootObjectCount: (row: BulkRow) => String(row.rootObjectCount),
    fileSize: (row: BulkRow, _args: unknown, call: Call) => {
      const bytes = row.hasResult ? call.bulk.files.bytes(row.id) : null
      return bytes === null ? null : String(bytes)
    },
    url: (row: BulkRow, _args: unknown, call: Call) => (row.hasResult && !row.isPartial ? resultUrl(call, row) : null),
    partialDataUrl: (row: BulkRow, _args: unknown, call: Call) => (row.isPartial ? resultUrl(call, row) : null),
  },
}

export function bulkById(call: Call, value: unknown): BulkRow | null {
  return call.bulk.byId(numberOf('BulkOperation', value), call.now)
}

function resultUrl(call: Call, row: BulkRow): string {
  return `${call.baseUrl}/_bulk/${row.id}.jsonl`
}

function stageUploads(args: Args, call: Call): { stagedTargets: StagedTarget[]; userErrors: [] } {
  const inputs = args.input as { resource: string; filename: string; mimeType: string; httpMethod: string }[]
  const stagedTargets = inputs.map(input => {
    if (input.resource !== 'BULK_MUTATION_VARIABLES') throw notSimulated(`An upload of ${input.resource}`)
    const { httpMethod, mimeType } = input
    return call.bulk.uploads.issue(input.filename, { baseUrl: call.baseUrl, httpMethod, mimeType, now: call.now })
  })
  return { stagedTargets, userErrors: [] }
}

function runQuery(args: Args, call: Call): Payload {
  const problems = queryProblems(args.query, call)
  if (problems.length > 0) return { userErrors: problems.map(message => ({ field: ['query'], message, code: 'INVALID' })) }
  return start(call, { type: 'QUERY', query: args.query, stagedUploadPath: null, clientIdentifier: null })
}

function queryProblems(query: string, call: Call): string[] {
  try {
    const document = parse(query)
    const invalid = validationErrors(call.schema, document).map(error => `Invalid bulk query: ${error.message}`)
    if (invalid.length > 0) return invalid
    if (document.definitions.some(each => each.kind === Kind.FRAGMENT_DEFINITION))
      return ['A bulk query with named fragments is not simulated.']
    return [...bulkProblems(call.schema, document), ...unsimulated(call.schema, document).map(what => `${what} is not simulated.`)]
  } catch (error) {
    return [`Invalid bulk query: ${(error as Error).message}`]
  }
}

const CLIENT_IDENTIFIER_CHARS = { least: 10, most: 255 }

/** The file is looked at before it is asked whether there is room. */
function runMutation(args: Args, call: Call): Payload {
  const { mutation: text, stagedUploadPath } = args as { mutation: string; stagedUploadPath: string }
  const clientIdentifier = (args.clientIdentifier ?? null) as string | null
  const refuse = (field: string, code: string | null, message: string): Payload => ({ userErrors: [{ field: [field], message, code }] })
  const problems = mutationProblems(call.schema, text)
  if (problems.length > 0) return { userErrors: problems.map(message => ({ field: ['mutation'], message, code: 'INVALID_MUTATION' })) }
  const { least, most } = CLIENT_IDENTIFIER_CHARS
  if (clientIdentifier !== null && (clientIdentifier.length < least || clientIdentifier.length > most))
    return refuse('clientIdentifier', null, `The client identifier must have between ${least} and ${most} characters.`)
  const file = call.bulk.uploads.file(stagedUploadPath)
  if (file === null)
    return refuse(
      'stagedUploadPath',
      'NO_SUCH_FILE',
      'The JSONL file could not be found. Try uploading the file again, and check that you have entered the stagedUploadPath correctly.',
    )
  const invalid = (message: string): Payload => refuse('stagedUploadPath', 'INVALID_STAGED_UPLOAD_FILE', message)
  if (file.length === 0) return invalid('The input file is empty.')
  if (file.length > UPLOAD_BYTES_MAX) return invalid('The input file size exceeds the maximum allowed size of 100 MB.')
  return start(call, { type: 'MUTATION', query: text, stagedUploadPath, clientIdentifier })
}

function start(
  call: Call,
  of: { type: BulkType; query: string; stagedUploadPath: string | null; clientIdentifier: string | null },
): Payload {
  const busy = call.bulk.busy(of.type, call.now)
  if (busy.length > 0) {
    const ids = busy.map(row => gid('BulkOperation', row.id)).join(', ')
    const message = `A bulk ${of.type.toLowerCase()} operation for this app and shop is already in progress: ${ids}.`
    return { userErrors: [{ field: null, message, code: 'OPERATION_IN_PROGRESS' }] }
  }
  return { userErrors: [], bulkId: call.bulk.start({ ...of, version: call.version }, call.now).id }
}

function cancel(args: Args, call: Call): Payload {
  const row = bulkById(call, args.id)
  if (row === null) return { userErrors: [{ field: ['id'], message: 'Bulk operation does not exist', code: null }] }
  const refused = call.bulk.cancel(row, call.now)
  return { userErrors: refused === null ? [] : [refused], bulkId: row.id }
}

function bulkIn(payload: Payload, _args: unknown, call: Call): BulkRow | null {
  return call.shop.tables.bulk.get(payload.bulkId ?? -1) ?? null
}

const FILTERS: Filters<BulkRow> = {
  id: byNumber(row => row.id),
  status: byWord(row => [row.status.toLowerCase()]),
  operation_type: byWord(row => [row.type.toLowerCase()]),
  client_identifier: byText(row => row.clientIdentifier),
  created_at: byInstant(row => row.createdAt),
  completed_at: byInstant(row => row.completedAt),
}
