/* The shop's side of HTTP: the GraphQL endpoint, results of bulk queries, and the shop's clock in every answer. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type GraphqlBody, makeReady, refuse, run, type Simulated } from './answer.ts'
import type { Chance } from './chance.ts'
import { CONTROL_PATH, type Control } from './control.ts'
import { type Fault, STALL_MS, takeFault } from './faults.ts'
import { seededUuid } from './ids.ts'
import type { Journal, JournalEntry } from './journal.ts'
import type { Oauth } from './oauth.ts'
import { API_VERSIONS, type ApiVersion, servedVersion } from './schema.ts'
import { bodyOf, STAGED_PATH, sendBulkResult, sendJson, takeUpload } from './server-files.ts'

export type Wiring = {
  simulated: Simulated
  journal: Journal
  control: Control
  accessTokens: readonly string[] | null
  oauth: Oauth | null
  /** The shop's clock, which may be skewed. */
  now: () => number
  /** Has everything happen that is due by now. */
  catchUp: () => void
  chance: Chance
  sleep: (ms: number) => Promise<void>
  /** Known once the server listens. */
  baseUrl: () => string
}

export const BODY_BYTES_MAX = 10 * 1_024 * 1_024

export function shopServer(wiring: Wiring): Server {
  let requests = 0
  return createServer((request, response) => {
    requests += 1
    const requestId = seededUuid(wiring.simulated.shop.seed, requests)
    response.sendDate = false
    response.setHeader('Date', new Date(wiring.now()).toUTCString())
    response.setHeader('x-request-id', requestId)
    answer(wiring, request, response, requestId).catch((error: unknown) => {
      // A bug of the simulator must not look like a misbehaving shop.
      if (!response.headersSent) sendJson(response, 500, { simulatorBug: String((error as Error).stack ?? error) })
      else response.destroy()
    })
  })
}

async function answer(wiring: Wiring, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://shop')
  wiring.catchUp()
  if (url.pathname.startsWith(STAGED_PATH)) return takeUpload(wiring, request, response, url)
  const text = (await bodyOf(request, BODY_BYTES_MAX))?.toString('utf8') ?? null
  if (text === null) return sendJson(response, 413, { errors: `The body is larger than ${BODY_BYTES_MAX} bytes` })
  if (url.pathname.startsWith(CONTROL_PATH)) {
    const told = await wiring.control(request.method ?? 'GET', url, text)
    return sendJson(response, told.status, told.body)
  }
  const bulk = /^\/_bulk\/(\d+)\.jsonl$/.exec(url.pathname)
  if (bulk !== null && request.method === 'GET') return sendBulkResult(wiring, response, Number(bulk[1]), requestId)
  if (url.pathname === '/admin/oauth/access_token' && wiring.oauth !== null) {
    const told = wiring.oauth.answer(new URLSearchParams(text), wiring.now())
    return sendJson(response, told.status, told.body)
  }
  const asked = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(url.pathname)?.[1]
  if (asked === undefined) return sendJson(response, 404, { errors: 'Not Found' })
  const version = servedVersion(asked)
  if (version === null) return sendJson(response, 404, { errors: `This simulator speaks ${API_VERSIONS.join(', ')}, not ${asked}` })
  if (request.method !== 'POST') return sendJson(response, 405, { errors: 'Method Not Allowed' })
  await answerGraphql(wiring, { token: String(request.headers['x-shopify-access-token'] ?? ''), text, requestId, version }, response)
}

