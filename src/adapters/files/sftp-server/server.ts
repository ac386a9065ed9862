import { type AddressInfo, createServer, type Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { Reception } from '../../../feed/port.ts'
import type { HostKey } from '../../../feed/source-port.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { type Guest, type Log, serveConnection } from './connection.ts'
import { hostKeyOf } from './host-keys.ts'
import type { Authenticate } from './login.ts'
import type { Writers } from './open-file.ts'
import { createRecent } from './recent.ts'
import type { Uploads } from './upload.ts'

export type SftpServerOptions = {
  host: string
  /** 0: any free one. */
  port: number
  /** Private keys, in the order of preference; the first one's fingerprint is shown to people. */
  hostKeys: readonly string[]
  /** One directory below it for each user's home. On one file system with the spool. */
  homesDir: string
  spoolDir: string
  reception: Reception
  authenticate: Authenticate
  clock: Clock
  log: Log
  /** How long a client may be silent before it is asked whether it is still there. */
  keepaliveMs?: number
}

export type SftpServer = { host: string; port: number; fingerprint: string; hostKeys: HostKey[]; stop(): Promise<void> }

const CONNECTIONS_MAX = 200
const KEEPALIVE_MS = 15_000
/** A client that leaves so many questions unanswered is gone: a half-open link is noticed after a minute. */
const KEEPALIVE_MISSED_MAX = 3
const STOP_MS_MAX = 5_000

/** Starts the drop server: every user in a home of its own, every file for a feed received whole or recorded as interrupted. */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const { host, clock, log, hostKeys } = options
  const writers: Writers = new Map()
  const uploads: Uploads = new Map()
  const deps = { ...options, writers, uploads, recent: createRecent(clock) }
  const guests = new Set<Guest>()
  const sockets = new Map<string, Socket>()

  const protocol = new ssh2.Server(
    {
      hostKeys: [...hostKeys],
      ident: 'trueup',
      keepaliveInterval: options.keepaliveMs ?? KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSED_MAX,
    },
    (connection, { ip, port }) => {
      const socket = sockets.get(peerOf(ip, port))
      if (!socket) return connection.end()
      const guest = serveConnection(deps, connection, socket, () => guests.delete(guest))
      guests.add(guest)
    },
  )
  // Our own listener, because it takes the socket to stop a client that is quicker than the disk, and one that has gone silent.
  const listener = createServer({ noDelay: true }, socket => {
    const peer = peerOf(socket.remoteAddress, socket.remotePort)
    sockets.set(peer, socket)
    socket.once('close', () => sockets.delete(peer))
    protocol.injectSocket(socket)
  })
  listener.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(options.port, host, () => {
      listener.off('error', reject)
      resolve()
    })
  })
  listener.on('error', error => log.warn({ door: 'sftp', message: error.message }))

  return {
    host,
    port: (listener.address() as AddressInfo).port,
    fingerprint: hostKeyOf(hostKeys[0] ?? '').fingerprint,
    hostKeys: hostKeys.map(hostKeyOf),
    async stop() {
      const closed = new Promise<void>(resolve => listener.close(() => resolve()))
      const force = setTimeout(() => {
        for (const socket of sockets.values()) socket.destroy()
      }, STOP_MS_MAX)
      await Promise.all([...guests].map(guest => guest.stop()))
      for (const socket of sockets.values()) socket.destroy()
      await closed
      clearTimeout(force)
    },
  }
}

function peerOf(address: string | undefined, port: number | undefined): string {
  return `${address}|${port}`
}
