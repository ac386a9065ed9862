import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openDb } from './connection.ts'

/* A server that lets in and is shut down in the same breath: both lie in one packet. */
const LETS_IN = Buffer.from([...said('R', [0, 0, 0, 0]), ...said('Z', [...Buffer.from('I')])])
const SHUTS_DOWN = said('E', [...Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')])
const server = createServer(line => {
  line.on('error', () => {})
  line.once('data', () => line.end(Buffer.concat([LETS_IN, SHUTS_DOWN])))
})
afterEach(() => void server.close())

test('a connection that is cut as it is made is an error of the statement, and does not end the program', async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const db = openDb({ url: `postgres://a:b@127.0.0.1:${(server.address() as AddressInfo).port}/c` })
  await expect(db.transaction(tx => tx.query('select 1'))).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
  await expect(db.query('select 1')).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
  await db.end()
})

/** A message of PostgreSQL's: its letter, its length, and what it says. */
function said(letter: string, body: readonly number[]): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter, 0)
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, Buffer.from(body)])
}
