import { expect, test } from 'vitest'
import { type AccessScope, mayWrite } from './capability.ts'

const table: [AccessScope, string[] | null, string][] = [
  ['read_and_write', ['write_inventory'], 'may'],
  ['read_and_write', null, 'may'],
  ['read_and_write', ['read_inventory'], 'CHANNEL_SCOPE_MISSING'],
  ['read_only', ['write_inventory'], 'CHANNEL_READ_ONLY'],
  ['no_access', ['write_inventory'], 'CHANNEL_READ_ONLY'],
]

test.each(table)('%s with %j: %s', (scope, granted, expected) => {
  const verdict = mayWrite(scope, granted)
  expect(verdict.kind === 'may' ? 'may' : verdict.code).toBe(expected)
})
