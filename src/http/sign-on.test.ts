import { expect, test } from 'vitest'
import type { Role } from './contract/route.ts'
import { attemptOf, type Claims, namesFor, roleOf } from './sign-on.ts'

const rules = { roleOfValue: { 'stock-admins': 'admin', 'store-ops': 'operator' } as const, roleDefault: 'viewer' as Role | null }

test.each<[string, string[], Role | null, Role | null]>([
  ['nothing, with a default', [], 'viewer', 'viewer'],
  ['nothing, without one', [], null, null],
  ['a group that means nothing here', ['everybody'], null, null],
  ['one group', ['store-ops'], null, 'operator'],
  ['several, of which the highest counts', ['store-ops', 'stock-admins', 'everybody'], 'viewer', 'admin'],
  ['a word of the language, which is no group', ['constructor', '__proto__'], null, null],
  ['another case, which is another group', ['Store-Ops'], null, null],
])('%s', (_title, values, roleDefault, expected) => expect(roleOf(values, { ...rules, roleDefault })).toBe(expected))

const claims: Claims = { issuer: 'https://id.example.org/realm', subject: '4711', preferredName: null, verifiedEmail: null, values: [] }

test.each<[string, Partial<Claims>, string[]]>([
  ['who says no name', {}, ['4711@id.example.org']],
  ['who says one', { preferredName: ' ada ' }, ['ada', '4711@id.example.org']],
  ['who has an address that was checked', { verifiedEmail: 'ada@example.org' }, ['ada@example.org', '4711@id.example.org']],
  ['who writes backwards', { preferredName: '\u202enimda' }, ['nimda', '4711@id.example.org']],
  ['who says blanks', { preferredName: ' \t' }, ['4711@id.example.org']],
])('%s is called', (_title, more, names) => expect(namesFor({ ...claims, ...more })).toEqual(names))

test('state, nonce and verifier follow from the secret and say nothing of each other', () => {
  const one = attemptOf('a secret')
  expect(attemptOf('a secret')).toEqual(one)
  expect(new Set([...Object.values(one), ...Object.values(attemptOf('another'))]).size).toBe(6)
  for (const part of Object.values(one)) expect(part).toMatch(/^[A-Za-z0-9_-]{43}$/)
})
