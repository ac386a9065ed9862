import { expect, test } from 'vitest'
import { afterTrouble, FAILURES_UNTIL_GIVEN_UP, waitMs } from './source-retry.ts'

const lost = { code: 'SOURCE_CONNECTION_LOST', retry: 'backoff' } as const
const wrong = { code: 'SOURCE_AUTHENTICATION', retry: 'after-operator' } as const
const changed = { code: 'SOURCE_HOST_KEY_CHANGED', retry: 'after-operator' } as const

const table: [string, number, typeof lost | typeof wrong | typeof changed, number, string][] = [
  ['the first lost connection is tried again after two seconds', 0, lost, 0, 'failing 1 +2000'],
  ['… or up to half as long, as chance has it', 0, lost, 0.999_999, 'failing 1 +1000'],
  ['every further one waits twice as long', 3, lost, 0, 'failing 4 +16000'],
  ['but never longer than five minutes', 8, lost, 0, 'failing 9 +300000'],
  ['ten in a row are given up, and said', 9, lost, 0, 'given_up 10 +900000'],
  ['what was given up is still tried', 40, lost, 0.5, 'given_up 41 +675000'],
  ['another host key stops the source at once', 0, changed, 0, 'stopped 1 never'],
  ['a wrong password is tried again', 0, wrong, 0, 'failing 1 +2000'],
  ['… three times, since servers lock users out', 2, wrong, 0, 'stopped 3 never'],
]

test.each(table)('%s', (_title, failures, trouble, chance, expected) => {
  const after = afterTrouble(failures, trouble, { now: 1_000_000, chance })
  const wait = after.nextLookAt === null ? 'never' : `+${after.nextLookAt - 1_000_000}`
  expect(`${after.state} ${after.failures} ${wait}`).toBe(expected)
})

test('a source comes to be given up within half an hour, not within seconds', () => {
  let total = 0
  for (let failures = 1; failures < FAILURES_UNTIL_GIVEN_UP; failures++) total += waitMs(failures, 0.5)
  expect(total).toBeGreaterThan(8 * 60_000)
  expect(total).toBeLessThan(30 * 60_000)
})
