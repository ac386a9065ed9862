import { expect, test } from 'vitest'
import { allow, type Permission } from './permission.ts'

test.each([
  ['an operator, where nobody was chosen', 'operator', null, true],
  ['an operator who was chosen', 'operator', ['olga', 'me'], true],
  ['an operator who was not', 'operator', ['olga'], false],
  ['an operator, where nobody may', 'operator', [], false],
  ['an admin who was not chosen', 'admin', ['olga'], true],
] as [string, string, Permission, boolean][])('%s', (_what, role, permission, may) => {
  const asking = () => allow({ name: 'Hard Sync Job' }, { name: 'me', role }, permission)
  if (may) expect(asking).not.toThrow()
  else expect(asking).toThrow(/^Hard Sync Job may be run and changed by .*admins only\.$/)
})
