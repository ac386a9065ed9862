import { expect, test } from 'vitest'
import { permitCall, type Standing } from './permit.ts'

const T = 1_000_000
const well: Standing = {
  accessScope: 'read_and_write',
  isEnabled: true,
  isShadow: false,
  state: 'reachable',
  code: null,
  failures: 0,
  retryAt: null,
}
const down: Standing = { ...well, state: 'unreachable', code: 'CHANNEL_UNREACHABLE', failures: 3, retryAt: T + 4_000 }

test.each<[string, Standing, 'read' | 'write', string]>([
  ['a write', well, 'write', 'may'],
  ['a write, read only', { ...well, accessScope: 'read_only' }, 'write', 'CHANNEL_READ_ONLY'],
  ['a question, read only', { ...well, accessScope: 'read_only' }, 'read', 'may'],
  ['a question, no access', { ...well, accessScope: 'no_access' }, 'read', 'CHANNEL_READ_ONLY'],
  ['a write, in shadow', { ...well, isShadow: true }, 'write', 'CHANNEL_SHADOW'],
  ['a question, in shadow', { ...well, isShadow: true }, 'read', 'may'],
  ['a question to a shop that is switched off', { ...well, isEnabled: false }, 'read', 'CHANNEL_READ_ONLY'],
  ['a question while the circuit is open', down, 'read', 'CHANNEL_UNREACHABLE'],
  ['the probe, when it is time', { ...down, retryAt: T }, 'read', 'may'],
  ['a question after one failure', { ...down, failures: 1 }, 'read', 'may'],
  ['a write that is not ours to make, circuit open', { ...down, accessScope: 'read_only' }, 'write', 'CHANNEL_READ_ONLY'],
])('%s: %s', (_, standing, effect, expected) => {
  const verdict = permitCall(standing, effect, T)
  expect(verdict.kind === 'may' ? 'may' : verdict.code).toBe(expected)
})

test('an open circuit says when it will be asked again', () => {
  expect(permitCall(down, 'read', T)).toMatchObject({ retryAt: T + 4_000, message: 'the shop does not answer; it is asked again in 4 s' })
})
