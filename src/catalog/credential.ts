import type { InstantMs } from '../kernel/clock.ts'

/**
 * How the access token of a shop is come by: typed in and good until somebody revokes it; fetched with the app's own id and
 * secret, good for a day; or fetched with a refresh token that is good once and brings the next one along.
 */
export type CredentialKind = 'static' | 'client_credentials' | 'refresh_token'

export type TokenLife = {
  kind: CredentialKind
  /** Null: there is no token yet. */
  renewedAt: InstantMs | null
  /** Null: it does not expire. */
  accessExpiresAt: InstantMs | null
  refreshExpiresAt: InstantMs | null
}

export type TokenPlan =
  | 'use'
  /** It still counts, and will not for long: a new one is fetched, and the old one used should that fail. */
  | 'renew_early'
  | 'renew_now'
  /** Nothing of ours can fetch a new one: a person has to. */
  | 'lost'

/** A token is renewed when so large a part of its life is over. */
const RENEWED_AT_SHARE = 0.75
/** And in any case so long before its end: a call that is under way may take that long. */
const RENEWED_BEFORE_MS_MIN = 60_000

export function planToken(life: TokenLife, now: InstantMs): TokenPlan {
  if (life.kind === 'static') return 'use'
  const canRenew = life.kind === 'client_credentials' || life.refreshExpiresAt === null || life.refreshExpiresAt > now
  if (life.renewedAt === null || (life.accessExpiresAt !== null && life.accessExpiresAt <= now)) return canRenew ? 'renew_now' : 'lost'
  if (life.accessExpiresAt === null) return 'use'
  const renewAt = life.renewedAt + (life.accessExpiresAt - life.renewedAt) * RENEWED_AT_SHARE
  const isOld = now >= renewAt || life.accessExpiresAt - now <= RENEWED_BEFORE_MS_MIN
  return isOld && canRenew ? 'renew_early' : 'use'
}
