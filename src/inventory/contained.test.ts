import { expect, test } from 'vitest'
import { type Contains, isContained, type OwnMovement, onHandAfterCount } from './contained.ts'

const MINUTE_MS = 60_000
const NOON = Date.UTC(2026, 10, 24, 12)
const shipped = (minutesBeforeNoon: number, acknowledged: number | null = null): OwnMovement => ({
  units: -2,
  effectiveAt: NOON - minutesBeforeNoon * MINUTE_MS,
  acknowledgedAt: acknowledged === null ? null : NOON - acknowledged * MINUTE_MS,
})

test.each<[string, Contains, OwnMovement, boolean]>([
  ['up to its moment: a shipment before it', { what: 'as_of' }, shipped(1), true],
  ['up to its moment: a shipment of that very moment', { what: 'as_of' }, shipped(0), true],
  ['up to its moment: a shipment after it', { what: 'as_of' }, shipped(-1), false],
  ['booked an hour late: a shipment of two hours ago', { what: 'lag', lagMinutes: 60 }, shipped(120), true],
  ['booked an hour late: a shipment of half an hour ago', { what: 'lag', lagMinutes: 60 }, shipped(30), false],
  ['what was acknowledged: not acknowledged, however old', { what: 'acknowledged' }, shipped(9_999), false],
  ['what was acknowledged: before the count', { what: 'acknowledged' }, shipped(120, 60), true],
  ['what was acknowledged: after the count', { what: 'acknowledged' }, shipped(120, -60), false],
])('does a count have a shipment in it: %s', (_, contains, movement, expected) =>
  expect(isContained(contains, movement, NOON)).toBe(expected),
)

test('a shipment that the count lacks is taken off, one that it has is not taken off twice', () => {
  expect(onHandAfterCount(10, [shipped(120), shipped(30)], { what: 'lag', lagMinutes: 60 }, NOON)).toBe(8)
})
