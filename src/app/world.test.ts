import { expect, test } from 'vitest'
import { realIds } from './world.ts'

test('a secret can be handed to any program: no character of it means something to a shell or reads as an option', () => {
  const secrets = Array.from({ length: 500 }, () => realIds.secret())
  expect(secrets.filter(secret => !/^[0-9a-z]{32,}$/.test(secret))).toEqual([])
  expect(new Set(secrets).size).toBe(500)
})
