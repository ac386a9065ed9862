import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { type Asks, admit, isCommandLine, openAuth } from './auth.ts'
import { serveConsole } from './console-files.ts'
import type { Answer } from './contract/instant.ts'
import type { Route } from './contract/route.ts'
import { fileProgress, street } from './contract/street.ts'
import { refuseCrossSite } from './cross-site.ts'
import { mountEvents } from './events.ts'
import { type Metrics, mountHealth, openMetrics } from './health.ts'
import { mountHelp } from './help.ts'
import { limitRequests } from './limit-requests.ts'
import type { Snapshot } from './list-csv.ts'
import type { Log } from './log.ts'
import { mountRoutes } from './mount.ts'
import { openOnce } from './once.ts'
import { documentWithSchemas, schemaForDocument } from './openapi.ts'
import { isOurMistake, notFound, problemOf } from './problem.ts'
import { sendSecurityHeaders } from './security-headers.ts'
import { bearerOf, cookieOf, mountSession } from './session-routes.ts'
import { mountSignOn, type SignOn } from './sign-on-routes.ts'
import { refuseSlowBodies } from './slow-bodies.ts'
import { openWatch } from './watch.ts'

export const JSON_BYTES_MAX = 1_024 * 1_024
const PARAM_CHARS_MAX = 300
/** A client that has not sent its whole head by then is let go. */
const HEAD_TIMEOUT_MS = 30_000
const PREFIX = '/api/v1'

export type GateOptions = {
  db: Db
  clock: Clock
  ids: Ids
  sleep: Sleep
  log: Log
  /** What the rooms and the clockwork let people see and do. */
  routes: readonly Route[]
  /** Routes that read the database of one moment, for lists that go out as a file; none: they are read as it goes on. */
  snapshot?: Snapshot
  /** What the first page shows, for the events and the metrics. */
  streetNow(): Promise<Answer<typeof street>>
  /** The token of this machine's command line; null: it has none. */
  cliToken: string | null
  /** Where the built console lies; null: there is none, only the API. */
  consoleDir: string | null
  version: string
  /** Where the pages of the error codes lie (docs/errors); none: they are not served. */
  errorsDir?: string | null
  /** A certificate and its key (PEM): the gate speaks TLS itself. */
  tls?: { cert: string; key: string } | null
  /** The addresses of the proxy that ends TLS before us; it alone is believed about where a request comes from. */
  proxy?: string | null
  /** Requests a minute that one person or token may make; addresses have a share of it. */
  requestsPerMinute?: number | undefined
  /** The system by which people sign on beside their passwords; none: there is none. */
  signOn?: SignOn | null
}

export type Gate = {
  /** Opens the door; gives the address under which it was opened. Port 0 takes any free one. */
  listen(at: { host: string; port: number }): Promise<{ url: string; port: number }>
  /** Something changed in this process: whoever watches sees it within 250 ms. */
  changed(): void
  /** Passes on how far a file has come. */
  progressed(progress: Answer<typeof fileProgress>): void
  metrics: Metrics
  /** Lets go of everybody and closes. */
  close(): Promise<void>
  /** Answers without a network, for tests. */
  app: FastifyInstance
}

