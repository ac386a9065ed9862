import { expect, test } from 'vitest'
import type { Effect } from '../import/effect.ts'
import { type Balance, decideMovement, effectiveAt, NOTHING_SINCE, type Since } from './movement.ts'

const TWO = Date.UTC(2026, 10, 26, 2)
const THREE = Date.UTC(2026, 10, 26, 3)
const at = (onHandUnits: number, atpUnits: number, countedAsOf: number | null = null): Balance => ({
  onHandUnits,
  reservedUnits: onHandUnits - atpUnits,
  countedAsOf,
})
const after = (onHandUnits: number, reservedUnits = 0): Since => ({ onHandUnits, reservedUnits })

const table: [string, Effect, number, Balance, Since, string][] = [
  ['by ATP 4 at 10/5: both move by one', 'atp_reset', 4, at(10, 5), NOTHING_SINCE, '9/4'],
  ['by QOH 4 at 10/5: both move by six, and more is promised than there is', 'on_hand_reset', 4, at(10, 5), NOTHING_SINCE, '4/-1'],
  ['by count 20 at 15/10: reservations are kept', 'on_hand_reset', 20, at(15, 10), NOTHING_SINCE, '20/15'],
  ['a variance of −2 at 10/5', 'delta', -2, at(10, 5), NOTHING_SINCE, '8/3'],
  ['a variance that adds is taken, though more had left than was known', 'delta', 2, at(-3, -3), NOTHING_SINCE, '-1/-1'],
  ['a variance may reach nothing', 'delta', -10, at(10, 5), NOTHING_SINCE, '0/-5'],
  ['40 counted at 02:00 with 3 sold since is 37', 'on_hand_reset', 40, at(47, 47), after(-3), '37/37'],
  ['what was received since the count is there as well', 'on_hand_reset', 40, at(47, 47), after(12), '52/52'],
  ['a count that was right before the sale moves nothing more', 'on_hand_reset', 50, at(47, 47), after(-3), '47/47'],
  ['by ATP 4 with an order of 2 that the sender had not heard of: 2 less', 'atp_reset', 4, at(10, 3), after(0, 2), '9/2'],
  ['by ATP 4 with 3 shipped since for an order that it knew: the order is gone with them', 'atp_reset', 4, at(7, 5), after(-3, -3), '6/4'],
  ['a variance asks for nothing that came after it', 'delta', -2, at(10, 5), after(-3), '8/3'],
]

test.each(table)('%s', (_title, effect, units, balance, since, expected) => {
  const decision = decideMovement({ effect, units, asOf: TWO }, balance, since)
  const moved = decision.kind === 'moved' ? decision.onHandUnits : 0
  const onHandUnits = balance.onHandUnits + moved
  expect(`${onHandUnits}/${onHandUnits - balance.reservedUnits}`).toBe(expected)
})

test('the number that stands already moves nothing', () => {
  expect(decideMovement({ effect: 'on_hand_reset', units: 10, asOf: TWO }, at(10, 5))).toEqual({ kind: 'unchanged' })
  expect(decideMovement({ effect: 'atp_reset', units: 5, asOf: TWO }, at(10, 5))).toEqual({ kind: 'unchanged' })
})

test('a first count of nothing is a movement: unknown becomes none', () => {
  expect(decideMovement({ effect: 'on_hand_reset', units: 0, asOf: TWO }, null)).toEqual({ kind: 'moved', onHandUnits: 0 })
})

test('a variance below nothing is refused', () => {
  expect(decideMovement({ effect: 'delta', units: -11, asOf: TWO }, at(10, 5))).toEqual({ kind: 'rejected', code: 'ROW_RESULT_NEGATIVE' })
})

test.each<[string, Effect, number | null, string]>([
  ['a count older than the newest one', 'on_hand_reset', THREE, 'outdated'],
  ['a variance that the newest count had seen', 'delta', THREE, 'outdated'],
  ['one below nothing that the newest count had seen is not refused for it', 'delta', THREE, 'outdated'],
  ['a count of the same moment is a correction', 'on_hand_reset', TWO, 'moved'],
  ['a variance of the moment of the count follows it', 'delta', TWO, 'moved'],
  ['nothing was ever counted', 'delta', null, 'moved'],
])('%s', (_title, effect, countedAsOf, kind) => {
  expect(decideMovement({ effect, units: 4, asOf: TWO }, at(10, 5, countedAsOf)).kind).toBe(kind)
})

test('a variance of the very moment of the count takes effect a hair after it', () => {
  expect(effectiveAt({ effect: 'delta', asOf: TWO }, TWO)).toBe(TWO + 1)
  expect(effectiveAt({ effect: 'delta', asOf: TWO }, THREE)).toBe(TWO)
  expect(effectiveAt({ effect: 'on_hand_reset', asOf: TWO }, TWO)).toBe(TWO)
})
