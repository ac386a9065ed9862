import * as client from 'openid-client'
import { messageOf, TrueupError } from '../../kernel/error.ts'

export type OidcOptions = {
  issuer: string
  clientId: string
  /** null: a public client, which PKCE alone protects. */
  clientSecret: string | null
  scope: string
  /** Where the groups or roles stand: the name of a claim, or a way through claims with dots between. */
  roleClaim: string
}

const TIMEOUT_S = 10
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/

/** An OpenID provider, found by its issuer. What it is told and what it says is checked by the library, the signature of its tokens included. */
export function openOidc({ issuer, clientId, clientSecret, scope, roleClaim }: OidcOptions) {
  let found: Promise<client.Configuration> | null = null

  /** Looked up when somebody signs on, and again if that failed: a provider that is away does not keep the program from starting. */
  function configuration(): Promise<client.Configuration> {
    found ??= client
      .discovery(new URL(issuer), clientId, clientSecret ?? undefined, clientSecret === null ? client.None() : undefined, {
        // Not only TLS vouches for a token: its signature is checked too. In the clear only to a provider on this machine.
        execute: [client.enableNonRepudiationChecks, ...(LOOPBACK.test(issuer) ? [client.allowInsecureRequests] : [])],
        timeout: TIMEOUT_S,
      })
      .catch((cause: unknown) => {
        found = null
        throw unreachable(issuer, cause)
      })
    return found
  }

  return {
    async begin({ state, nonce, verifier, redirectUri }: { state: string; nonce: string; verifier: string; redirectUri: string }) {
      const challenge = { code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
      return client.buildAuthorizationUrl(await configuration(), { redirect_uri: redirectUri, scope, state, nonce, ...challenge }).href
    },
    async finish({ state, nonce, verifier, url }: { state: string; nonce: string; verifier: string; url: string }) {
      const config = await configuration()
      try {
        const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
        const tokens = await client.authorizationCodeGrant(config, new URL(url), checks)
        const signed = tokens.claims()
        if (signed === undefined) throw new Error('there was no token that says who it is')
        // Some say only at their userinfo address which groups somebody has; the library sees to it that it speaks of the same subject.
        const isTold = valuesAt(signed, roleClaim) !== null || config.serverMetadata().userinfo_endpoint === undefined
        const more = isTold ? {} : await client.fetchUserInfo(config, tokens.access_token, signed.sub)
        const said: Record<string, unknown> = { ...more, ...signed }
        return {
          issuer: signed.iss,
          subject: signed.sub,
          preferredName: textOf(said.preferred_username),
          verifiedEmail: said.email_verified === true ? textOf(said.email) : null,
          values: valuesAt(said, roleClaim) ?? [],
        }
      } catch (cause) {
        throw isAway(cause) ? unreachable(issuer, cause) : refused(cause)
      }
    },
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** One value or a list of them; null: nothing is said there. A claim may have dots in its own name. */
function valuesAt(claims: Record<string, unknown>, claim: string): string[] | null {
  const byWay = claim
    .split('.')
    .reduce<unknown>(
      (at, part) => (at !== null && typeof at === 'object' && Object.hasOwn(at, part) ? (at as Record<string, unknown>)[part] : undefined),
      claims,
    )
  const value = Object.hasOwn(claims, claim) ? claims[claim] : byWay
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : null
}

function isAway(cause: unknown): boolean {
  const inner = cause instanceof client.ClientError ? cause.cause : cause
  return inner instanceof TypeError || (inner instanceof Error && ['TimeoutError', 'AbortError'].includes(inner.name))
}

function unreachable(issuer: string, cause: unknown): TrueupError {
  return new TrueupError('HTTP_SIGN_ON_UNREACHABLE', `The system for signing on does not answer at ${issuer}: ${messageOf(cause)}`, {
    retry: 'backoff',
    hint: 'Try again in a moment; check TRUEUP_OIDC_ISSUER. A local admin can sign in with a password meanwhile.',
    cause,
  })
}

function refused(cause: unknown): TrueupError {
  const said =
    cause instanceof client.AuthorizationResponseError || cause instanceof client.ResponseBodyError ? cause.error : messageOf(cause)
  return new TrueupError('HTTP_SIGN_ON_REFUSED', `What the system for signing on answered cannot be believed, or it said no: ${said}`, {
    retry: 'after-operator',
    hint: 'Begin again on the sign-in page. If it happens every time, compare the client, its secret and its redirect address there.',
    cause,
  })
}
