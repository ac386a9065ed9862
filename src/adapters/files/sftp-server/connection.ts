import type { Socket } from 'node:net'
import type { Connection } from 'ssh2'
import { messageOf } from '../../../kernel/error.ts'
import { type Authenticate, guardLogin } from './login.ts'
import type { Tear } from './open-file.ts'
import { type OperationDeps, openOperations } from './operations.ts'
import { type Session, serveSession } from './session.ts'

/** Where lines go: pino's shape. */
export type Log = { info(line: Record<string, unknown>): void; warn(line: Record<string, unknown>): void }

export type ConnectionDeps = OperationDeps & { authenticate: Authenticate; log: Log }

/** Who has not come in by then is sent away. */
const LOGIN_MS_MAX = 60_000
const SESSIONS_PER_CONNECTION_MAX = 10
/** So much may wait for the disk before the client has to wait. */
const UNWRITTEN_BYTES_MAX = 16 * 1_024 * 1_024

const LOST: Tear = { code: 'FILE_INTERRUPTED', because: 'The connection was lost' }
const STOPPED: Tear = { code: 'FILE_INTERRUPTED_STOP', because: 'Trueup was stopped' }

export type Guest = {
  /** Sends the client away; what it has open is torn and recorded. */
  stop(): Promise<void>
}

/** Serves one client from its first byte to its last. `onGone` is called when nothing of it is left. */
export function serveConnection(deps: ConnectionDeps, connection: Connection, socket: Socket, onGone: () => void): Guest {
  const { log } = deps
  const sessions = new Set<Session>()
  const gone = Promise.withResolvers<void>()
  const from = socket.remoteAddress ?? 'unknown'
  let user: { name: string; home: string } | null = null
  let tear = LOST
  let unwritten = 0

  const onTrouble = (error: unknown) => log.warn({ door: 'sftp', user: user?.name ?? null, from, message: messageOf(error) })
  const login = setTimeout(() => socket.destroy(), LOGIN_MS_MAX)

  guardLogin(connection, {
    authenticate: deps.authenticate,
    onUser: known => {
      user = known
    },
    onTooMany() {
      log.warn({ door: 'sftp', event: 'wrong_proofs', from })
      connection.end()
    },
    onTrouble,
  })

  connection.on('ready', () => {
    clearTimeout(login)
    log.info({ door: 'sftp', event: 'login', user: user?.name ?? null, from })
  })
  connection.on('session', (accept, reject) => {
    if (user === null || sessions.size >= SESSIONS_PER_CONNECTION_MAX) return reject()
    const { home } = user
    accept().on('sftp', acceptSftp => {
      const operations = openOperations(deps, home)
      // Each request reports the failure to its client; here it only must not end the process.
      operations.catch(onTrouble)
      const sftp = acceptSftp()
      const session = serveSession(sftp, { operations, pressure, onTrouble })
      sessions.add(session)
      sftp.once('close', () => session.finish(tear).finally(() => sessions.delete(session)))
    })
  })

  connection.on('error', error => {
    // A peer that has fallen silent answers no goodbye either.
    if ((error as { level?: string }).level === 'client-timeout') socket.destroy()
    else if (user !== null) onTrouble(error)
  })
  connection.once('close', () => {
    clearTimeout(login)
    Promise.all([...sessions].map(session => session.finish(tear))).then(() => {
      gone.resolve()
      onGone()
    })
  })

  function pressure(bytes: number): void {
    unwritten += bytes
    if (unwritten > UNWRITTEN_BYTES_MAX) socket.pause()
    else if (socket.isPaused() && unwritten < UNWRITTEN_BYTES_MAX / 2) socket.resume()
  }

  return {
    async stop() {
      tear = STOPPED
      await Promise.all([...sessions].map(session => session.finish(tear)))
      connection.end()
      socket.destroySoon()
      await gone.promise
    },
  }
}
