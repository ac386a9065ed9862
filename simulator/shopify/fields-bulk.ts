/*
 * Bulk queries.
 *
 *   CREATED ──a fifth of the delay──► RUNNING ──the delay──► COMPLETED / FAILED
 *      └────────── cancel ──────────────┴──► CANCELING ──► CANCELED
 *
 * A status is worked out when somebody looks: nothing runs in the background, so a killed shop has nothing to resume.
 */

import type { Args, Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { page } from './connection.ts'
import { gid, numberOf } from './ids.ts'
import { mutation } from './mutation.ts'
import { notSimulated } from './problem.ts'
import type { BulkRow, Payload } from './rows.ts'
import { byInstant, byNumber, byWord, type Filters } from './search.ts'
import { searched } from './searched.ts'

export const BULK_QUERIES_MAX = 5
/** The real shop keeps results for seven days; this one keeps the newest. */
export const BULK_RESULTS_KEPT_MAX = 20

export const bulkFields: Record<string, Fields> = {
  QueryRoot: {
    bulkOperation: (_row, args, call) => bulkById(call, args.id),
    bulkOperations: (_row, args, call) => {
      const rows = [...call.shop.tables.bulk.values()].map(row => advance(call, row))
      const sortBy = args.sortKey === 'COMPLETED_AT' ? (row: BulkRow) => row.completedAt ?? 0 : (row: BulkRow) => row.createdAt
      return page(searched(call, 'bulkOperations', rows, args.query, FILTERS), args, { everything: call.everything, sortBy })
    },
    currentBulkOperation: (_row, args, call) => {
      if (args.type === 'MUTATION') throw notSimulated('A bulk mutation')
      const last = [...call.shop.tables.bulk.values()].at(-1)
      return last === undefined ? null : advance(call, last)
    },
  },
  Mutation: {
    bulkOperationRunQuery: mutation({ needsKey: false }, runQuery),
    bulkOperationCancel: mutation({ needsKey: false }, cancel),
  },
  BulkOperationRunQueryPayload: { bulkOperation: bulkIn, userErrors: 'property' },
  BulkOperationUserError: { field: 'property', message: 'property', code: 'property' },
  BulkOperationCancelPayload: { bulkOperation: bulkIn, userErrors: 'property' },
  BulkOperation: {
    id: (row: BulkRow) => gid('BulkOperation', row.id),
    type: () => 'QUERY',
    status: 'property',
    errorCode: 'property',
    query: 'property',
    createdAt: (row: BulkRow) => instant(row.createdAt),
    completedAt: (row: BulkRow) => instant(row.completedAt),
    objectCount: (row: BulkRow) => String(row.objectCount),
    rootObjectCount: (row: BulkRow) => String(row.rootObjectCount),
    fileSize: (row: BulkRow) => (row.result === null ? null : String(Buffer.byteLength(row.result))),
    url: (row: BulkRow, _args: unknown, call: Call) => (row.result === null ? null : `${call.baseUrl}/_bulk/${row.id}.jsonl`),
    partialDataUrl: () => null,
  },
}

export function bulkById(call: Call, value: unknown): BulkRow | null {
  const row = call.shop.tables.bulk.get(numberOf('BulkOperation', value) ?? -1)
  return row === undefined ? null : advance(call, row)
}

function runQuery(args: Args, call: Call): Payload {
  const problems = call.bulk.problems(args.query)
  if (problems.length > 0) return { userErrors: problems.map(message => ({ field: ['query'], message, code: 'INVALID' })) }
  const busy = [...call.shop.tables.bulk.values()].map(row => advance(call, row)).filter(isUnderWay)
  if (busy.length >= BULK_QUERIES_MAX) {
    const ids = busy.map(row => gid('BulkOperation', row.id)).join(', ')
    const message = `A bulk query operation for this app and shop is already in progress: ${ids}.`
    return { userErrors: [{ field: null, message, code: 'OPERATION_IN_PROGRESS' }] }
  }
  const row: BulkRow = {
    kind: 'BulkOperation',
    id: call.shop.tables.next('bulk', 5_000_000_001),
    query: args.query,
    status: 'CREATED',
    errorCode: null,
    createdAt: call.now,
    runsAt: call.now + call.dials.bulkDelayMs / 5,
    endsAt: call.now + call.dials.bulkDelayMs,
    completedAt: null,
    objectCount: 0,
    rootObjectCount: 0,
    result: null,
  }
  call.shop.tables.put('bulk', row)
  return { userErrors: [], bulkId: row.id }
}

function cancel(args: Args, call: Call): Payload {
  const row = bulkById(call, args.id)
  if (row === null) return { userErrors: [{ field: ['id'], message: 'Bulk operation does not exist', code: null }] }
  if (!isUnderWay(row)) {
    const message = `A bulk operation cannot be canceled when it is ${row.status.toLowerCase()}`
    return { userErrors: [{ field: null, message, code: null }], bulkId: row.id }
  }
  row.status = 'CANCELING'
  row.endsAt = call.now + call.dials.bulkDelayMs / 5
  call.shop.tables.put('bulk', row)
  return { userErrors: [], bulkId: row.id }
}

function bulkIn(payload: Payload, _args: unknown, call: Call): BulkRow | null {
  return call.shop.tables.bulk.get(payload.bulkId ?? -1) ?? null
}

function isUnderWay(row: BulkRow): boolean {
  return row.status === 'CREATED' || row.status === 'RUNNING' || row.status === 'CANCELING'
}

/** Brings an operation to where it stands by now. The data are those of the moment it is seen to be complete. */
function advance(call: Call, row: BulkRow): BulkRow {
  const before = row.status
  if (row.status === 'CREATED' && call.now >= row.runsAt) row.status = 'RUNNING'
  if (row.status === 'RUNNING' && call.now >= row.endsAt) finish(call, row)
  if (row.status === 'CANCELING' && call.now >= row.endsAt) row.status = 'CANCELED'
  if (row.status !== before) call.shop.tables.put('bulk', row)
  return row
}

function finish(call: Call, row: BulkRow): void {
  const outcome = call.bulk.run(row.query, call)
  row.completedAt = call.now
  if (outcome.kind === 'failed') {
    row.status = 'FAILED'
    row.errorCode = outcome.errorCode
    return
  }
  row.status = 'COMPLETED'
  row.objectCount = outcome.objectCount
  row.rootObjectCount = outcome.rootObjectCount
  row.result = outcome.objectCount === 0 ? null : outcome.lines
  const withResult = [...call.shop.tables.bulk.values()].filter(each => each.result !== null)
  for (const old of withResult.slice(0, -BULK_RESULTS_KEPT_MAX)) {
    old.result = null
    call.shop.tables.put('bulk', old)
  }
}

const FILTERS: Filters<BulkRow> = {
  id: byNumber(row => row.id),
  status: byWord(row => [row.status.toLowerCase()]),
  operation_type: byWord(() => ['query']),
  created_at: byInstant(row => row.createdAt),
  completed_at: byInstant(row => row.completedAt),
}
