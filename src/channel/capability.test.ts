import { describe, expect, test } from 'vitest'
import { type AccessScope, mayCall, mayRead, mayWrite, missingScopes, SCOPES_NEEDED } from './capability.ts'

describe('whether stock may be written: both switches', () => {
  const table: [AccessScope, string[] | null, string][] = [
    ['read_and_write', ['write_inventory'], 'may'],
    ['read_and_write', null, 'may'],
    ['read_and_write', ['read_inventory'], 'CHANNEL_SCOPE_MISSING'],
    ['read_and_write', [], 'CHANNEL_SCOPE_MISSING'],
    ['read_only', ['write_inventory'], 'CHANNEL_READ_ONLY'],
    ['no_access', ['write_inventory'], 'CHANNEL_READ_ONLY'],
  ]
  test.each(table)('%s with %j: %s', (scope, granted, expected) => {
    const verdict = mayWrite(scope, granted)
    expect(verdict.kind === 'may' ? 'may' : verdict.code).toBe(expected)
  })
})

test.each<[AccessScope, boolean, boolean]>([
  ['no_access', false, false],
  ['read_only', true, false],
  ['read_and_write', true, true],
])('%s: asks %s, writes %s', (scope, asks, writes) => {
  expect([mayRead(scope), mayCall(scope, 'read').kind === 'may']).toEqual([asks, asks])
  expect(mayCall(scope, 'write').kind === 'may').toBe(writes)
})

describe('what Shopify did not grant', () => {
  const all = SCOPES_NEEDED.map(scope => scope.handle)
  test.each<[string, string[] | null, string[]]>([
    ['everything', all, []],
    ['writing includes reading', all.filter(handle => handle !== 'read_inventory'), []],
    ['reading does not include writing', all.filter(handle => handle !== 'write_inventory'), ['write_inventory']],
    ['not asked yet: nothing is known to be missing', null, []],
    ['nothing', [], all],
  ])('%s', (_, granted, missing) => expect(missingScopes(granted).map(scope => scope.handle)).toEqual(missing))
})
