import { expect, test } from 'vitest'
import { openRateLimit, type Sender } from './rate-limit.ts'

const NOW = 1_000_000
const ada: Sender = { kind: 'person', name: 'ada' }
const many = (take: () => number, count: number) => Array.from({ length: count }, take).filter(waitMs => waitMs === 0).length

test('as many as a minute allows go at once, and then as many as it allows go on', () => {
  const limit = openRateLimit(60)
  expect(many(() => limit.take(ada, NOW), 100)).toBe(60)
  expect(limit.take(ada, NOW)).toBe(1_000)
  expect(limit.take(ada, NOW + 400)).toBe(600)
  expect(limit.take(ada, NOW + 1_000)).toBe(0)
  expect(limit.take(ada, NOW + 1_000)).toBe(1_000)
  expect(many(() => limit.take(ada, NOW + 3_600_000), 100)).toBe(60)
})

test.each<[string, Sender, number]>([
  ['a person', ada, 60],
  ['another person', { kind: 'person', name: 'ben' }, 60],
  ['an address', { kind: 'address', name: '10.0.0.1' }, 30],
  ['webhooks', { kind: 'hook', name: '10.0.0.1' }, 300],
])('%s is counted alone', (_title, sender, most) => {
  const limit = openRateLimit(60)
  many(() => limit.take({ kind: 'address', name: '10.0.0.2' }, NOW), 100)
  expect(many(() => limit.take(sender, NOW), 1_000)).toBe(most)
})

test('waiting is not punished: who asks too often all the time still gets what a minute allows', () => {
  const limit = openRateLimit(60)
  many(() => limit.take(ada, NOW), 60)
  let got = 0
  for (let ms = 0; ms < 60_000; ms += 50) if (limit.take(ada, NOW + ms) === 0) got += 1
  expect(got).toBe(59)
})

test('a clock that is set back gives nothing away, and takes nothing', () => {
  const limit = openRateLimit(60)
  many(() => limit.take(ada, NOW), 60)
  expect(limit.take(ada, NOW - 3_600_000)).toBe(1_000)
  expect(limit.take(ada, NOW - 3_600_000 + 1_000)).toBe(0)
})
