import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An OpenID provider on loopback that says what it is told to say, rightly or wrongly. It checks PKCE and gives each code once. */
export type OddProvider = {
  issuer: string
  dials: Dials
  /** Where a browser would come back to after it was sent to `url` and the person had signed in there. */
  answer(url: string): string
  close(): Promise<void>
}

type Dials = {
  /** Beside iss, aud, sub, nonce, iat and exp, or in their place; undefined takes one away. */
  claims: Record<string, unknown>
  userinfo: Record<string, unknown> | null
  signedBy: 'its key' | 'another key' | 'nobody'
  /** The nonce of another sign-on. */
  isNonceWrong: boolean
  isAway: boolean
}

const usual = (): Dials => ({ claims: {}, userinfo: null, signedBy: 'its key', isNonceWrong: false, isAway: false })

export async function startOddProvider(client: { id: string; secret: string }): Promise<OddProvider> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const codes = new Map<string, { challenge: string; nonce: string }>()
  const dials = usual()
  let issuer = ''

  const server = createServer(async (request, response) => {
    if (dials.isAway) return request.socket.destroy()
    const { pathname } = new URL(request.url ?? '', issuer)
    if (pathname === '/.well-known/openid-configuration') return json(response, metadata())
    if (pathname === '/jwks')
      return json(response, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] })
    if (pathname === '/userinfo') return json(response, dials.userinfo ?? { sub: dials.claims.sub ?? 'subject-1' })
    let body = ''
    for await (const chunk of request) body += chunk
    const form = new URLSearchParams(body)
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isClient = form.get('client_id') === client.id && form.get('client_secret') === client.secret
    if (asked === undefined || asked.challenge !== challenge || !isClient) return json(response, { error: 'invalid_grant' }, 400)
    return json(response, { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 60, id_token: idToken(asked.nonce) })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function metadata() {
    return {
      ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` },
      ...{ userinfo_endpoint: `${issuer}/userinfo`, response_types_supported: ['code'], subject_types_supported: ['public'] },
      ...{ id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] },
    }
  }

  function idToken(nonce: string): string {
    const now = Math.floor(Date.now() / 1_000)
    const right = {
      iss: issuer,
      aud: client.id,
      sub: 'subject-1',
      nonce: dials.isNonceWrong ? 'of another' : nonce,
      iat: now,
      exp: now + 60,
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: dials.signedBy === 'nobody' ? 'none' : 'RS256', kid: 'k' })}.${part({ ...right, ...dials.claims })}`
    const key: KeyObject | null = dials.signedBy === 'nobody' ? null : (dials.signedBy === 'its key' ? keys : stranger).privateKey
    return `${text}.${key === null ? '' : createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
  }

  return {
    ...{ issuer, dials },
    answer(url) {
      const asked = new URL(url).searchParams
      const code = `code-${codes.size}-${asked.get('state')?.slice(0, 8)}-${Math.trunc(performance.now() * 1_000)}`
      codes.set(code, { challenge: asked.get('code_challenge') ?? '', nonce: asked.get('nonce') ?? '' })
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()
      return back.href
    },
    close: () => new Promise(resolve => void server.close(() => resolve())),
  }
}

export function resetDials(provider: OddProvider): void {
  Object.assign(provider.dials, usual())
}

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