async function answerGraphql(
  wiring: Wiring,
  request: { token: string; text: string; requestId: string; version: ApiVersion },
  response: ServerResponse,
): Promise<void> {
  const { simulated, journal } = wiring
  const { dials } = simulated
  const body = readBody(request.text)
  const api = simulated.api(request.version)
  const ready = body === null ? null : makeReady(api, body)
  const roots = ready !== null && 'prepared' in ready ? ready.prepared.roots.map(field => field.name.value) : []
  const keys = ready !== null && 'prepared' in ready ? ready.keys : []
  const held = new Set(keys.filter(key => !simulated.keysUnderWay.has(key)))
  for (const key of held) simulated.keysUnderWay.add(key)
  const entry: Omit<JournalEntry, 'seq'> = {
    at: new Date(wiring.now()).toISOString(),
    requestId: request.requestId,
    kind: 'graphql',
    operation: ready !== null && 'prepared' in ready ? (ready.prepared.operation.name?.value ?? null) : null,
    roots,
    variables: body?.variables ?? null,
    idempotencyKeys: keys,
    cost: null,
    status: 200,
    answer: { errors: [], userErrors: [], changes: 0 },
    fault: null,
  }
  const finish = (status: number, json: unknown, headers: Record<string, string> = {}): void => {
    journal.append({ ...entry, status })
    sendJson(response, status, json, { 'X-Shopify-API-Version': request.version, ...headers })
  }
  const finishHtml = (status: number): void => {
    journal.append({ ...entry, status })
    response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(HTML_PAGE)
  }
  const pass = async (ms: number): Promise<void> => {
    if (ms <= 0) return
    await wiring.sleep(ms)
    wiring.catchUp()
  }
  const cut = (): void => {
    journal.append({ ...entry, status: 0 })
    response.socket?.resetAndDestroy()
  }

  try {
    const door = doorAnswer(wiring, request.token)
    if (door !== null) return finish(door.status, door.body)
    if (body === null || ready === null) return finish(400, { errors: { query: 'Required parameter missing or invalid' } })
    const fault = takeFault(dials, roots, { now: wiring.now(), chance: wiring.chance })
    entry.fault = fault?.kind ?? null
    if (fault?.kind === 'resetBefore') return cut()
    if (fault?.kind === 'status') return finish(fault.status ?? 503, { errors: 'Simulated failure' }, retryAfter(fault))
    if (fault?.kind === 'html') return finishHtml(fault.status ?? 503)
    if (fault?.kind === 'internalError') return finish(200, internalError(entry, request.requestId))
    await pass((fault?.kind === 'stall' ? (fault.ms ?? STALL_MS) : 0) + dials.latencyMs / 2)
    const now = wiring.now()
    const result =
      'refused' in ready
        ? refuse(simulated, ready.refused, now)
        : run(simulated, api, ready.prepared, body, {
            now,
            heldKeys: held,
            baseUrl: wiring.baseUrl(),
            throttled: fault?.kind === 'throttle',
          })
    simulated.shop.tables.flush()
    entry.cost = result.cost
    entry.answer = result.summary
    await pass(dials.latencyMs / 2)
    if (fault?.kind === 'resetAfter') return cut()
    if (fault?.kind === 'statusAfter') return finish(fault.status ?? 502, { errors: 'Simulated failure' }, retryAfter(fault))
    if (fault?.kind === 'stall' && fault.status !== undefined) return finish(fault.status, { errors: 'Simulated failure' })
    if (fault?.kind === 'internalErrorAfter') return finish(200, internalError(entry, request.requestId))
    finish(200, result.body)
  } finally {
    for (const key of held) simulated.keysUnderWay.delete(key)
  }
}

/** As a proxy in front of the shop would say it. */
const HTML_PAGE = '<!DOCTYPE html>\n<html><head><title>Something went wrong</title></head><body>Something went wrong.</body></html>\n'

function internalError(entry: Omit<JournalEntry, 'seq'>, requestId: string): unknown {
  const message = `Internal error. Looks like something went wrong on our end.\nRequest ID: ${requestId} (include this in support requests).`
  entry.answer.errors = ['INTERNAL_SERVER_ERROR']
  return { errors: [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } }] }
}

/** What is said before anybody looks at the call. */
function doorAnswer(wiring: Wiring, token: string): { status: number; body: unknown } | null {
  const { dials } = wiring.simulated
  const isKnown =
    token !== '' &&
    (wiring.accessTokens === null || wiring.accessTokens.includes(token) || wiring.oauth?.isGood(token, wiring.now()) === true)
  if (!isKnown || dials.tokenRevoked)
    return { status: 401, body: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' } }
  if (dials.frozen) return { status: 402, body: { errors: 'Unavailable Shop' } }
  if (dials.locked) return { status: 423, body: { errors: 'Locked' } }
  return null
}

function readBody(text: string): GraphqlBody | null {
  try {
    const body = JSON.parse(text) as { query?: unknown; variables?: unknown; operationName?: unknown } | null
    if (body === null || typeof body.query !== 'string') return null
    const variables = (body.variables ?? {}) as Record<string, unknown>
    if (typeof variables !== 'object' || Array.isArray(variables)) return null
    return {
      query: body.query,
      variables,
      operationName: typeof body.operationName === 'string' && body.operationName !== '' ? body.operationName : null,
    }
  } catch {
    return null // Not JSON: the caller says 400.
  }
}

function retryAfter(fault: Fault): Record<string, string> {
  return fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': fault.retryAfterSeconds.toFixed(1) }
}
