import { expect, test } from 'vitest'
import { sortRefused } from './refusal.ts'

const row = (ordinal: number, attempt: number) => ({ ordinal, attempt, locationId: 1, productId: 100 + ordinal })
const refused = (ordinal: number, code: 'CHANNEL_ROW_STALE' | 'CHANNEL_ROW_BUNDLE_PARENT') => ({ ordinal, code, message: 'm' })

test('a stale row is decided again at once, and later each time it is stale again', () => {
  const rows = [row(0, 0), row(1, 1), row(2, 3)]
  const { stale } = sortRefused(
    rows,
    rows.map(each => refused(each.ordinal, 'CHANNEL_ROW_STALE')),
    { now: 1_000, chance: 0 },
  )
  expect(stale.map(each => each.dueAt)).toEqual([1_000, 1_250, 2_000])
})

test('a row that is refused for good says what ends that', () => {
  const { stale, wrong, named } = sortRefused([row(0, 0), row(1, 0)], [refused(1, 'CHANNEL_ROW_BUNDLE_PARENT')], { now: 1_000, chance: 0 })
  expect(stale).toEqual([])
  expect(wrong).toMatchObject([{ productId: 101, code: 'CHANNEL_ROW_BUNDLE_PARENT', until: 'catalog' }])
  expect(named).toHaveLength(1)
})

test('a row that the call does not have is nobody’s', () => {
  expect(sortRefused([row(0, 0)], [refused(7, 'CHANNEL_ROW_STALE')], { now: 1_000, chance: 0 }).named).toEqual([])
})
