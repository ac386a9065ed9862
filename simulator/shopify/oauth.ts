/*
 * Tokens of an app: fetched with its id and secret for a day, or with a refresh token that is good once and brings the next
 * one along. Assumed: the refresh token before dies at the moment in which the next one is given out.
 */

export type OauthOptions = {
  clientId: string
  clientSecret: string
  /** The first refresh token; unset: the shop gives tokens for the app's own id and secret. */
  refreshToken?: string
}

const DAY_S = 86_399
const HOUR_S = 3_600
const REFRESH_S = 90 * 86_400

export class Oauth {
  readonly #options: OauthOptions
  readonly #expiresAt = new Map<string, number>()
  #refreshToken: string | null
  #issued = 0

  constructor(options: OauthOptions) {
    this.#options = options
    this.#refreshToken = options.refreshToken ?? null
  }

  isGood(token: string, now: number): boolean {
    return (this.#expiresAt.get(token) ?? 0) > now
  }

  /** Behind the curtain: every token that was given out is worth nothing. */
  revokeAll(): void {
    this.#expiresAt.clear()
  }

  answer(body: URLSearchParams, now: number): { status: number; body: unknown } {
    const { clientId, clientSecret } = this.#options
    if (body.get('client_id') !== clientId || body.get('client_secret') !== clientSecret)
      return { status: 400, body: { error: 'application_cannot_be_found' } }
    const grant = body.get('grant_type')
    if (grant === 'client_credentials' && this.#refreshToken === null) {
      return { status: 200, body: { access_token: this.#issue(now, DAY_S), scope: 'write_inventory', expires_in: DAY_S } }
    }
    if (grant !== 'refresh_token') return { status: 400, body: { error: 'shop_not_permitted' } }
    if (this.#refreshToken === null || body.get('refresh_token') !== this.#refreshToken)
      return { status: 400, body: { error: 'invalid_grant' } }
    this.#refreshToken = `shprt_${this.#issued + 1}`
    const tokens = { access_token: this.#issue(now, HOUR_S), expires_in: HOUR_S }
    return { status: 200, body: { ...tokens, refresh_token: this.#refreshToken, refresh_token_expires_in: REFRESH_S } }
  }

  #issue(now: number, seconds: number): string {
    this.#issued += 1
    const token = `shpat_issued_${this.#issued}`
    this.#expiresAt.set(token, now + seconds * 1_000)
    return token
  }
}
