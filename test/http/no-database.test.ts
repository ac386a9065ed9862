import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { openDb } from '../../src/db/connection.ts'
import { createGate } from '../../src/http/server.ts'

/* The program goes on when its database is away: it says so, and takes no blame for it. */

async function openGate(port: number, log: (line: object) => void = () => {}) {
  const db = openDb({ url: `postgres://trueup:hush@127.0.0.1:${port}/trueup` })
  const gate = await createGate({
    ...{ db, clock: realClock, ids: realIds, sleep: realSleep, routes: [], cliToken: null, consoleDir: null, version: '0.0.0' },
    log: { debug() {}, info() {}, warn: log },
    streetNow: async () => expect.unreachable(),
  })
  onTestFinished(async () => {
    await gate.close()
    await db.end()
  })
  return async (url: string) => {
    const answer = await gate.app.inject({ url, headers: { cookie: 'trueup_session=anything' } })
    return [answer.statusCode, answer.json().code ?? answer.json()]
  }
}

test('a database that is not there: not ready, alive, and nobody is told of a mistake', async () => {
  const warned: object[] = []
  const get = await openGate(9, line => warned.push(line))
  expect(await get('/health/live')).toEqual([200, { live: true }])
  expect(await get('/health/ready')).toEqual([503, 'DB_UNREACHABLE'])
  expect(await get('/api/v1/session')).toEqual([503, 'DB_UNREACHABLE'])
  expect(warned).toEqual([])
})

test('a database that takes the connection and says nothing is not waited for', async () => {
  const open = new Set<Socket>()
  const silent = createServer(socket => void open.add(socket.on('error', () => {})))
  await new Promise<void>(ready => silent.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    silent.close()
  })
  const address = silent.address()
  const get = await openGate(typeof address === 'object' && address !== null ? address.port : 0)
  const askedAt = performance.now()
  expect(await get('/health/ready')).toEqual([503, 'DB_UNREACHABLE'])
  expect(performance.now() - askedAt).toBeLessThan(5_000)
})
