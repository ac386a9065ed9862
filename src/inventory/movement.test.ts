import { expect, test } from 'vitest'
import type { Effect } from '../import/effect.ts'
import { type Balance, decideMovement } from './movement.ts'

const at = (onHandUnits: number, atpUnits: number): Balance => ({ onHandUnits, reservedUnits: onHandUnits - atpUnits })

const resets: [string, Effect, number, Balance, string][] = [
  ['by ATP 4 at 10/5: both move by one', 'atp_reset', 4, at(10, 5), '9/4'],
  ['by QOH 4 at 10/5: both move by six, and more is promised than there is', 'on_hand_reset', 4, at(10, 5), '4/-1'],
  ['by count 20 at 15/10: reservations are kept', 'on_hand_reset', 20, at(15, 10), '20/15'],
  ['a variance of −2 at 10/5', 'delta', -2, at(10, 5), '8/3'],
  ['a variance may reach nothing', 'delta', -10, at(10, 5), '0/-5'],
]

test.each(resets)('%s', (_title, effect, units, balance, expected) => {
  const decision = decideMovement(effect, units, balance)
  const moved = decision.kind === 'moved' ? decision.onHandUnits : 0
  const onHandUnits = balance.onHandUnits + moved
  expect(`${onHandUnits}/${onHandUnits - balance.reservedUnits}`).toBe(expected)
})

test('the number that stands already moves nothing', () => {
  expect(decideMovement('on_hand_reset', 10, at(10, 5))).toEqual({ kind: 'unchanged' })
  expect(decideMovement('atp_reset', 5, at(10, 5))).toEqual({ kind: 'unchanged' })
})

test('a first count of nothing is a movement: unknown becomes none', () => {
  expect(decideMovement('on_hand_reset', 0, null)).toEqual({ kind: 'moved', onHandUnits: 0 })
})

test('a variance below nothing is refused', () => {
  expect(decideMovement('delta', -11, at(10, 5))).toEqual({ kind: 'rejected', code: 'ROW_RESULT_NEGATIVE' })
})