/** The gate: the API, the console and the figures, behind one door. Knows no room; everything is handed in. */
export async function createGate(options: GateOptions): Promise<Gate> {
  const { db, clock, ids, sleep, log, routes, streetNow, cliToken, consoleDir } = options
  const { tls = null, proxy = null } = options
  // The cookie goes over TLS only, wherever that ends.
  const isBehindTls = tls !== null || proxy !== null
  const app = fastify({
    logger: false,
    bodyLimit: JSON_BYTES_MAX,
    requestTimeout: 0,
    trustProxy: proxy ?? false,
    forceCloseConnections: true,
    genReqId: () => ids.uuid(),
    ...(tls === null ? { http: { headersTimeout: HEAD_TIMEOUT_MS } } : { https: { ...tls, headersTimeout: HEAD_TIMEOUT_MS } as object }),
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.url)
    if (isOurMistake(problem)) {
      const stack = error instanceof Error ? error.stack : undefined
      log.warn({ code: problem.code, method: request.method, url: request.url, message: messageOf(error), stack })
    }
    if (problem.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1_000))
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="trueup"')
    return reply.code(problem.status).serializer(JSON.stringify).type('application/problem+json; charset=utf-8').send(problem)
  })
  sendSecurityHeaders(app)
  const filePaths = new Set(routes.filter(route => route.kind === 'upload').map(route => `${PREFIX}${route.path}`))
  refuseSlowBodies(app, { sleep, isFile: request => filePaths.has(request.routeOptions.url ?? '') })
  await app.register(cookie)
  const hookPaths = new Set(routes.filter(route => route.kind === 'hook').map(route => `${PREFIX}${route.path}`))
  const limit = limitRequests(app, {
    ...{ clock, perMinute: options.requestsPerMinute, shownBy, isExempt: isCommandLine },
    kindOf: ({ routeOptions: { url = '' } }) =>
      hookPaths.has(url) ? 'hook' : url.startsWith(`${PREFIX}/`) || url === '/metrics' ? 'api' : null,
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Trueup',
        version: options.version,
        description:
          'Errors are problem documents (RFC 9457) with a code and what to do next. Whatever changes something may carry an Idempotency-Key: asking again is being told again.',
      },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'trueup_session' }, token: { type: 'http', scheme: 'bearer' } },
      },
    },
    transform: schemaForDocument,
    transformObject: documentWithSchemas,
  })

  const auth = openAuth({ db, clock, ids, cliToken })
  const whoAsks = async (request: FastifyRequest) => {
    const who = await auth.whoHas({ bearer: bearerOf(request), cookie: cookieOf(request) })
    const shown = shownBy(request)
    if (shown !== null) limit.belongs(shown, who?.name ?? null)
    return who
  }
  const admitRequest = async (request: FastifyRequest, asks: Asks) => {
    const who = admit(await whoAsks(request), asks)
    if (bearerOf(request) === null) refuseCrossSite(request)
    return who
  }
  const metrics = openMetrics({ streetNow })
  const watch = openWatch({ picture: () => pictureOf(streetNow), clock, sleep, log })

  mountHealth(app, { db, metrics })
  await app.register(
    async api => {
      api.addHook('onRequest', async (_request, reply) => {
        reply.header('cache-control', 'no-store')
      })
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
      mountSession(api, { auth, whoAsks, isBehindTls })
      mountSignOn(api, { db, clock, ids, log, auth, signOn: options.signOn ?? null, isBehindTls, prefix: PREFIX })
      mountEvents(api, { watch, sleep, admit: async request => void (await admitRequest(request, { role: 'viewer', tag: 'street' })) })
      if (options.errorsDir) mountHelp(api, { errorsDir: options.errorsDir })
      mountRoutes(api, routes, {
        ...{ admit: admitRequest, once: openOnce({ db, clock, sleep }), sleep },
        snapshot: options.snapshot ?? (work => work(route => route)),
      })
    },
    { prefix: PREFIX },
  )
  if (consoleDir !== null) await serveConsole(app, { consoleDir, ids })
  else
    app.setNotFoundHandler(async request => {
      throw notFound(request.url, 'Look at /api/v1/openapi.json for what there is.')
    })
  await app.ready()

  return {
    async listen({ host, port }) {
      await app.listen({ host, port })
      const [address] = app.addresses()
      const at = typeof address === 'object' ? address.port : port
      return { url: `http${tls === null ? '' : 's'}://${host.includes(':') ? `[${host}]` : host}:${at}`, port: at }
    },
    changed: () => watch.changed(),
    progressed: progress => watch.tell({ name: 'file', data: JSON.stringify(fileProgress.encode(progress)) }),
    metrics,
    async close() {
      watch.stop()
      await app.close()
    },
    app,
  }
}

function shownBy(request: FastifyRequest): string | null {
  return bearerOf(request) ?? cookieOf(request)
}

/** The street as it is sent; that a room did its step again, or time passed, is no difference. */
async function pictureOf(streetNow: () => Promise<Answer<typeof street>>): Promise<{ data: string; essence: string }> {
  const seen = street.encode(await streetNow())
  const rooms = seen.rooms.map(({ lastStep, ...room }) => ({ ...room, failing: lastStep?.code ?? null }))
  return { data: JSON.stringify(seen), essence: JSON.stringify({ sync: seen.sync, rooms }) }
}
