import { fetchToken, type Grant, type TokenSource, typedIn } from '../adapters/shopify/tokens.ts'
import { shopError } from '../adapters/shopify/translate.ts'
import { planToken } from '../catalog/credential.ts'
import { type Credential, credentialOf, forgetToken, keepToken } from '../catalog/credential-store.ts'
import type { Shop } from '../catalog/store.ts'
import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { SecretBox } from './secret-box.ts'

type Deps = { db: Db; box: SecretBox; clock: Clock; sleep: Sleep; fetch: typeof fetch }

/** How often, and how long apart, one looks whether another process has fetched the token by now. */
const LOOKS_MAX = 40
const LOOK_MS = 250

/**
 * The access token of one shop, whichever way it is come by. A fetched one is renewed early, by one process at a time, and
 * kept before it is used: a refresh token is good once, and whoever loses the next one has lost the shop.
 */
export function tokenSource(deps: Deps, shop: Pick<Shop, 'shopId' | 'code' | 'apiUrl' | 'tokenSealed'>): TokenSource {
  const { db, box, clock, sleep } = deps
  return {
    async current(signal) {
      const credential = await credentialOf(db, shop.shopId)
      if (credential === null || credential.kind === 'static') return typedToken().current()
      switch (planToken(credential, clock.now())) {
        case 'use':
          return box.open(credential.accessTokenSealed ?? '')
        case 'renew_early':
          return (await renewedEarly(signal)) ?? box.open(credential.accessTokenSealed ?? '')
        case 'renew_now':
          return renewed(signal)
        case 'lost':
          throw lost(shop.code)
      }
    },
    async insteadOf(refused, signal) {
      const credential = await credentialOf(db, shop.shopId)
      if (credential === null || credential.kind === 'static' || credential.accessTokenSealed === null) return null
      if (box.open(credential.accessTokenSealed) === refused)
        await forgetToken(db, shop.shopId, { accessTokenSealed: credential.accessTokenSealed })
      return renewed(signal)
    },
  }

  function typedToken(): TokenSource {
    if (shop.tokenSealed === null) throw noToken(shop.code)
    return typedIn(box.open(shop.tokenSealed))
  }

  /** A renewal before its time may fail: the token at hand still counts. */
  async function renewedEarly(signal?: AbortSignal): Promise<string | null> {
    try {
      return await renewed(signal)
    } catch (error) {
      if (error instanceof TrueupError) return null
      throw error
    }
  }

  async function renewed(signal?: AbortSignal): Promise<string> {
    for (let looks = 0; looks < LOOKS_MAX && !signal?.aborted; looks++) {
      const turn = await db.alone(`token of shop ${shop.shopId}`, () => renewAlone(signal))
      if (turn.ran) return turn.result
      await sleep(LOOK_MS, signal)
    }
    throw shopError('CHANNEL_UNREACHABLE', 'another process fetches the access token, and does not come to an end')
  }

  async function renewAlone(signal?: AbortSignal): Promise<string> {
    const credential = await credentialOf(db, shop.shopId)
    if (credential === null || credential.kind === 'static') return typedToken().current()
    // Whoever had the turn before may have fetched one.
    if (planToken(credential, clock.now()) === 'use') return box.open(credential.accessTokenSealed ?? '')
    const { clientId, clientSecretSealed } = credential
    // A refresh token is spent when the shop has heard it: whoever no longer waits must not keep us from hearing the next one.
    const brokenOffBy = credential.kind === 'refresh_token' ? undefined : signal
    const fetched = await fetchToken(
      {
        ...{ apiUrl: shop.apiUrl, fetch: deps.fetch, now: clock.now(), grant: grantOf(credential, box) },
        ...{ clientId: clientId ?? '', clientSecret: box.open(clientSecretSealed ?? '') },
      },
      brokenOffBy,
    )
    const { accessExpiresAt, refreshExpiresAt, refreshToken } = fetched
    const sealed = {
      accessTokenSealed: box.seal(fetched.accessToken),
      refreshTokenSealed: refreshToken === null ? null : box.seal(refreshToken),
    }
    await keepToken(db, shop.shopId, { ...sealed, accessExpiresAt, refreshExpiresAt }, clock.now())
    return fetched.accessToken
  }
}

function grantOf(credential: Credential, box: SecretBox): Grant {
  if (credential.kind === 'client_credentials') return { kind: 'client_credentials' }
  return { kind: 'refresh_token', refreshToken: box.open(credential.refreshTokenSealed ?? '') }
}

function lost(shop: string): TrueupError {
  return new TrueupError('CHANNEL_TOKEN_REFUSED', `the refresh token of shop ${shop} has expired`, {
    retry: 'after-operator',
    hint: 'Install the app in the shop again and enter the new refresh token.',
    detail: { shop },
  })
}

function noToken(shop: string): TrueupError {
  return new TrueupError('SHOP_TOKEN_MISSING', `shop ${shop} has no access token`, {
    retry: 'after-operator',
    hint: 'Enter the access token of the app that is installed in the shop.',
    detail: { shop },
  })
}
