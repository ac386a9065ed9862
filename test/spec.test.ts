import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** The invariants of docs/SPEC.md: from their bullet to the next one or to the next empty line. */
const invariants = readFileSync(path.join(root, 'docs', 'SPEC.md'), 'utf8')
  .split(/\n(?=- \*\*)|\n\n/)
  .filter(part => /^- \*\*[A-Z]\d+\*\*/.test(part))

test('the specification has its invariants', () => {
  expect(invariants.length).toBeGreaterThan(20)
})

test('each invariant has a number of its own', () => {
  const numbers = invariants.map(part => /^- \*\*([A-Z]\d+)\*\*/.exec(part)?.[1])
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
})

test.for(invariants)('%s', invariant => {
  const tests = [...invariant.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(match => match[1] ?? '')
  expect(tests.length).toBeGreaterThan(0)
  expect(tests.filter(file => !existsSync(path.join(root, file)))).toEqual([])
})
