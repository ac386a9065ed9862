import type { Clock } from '../../kernel/clock.ts'
import { messageOf } from '../../kernel/error.ts'
import type { Answer, ShopBody } from './answer.ts'

/** Shopify itself gives up after 10 s; later than this nothing comes. */
const REQUEST_TIMEOUT_MS = 15_000

export type ClientOptions = { apiUrl: string; apiVersion: string; accessToken: string; fetch: typeof fetch; clock: Clock }

export type Client = {
  /** Posts these very bytes. Never throws for what the world does: that is an answer too. */
  post(body: string, signal?: AbortSignal): Promise<Answer>
  /** Opens the result of a bulk operation. Its address is signed; it gets no token of ours. */
  download(url: string, signal?: AbortSignal): Promise<Response>
}

/** The wire to one shop: one request, one answer, no judgement and no second try. */
export function openClient(options: ClientOptions): Client {
  const url = `${options.apiUrl.replace(/\/+$/, '')}/admin/api/${options.apiVersion}/graphql.json`
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': 'Trueup',
    'x-shopify-access-token': options.accessToken,
  }
  return {
    async post(body, signal) {
      try {
        const response = await options.fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: withTimeout(signal) })
        // The body is read here: a connection that breaks in the middle of it is no answer.
        const text = await response.text()
        return {
          kind: 'answered',
          status: response.status,
          body: asJson(text),
          requestId: response.headers.get('x-request-id'),
          dateMs: dateOf(response.headers) ?? options.clock.now(),
          retryAfterMs: retryAfterMs(response.headers),
        }
      } catch (error) {
        return { kind: 'nothing', message: reasonOf(error) }
      }
    },
    download: (address, signal) => options.fetch(address, signal ? { signal } : {}),
  }
}

/** A wire's patience is real time, whatever clock the rooms are given. */
function withTimeout(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  return signal ? AbortSignal.any([signal, timeout]) : timeout
}

function asJson(text: string): ShopBody | null {
  try {
    const body: unknown = JSON.parse(text)
    return body !== null && typeof body === 'object' ? (body as ShopBody) : null
  } catch {
    return null // Not JSON is told by the null: whoever judges the answer knows what it means.
  }
}

function dateOf(headers: Headers): number | null {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? null : date
}

/** The header speaks seconds. */
function retryAfterMs(headers: Headers): number | null {
  const text = headers.get('retry-after')
  const seconds = Number(text)
  return text === null || text.trim() === '' || !Number.isFinite(seconds) ? null : Math.max(0, seconds * 1_000)
}

/** fetch says "fetch failed" and hides the reason in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${REQUEST_TIMEOUT_MS / 1_000} s`
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause) || String((cause as { code?: string }).code)}`
}
