import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'

/** A body that is no file has arrived whole by then. */
export const BODY_MS_MAX = 30_000
/** A file may take hours, but never so long without a single byte. */
export const SILENCE_MS_MAX = 60_000

/**
 * Lets go of whoever begins a body and does not go on: each such request would hold a connection for as long as it likes.
 * It is answered, and the connection closed.
 */
export function refuseSlowBodies(
  app: FastifyInstance,
  { sleep, isFile }: { sleep: Sleep; isFile(request: FastifyRequest): boolean },
): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request
    if (!hasBody(raw)) return
    const isOver = new AbortController()
    for (const end of ['end', 'close', 'error']) raw.once(end, () => isOver.abort())
    const refuse = () => {
      if (!reply.sent) reply.header('connection', 'close').send(tooSlow())
    }
    if (isFile(request)) void whenSilent(request, isOver.signal).then(isSilent => isSilent && refuse())
    else void sleep(BODY_MS_MAX, isOver.signal).then(() => !isOver.signal.aborted && refuse())
  })

  // Whoever was answered before their body was whole, refused as nobody for example, holds the connection no longer than others.
  app.addHook('onResponse', async ({ raw }) => {
    if (!hasBody(raw) || raw.complete || raw.destroyed) return
    const isOver = new AbortController()
    for (const end of ['end', 'close', 'error']) raw.once(end, () => isOver.abort())
    void sleep(BODY_MS_MAX, isOver.signal).then(() => !raw.complete && raw.destroy())
  })

  /** Resolves to true when no byte came for so long, to false when the body is over. */
  async function whenSilent({ raw }: FastifyRequest, isOver: AbortSignal): Promise<boolean> {
    for (let seen = -1; !isOver.aborted; ) {
      const received = raw.socket.bytesRead
      if (received === seen) return true
      seen = received
      await sleep(SILENCE_MS_MAX, isOver)
    }
    return false
  }
}

function hasBody({ headers }: FastifyRequest['raw']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
}

function tooSlow(): TrueupError {
  return new TrueupError('HTTP_BODY_SLOW', 'The rest of the request did not come in time.', {
    retry: 'backoff',
    hint: 'Send it again. If that happens often, the way to this server is bad: large files go better over SFTP, which goes on where it broke off.',
  })
}
