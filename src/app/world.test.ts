import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { realWorld } from './start.ts'
import { realIds } from './world.ts'

test('a secret can be handed to any program: no character of it means something to a shell or reads as an option', () => {
  const secrets = Array.from({ length: 500 }, () => realIds.secret())
  expect(secrets.filter(secret => !/^[0-9a-z]{32,}$/.test(secret))).toEqual([])
  expect(new Set(secrets).size).toBe(500)
})

test('a log line is one line without what moves a cursor, and still says every name as it is', async () => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const name = 'sto\u001b[2Jck\n\u007f\u009b31m\u202ecsv\u2028.csv'
  realWorld({ logLevel: 'info' }, destination).log.info({ file: name })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^\P{C}+\n$/u)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ file: name })
})
