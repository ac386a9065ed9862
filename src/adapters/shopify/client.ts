import type { ShopCode } from '../../channel/port.ts'
import type { Clock } from '../../kernel/clock.ts'
import { messageOf, TrueupError } from '../../kernel/error.ts'
import type { Answer, ShopBody } from './answer.ts'
import type { TokenSource } from './tokens.ts'

/** Shopify itself gives up after 10 s; later than this nothing comes. */
const REQUEST_TIMEOUT_MS = 15_000
/** A hundred megabytes over a slow line. */
const UPLOAD_TIMEOUT_MS = 15 * 60_000

export type ClientOptions = { apiUrl: string; apiVersion: string; token: TokenSource; fetch: typeof fetch; clock: Clock }

export type Client = {
  /** Posts these very bytes. Never throws for what the world does: that is an answer too. */
  post(body: string, signal?: AbortSignal): Promise<Answer>
  /** Opens the result of a bulk operation. Its address is signed; it gets no token of ours. */
  download(url: string, signal?: AbortSignal): Promise<Response>
  /** Posts a form to where the shop takes files, which is signed too. Gives the status of the answer. */
  upload(url: string, form: FormData, signal?: AbortSignal): Promise<number>
}

/** The wire to one shop: one request, one answer, no judgement, and no second try but with another token. */
export function openClient(options: ClientOptions): Client {
  const url = `${options.apiUrl.replace(/\/+$/, '')}/admin/api/${options.apiVersion}/graphql.json`
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': 'Trueup',
  }
  return {
    async post(body, signal) {
      try {
        const token = await options.token.current(signal)
        const answer = await postWith(token, body, signal)
        if (answer.kind !== 'answered' || answer.status !== 401) return answer
        // Nothing was done: the shop did not know us. Where there is another token it is tried, once.
        const other = await options.token.insteadOf(token, signal)
        return other === null ? answer : await postWith(other, body, signal)
      } catch (error) {
        return withoutToken(error)
      }
    },
    download: (address, signal) => options.fetch(address, signal ? { signal } : {}),
    async upload(address, form, signal) {
      const patience = AbortSignal.timeout(UPLOAD_TIMEOUT_MS)
      const response = await options.fetch(address, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      })
      await response.arrayBuffer()
      return response.status
    },
  }

  async function postWith(token: string, body: string, signal: AbortSignal | undefined): Promise<Answer> {
    const sent = { method: 'POST', headers: { ...headers, 'x-shopify-access-token': token }, body, redirect: 'manual' } as const
    const startedAt = options.clock.now()
    try {
      const response = await options.fetch(url, { ...sent, signal: withTimeout(signal) })
      // The body is read here: a connection that breaks in the middle of it is no answer.
      const text = await response.text()
      return {
        kind: 'answered',
        status: response.status,
        body: asJson(text),
        requestId: response.headers.get('x-request-id'),
        look: lookOf(dateOf(response.headers), options.clock.now() - startedAt),
        retryAfterMs: retryAfterMs(response.headers),
      }
    } catch (error) {
      return { kind: 'nothing', message: reasonOf(error) }
    }
  }
}

/** There is no token to send: nothing went out. */
function withoutToken(error: unknown): Answer {
  if (!(error instanceof TrueupError)) throw error
  const code: ShopCode = error.code === 'CHANNEL_UNREACHABLE' || error.code === 'CHANNEL_SHOP_FROZEN' ? error.code : 'CHANNEL_TOKEN_REFUSED'
  return { kind: 'not_sent', code, message: error.message, retryAfterMs: null }
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

/** A shop dates its answers in whole seconds, and not all of its machines agree to the second. */
const DATE_MARGIN_MS = 1_000
/** Nothing is known of the shop's clock then, so nothing follows from the answer about when. */
const ANY_TIME = { from: 0, until: 8_640_000_000_000_000 }

/** When an answer was made, from its date and how long we waited for it. Our own clock says nothing about the shop's. */
export function lookOf(dateMs: number | null, tookMs: number): { from: number; until: number } {
  if (dateMs === null) return ANY_TIME
  return { from: dateMs - Math.max(0, tookMs) - DATE_MARGIN_MS, until: dateMs + 1_000 + DATE_MARGIN_MS }
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
