/* What the shop takes and gives beside GraphQL: uploaded files, results of bulk operations. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { takeNamedFault } from './faults.ts'
import type { Wiring } from './server.ts'
import { UPLOAD_BYTES_MAX } from './uploads.ts'

export const STAGED_PATH = '/_staged/'
const UPLOAD_ENVELOPE_BYTES_MAX = 1_000_000

/** The storage of staged uploads: another host in earnest, which knows no tokens. */
export async function takeUpload(wiring: Wiring, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { dials, bulk } = wiring.simulated
  const fault = takeNamedFault(dials, 'stagedUpload', { now: wiring.now(), chance: wiring.chance })
  const body = fault?.kind === 'resetBefore' ? null : await bodyOf(request, UPLOAD_BYTES_MAX + UPLOAD_ENVELOPE_BYTES_MAX)
  if (fault?.kind === 'resetBefore') {
    response.socket?.resetAndDestroy()
  } else if (body === null) {
    response.writeHead(413).end()
  } else if (fault?.kind === 'status') {
    response.writeHead(fault.status ?? 503).end()
  } else {
    const told =
      request.method === 'PUT'
        ? bulk.uploads.put(decodeURIComponent(url.pathname.slice(STAGED_PATH.length)), body)
        : bulk.uploads.post(request.headers['content-type'] ?? '', body)
    if (fault?.kind === 'resetAfter') response.socket?.resetAndDestroy()
    else response.writeHead(told.status, { 'Content-Type': 'application/xml' }).end(told.xml)
  }
}

export function sendBulkResult(wiring: Wiring, response: ServerResponse, id: number, requestId: string): void {
  const { shop, bulk, dials } = wiring.simulated
  const bytes = shop.tables.bulk.get(id)?.hasResult === true ? bulk.files.bytes(id) : null
  const fault = takeNamedFault(dials, 'bulkResult', { now: wiring.now(), chance: wiring.chance })
  const status = fault?.kind === 'status' ? (fault.status ?? 503) : bytes === null ? 404 : 200
  wiring.journal.append({
    at: new Date(wiring.now()).toISOString(),
    requestId,
    kind: 'bulk-result',
    operation: null,
    roots: [],
    variables: { id },
    idempotencyKeys: [],
    cost: null,
    status,
    answer: { errors: [], userErrors: [], changes: 0 },
    fault: fault?.kind ?? null,
  })
  if (status !== 200 || bytes === null) {
    sendJson(response, status, { errors: 'Not Found' })
    return
  }
  response.writeHead(200, { 'Content-Type': 'application/jsonl', 'Content-Length': bytes })
  const lines = bulk.files.read(id)
  if (fault?.kind !== 'resetAfter') {
    lines.pipe(response)
    return
  }
  // Half of it arrives, and then nothing more.
  let left = Math.floor(bytes / 2)
  lines.on('data', chunk => {
    response.write(chunk.slice(0, left))
    left -= chunk.length
    if (left <= 0) response.socket?.resetAndDestroy()
  })
}

/** Null: there is more than that. */
export async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text), ...headers })
    .end(text)
}
