import type { FastifyInstance } from 'fastify'
import type { Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Watch } from './watch.ts'

/**
 * Proxies close what is silent for a minute. And a server that hangs keeps its connections: a page knows by the silence alone that what it
 * shows is old, so the ping is an event, which pages hear, and not a comment, which only browsers do.
 */
const PING_MS = 5_000
const WATCHERS_MAX = 200
/** A browser that lost us comes back after so long. */
const RECONNECT_MS = 2_000
/** A watcher that does not read is let go when so much waits for it. */
const UNREAD_BYTES_MAX = 1_024 * 1_024

/**
 * Server-sent events: `street` whenever it looks different, `file` while one is on its way, `here` every few seconds. A watcher gets the present
 * state first, so coming back after a break needs nothing special.
 */
export function mountEvents(
  api: FastifyInstance,
  {
    watch,
    sleep,
    admit,
  }: {
    watch: Watch
    sleep: Sleep
    /** Throws when the one who asks may not, or may not any longer. */
    admit(request: import('fastify').FastifyRequest): Promise<void>
  },
): void {
  let watchers = 0

  api.route({
    method: 'GET',
    url: '/events',
    schema: {
      summary: 'The street as it changes, as server-sent events',
      description:
        '`street` carries the same as GET /street; `file` the progress of one file; `here` comes every five seconds and says only that.',
      tags: ['street'],
      security: [{ session: [] }, { token: [] }],
      produces: ['text/event-stream'],
    },
    onRequest: request => admit(request),
    handler: async (request, reply) => {
      if (watchers >= WATCHERS_MAX) throw tooManyWatchers()
      watchers += 1
      const gone = new AbortController()
      const { raw } = reply.hijack()
      raw.once('close', () => gone.abort())
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      raw.write(`retry: ${RECONNECT_MS}\n\n`)
      const leave = watch.join(event => {
        if (raw.writableLength > UNREAD_BYTES_MAX) raw.destroy()
        else raw.write(`event: ${event.name}\ndata: ${event.data}\n\n`)
      })
      try {
        for (;;) {
          await sleep(PING_MS, gone.signal)
          if (gone.signal.aborted) break
          await admit(request)
          raw.write('event: here\ndata: still\n\n')
        }
      } catch {
        // The session is over: the browser comes back, is told so by a proper answer, and shows the sign-in.
      } finally {
        leave()
        watchers -= 1
        raw.end()
      }
    },
  })
}

function tooManyWatchers(): TrueupError {
  return new TrueupError('HTTP_TOO_MANY_WATCHERS', `${WATCHERS_MAX} pages watch already.`, {
    retry: 'backoff',
    hint: 'Close some, or ask GET /api/v1/street now and then.',
  })
}
