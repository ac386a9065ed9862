import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What happens to a connection, after so many bytes in one direction. */
export type Mischief = {
  kind: 'drop' | 'stall' | 'half-close' | 'throttle'
  /** `up`: from the client to the server. */
  direction: 'up' | 'down'
  atByte: number
}

export type FaultyLine = {
  port: number
  /** Meant for the next connection alone; null: nothing. */
  plan(mischief: Mischief | null): void
  /** What the next connection is in for. */
  planned(): Mischief | null
  /** What the newest connection is in for. */
  current(): Mischief | null
  /** How many connections met their mischief. */
  met(): number
  /** Ends all connections, without a word. */
  cutAll(): void
  close(): Promise<void>
}

const RESET_AFTER_MS = 20
/** A throttled connection passes so much at once, and then rests. */
const THROTTLE_BYTES = 4 * 1_024
const THROTTLE_REST_MS = 2
/** … until it has passed so much slowly: what it costs has to end. */
const THROTTLED_BYTES_MAX = 128 * 1_024

/** A line between a client and a server on this machine that breaks at a byte of one's choice, in the ways in which lines break. */
export async function openFaultyLine(target: { host: string; port: number }): Promise<FaultyLine> {
  let mischief: Mischief | null = null
  let current: Mischief | null = null
  let met = 0
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: true }, client => {
    const upstream = connect({ ...target, noDelay: true, allowHalfOpen: true })
    const planned = mischief
    current = planned
    mischief = null
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => open.delete(socket))
    }
    const both = { client, upstream, onMet: () => met++ }
    pass(client, upstream, planned?.direction === 'up' ? planned : null, both)
    pass(upstream, client, planned?.direction === 'down' ? planned : null, both)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cutAll = () => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    plan(next) {
      mischief = next
    },
    planned: () => mischief,
    current: () => current,
    met: () => met,
    cutAll,
    async close() {
      cutAll()
      server.close()
      await once(server, 'close')
    },
  }
}

function pass(from: Socket, to: Socket, mischief: Mischief | null, pair: { client: Socket; upstream: Socket; onMet(): void }): void {
  let passed = 0
  let isOver = false
  let slowBytes = 0
  from.on('data', (chunk: Buffer) => {
    if (isOver) return
    const room = mischief === null ? chunk.length : Math.max(0, mischief.atByte - passed)
    passed += chunk.length
    if (mischief === null || chunk.length <= room) return forward(chunk)
    if (mischief.kind === 'throttle') {
      if (slowBytes === 0) pair.onMet()
      slowBytes += chunk.length
      return slowBytes > THROTTLED_BYTES_MAX ? forward(chunk) : slowly(chunk)
    }
    isOver = true
    pair.onMet()
    if (room > 0) to.write(chunk.subarray(0, room))
    switch (mischief.kind) {
      case 'drop':
        // Reset, as a router does that has forgotten the connection; what was passed before has arrived by then.
        setTimeout(() => {
          pair.client.resetAndDestroy()
          pair.upstream.resetAndDestroy()
        }, RESET_AFTER_MS)
        return
      case 'half-close':
        to.end()
        return
      case 'stall':
        // Nothing more passes in either direction, and nobody is told.
        from.pause()
        to.pause()
    }
  })
  from.on('end', () => {
    if (!isOver && !to.destroyed) to.end()
  })
  from.on('close', () => {
    if (mischief?.kind === 'stall' && isOver) return
    to.destroySoon()
  })

  function forward(chunk: Buffer): void {
    if (to.destroyed || to.write(chunk)) return
    from.pause()
    to.once('drain', () => from.resume())
  }

  function slowly(chunk: Buffer): void {
    from.pause()
    let at = 0
    const next = () => {
      if (to.destroyed) return
      to.write(chunk.subarray(at, at + THROTTLE_BYTES))
      at += THROTTLE_BYTES
      if (at < chunk.length) setTimeout(next, THROTTLE_REST_MS)
      else from.resume()
    }
    next()
  }
}
