import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'

test('what is due happens in order of time, and of one instant in the order in which it was planned', () => {
  const agenda = new Agenda()
  const did: string[] = []
  const note = (word: string) => (at: number) => {
    did.push(`${word} at ${at}`)
  }
  agenda.add(20, note('second'))
  agenda.add(10, note('first'))
  agenda.add(20, note('third'))
  agenda.add(99, note('later'))
  expect(agenda.nextAt()).toBe(10)
  expect(agenda.runDue(50)).toBe(3)
  expect(did).toEqual(['first at 10', 'second at 20', 'third at 20'])
  expect(agenda.nextAt()).toBe(99)
})

test('what an act plans for a time that has passed happens in the same look', () => {
  const agenda = new Agenda()
  const did: number[] = []
  agenda.add(10, at => {
    did.push(at)
    agenda.add(15, later => {
      did.push(later)
    })
  })
  agenda.runDue(20)
  expect(did).toEqual([10, 15])
})
