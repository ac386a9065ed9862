import { expect, test } from 'vitest'
import { planToken, type TokenLife, type TokenPlan } from './credential.ts'

const T = 1_000_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const daily: TokenLife = { kind: 'client_credentials', renewedAt: T, accessExpiresAt: T + DAY_MS, refreshExpiresAt: null }
const hourly: TokenLife = { kind: 'refresh_token', renewedAt: T, accessExpiresAt: T + HOUR_MS, refreshExpiresAt: T + 90 * DAY_MS }

test.each<[string, TokenLife, number, TokenPlan]>([
  ['a token that was typed in', { kind: 'static', renewedAt: null, accessExpiresAt: null, refreshExpiresAt: null }, T, 'use'],
  ['none was fetched yet', { ...daily, renewedAt: null, accessExpiresAt: null }, T, 'renew_now'],
  ['a fresh one', daily, T + HOUR_MS, 'use'],
  ['after three quarters of the day', daily, T + 18 * HOUR_MS, 'renew_early'],
  ['a minute before its end', daily, T + DAY_MS - 60_000, 'renew_early'],
  ['after its end', daily, T + DAY_MS, 'renew_now'],
  ['after three quarters of the hour', hourly, T + 45 * 60_000, 'renew_early'],
  ['after the hour', hourly, T + HOUR_MS, 'renew_now'],
  ['its refresh token is over, and the token still counts', { ...hourly, refreshExpiresAt: T }, T + 50 * 60_000, 'use'],
  ['both are over', { ...hourly, refreshExpiresAt: T }, T + HOUR_MS, 'lost'],
  ['one that never expires', { ...hourly, accessExpiresAt: null }, T + 999 * DAY_MS, 'use'],
  ['one that lives for a minute is renewed at once, early', { ...daily, accessExpiresAt: T + 60_000 }, T, 'renew_early'],
])('%s', (_, life, now, plan) => expect(planToken(life, now)).toBe(plan))
