import type { InstantMs } from '../../kernel/clock.ts'
import { messageOf, type TrueupError } from '../../kernel/error.ts'
import { shopError } from './translate.ts'

/** Where the access token of each request comes from. */
export type TokenSource = {
  /** The token to send now. Throws CHANNEL_TOKEN_REFUSED where there is none to be had, CHANNEL_UNREACHABLE where it may come. */
  current(signal?: AbortSignal): Promise<string>
  /** The shop refused this one: gives another, or null where there is no other. */
  insteadOf(refused: string, signal?: AbortSignal): Promise<string | null>
}

/** A token that was typed in: there is no other. */
export function typedIn(token: string): TokenSource {
  return { current: async () => token, insteadOf: async () => null }
}

export type Grant = { kind: 'client_credentials' } | { kind: 'refresh_token'; refreshToken: string }

export type FetchedToken = {
  accessToken: string
  accessExpiresAt: InstantMs | null
  refreshToken: string | null
  refreshExpiresAt: InstantMs | null
}

const REQUEST_TIMEOUT_MS = 15_000

/** Asks Shopify for a token. What is sent and what comes back goes into no log. */
export async function fetchToken(
  options: { apiUrl: string; clientId: string; clientSecret: string; grant: Grant; fetch: typeof fetch; now: InstantMs },
  signal?: AbortSignal,
): Promise<FetchedToken> {
  const { apiUrl, clientId, clientSecret, grant } = options
  const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, grant_type: grant.kind })
  if (grant.kind === 'refresh_token') body.set('refresh_token', grant.refreshToken)
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  let response: Response
  let answer: Answered | null
  try {
    response = await options.fetch(`${apiUrl.replace(/\/+$/, '')}/admin/oauth/access_token`, {
      ...{ method: 'POST', body: body.toString(), redirect: 'manual', signal: signal ? AbortSignal.any([signal, timeout]) : timeout },
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Trueup' },
    })
    answer = asAnswer(await response.text())
  } catch (error) {
    throw shopError('CHANNEL_UNREACHABLE', `no access token could be fetched: ${messageOf(error)}`)
  }
  if (response.status !== 200) throw refused(response.status, answer)
  if (typeof answer?.access_token !== 'string')
    throw shopError('CHANNEL_UNREACHABLE', 'no access token could be fetched: the answer held none')
  return {
    accessToken: answer.access_token,
    accessExpiresAt: expiry(options.now, answer.expires_in),
    refreshToken: typeof answer.refresh_token === 'string' ? answer.refresh_token : null,
    refreshExpiresAt: expiry(options.now, answer.refresh_token_expires_in),
  }
}

type Answered = {
  access_token?: unknown
  expires_in?: unknown
  refresh_token?: unknown
  refresh_token_expires_in?: unknown
  error?: unknown
}

function asAnswer(text: string): Answered | null {
  try {
    const answer: unknown = JSON.parse(text)
    return answer !== null && typeof answer === 'object' ? answer : null
  } catch {
    return null // A page of a proxy, for example: its status says what to make of it.
  }
}

function expiry(now: InstantMs, seconds: unknown): InstantMs | null {
  return typeof seconds === 'number' && seconds > 0 ? now + seconds * 1_000 : null
}

/** The shop says no to who we are; trouble of its own passes. */
function refused(status: number, answer: Answered | null): TrueupError {
  if (status === 429 || status >= 500) return shopError('CHANNEL_UNREACHABLE', `no access token could be fetched: HTTP ${status}`)
  if (status === 402 || status === 423) return shopError('CHANNEL_SHOP_FROZEN', `no access token could be fetched: HTTP ${status}`)
  const reason = typeof answer?.error === 'string' ? ` ${answer.error.slice(0, 100)}` : ''
  return shopError('CHANNEL_TOKEN_REFUSED', `no access token could be fetched: HTTP ${status}${reason}`)
}
