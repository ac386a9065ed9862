import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { encode, z } from 'zod'
import type { Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Asks } from './auth.ts'
import { formatQuery, type List, listsOf } from './contract/list.ts'
import { problem } from './contract/problem.ts'
import type { AdmittedRoute, Asked, Download, DownloadRoute, HookRoute, JsonRoute, Route, UploadRoute, Who } from './contract/route.ts'
import { fileNameOf, openExports, type Snapshot } from './list-csv.ts'
import { mountHooks } from './mount-hooks.ts'
import type { Once } from './once.ts'

/** Where the bytes of one upload end. Larger feeds come over SFTP. */
export const UPLOAD_BYTES_MAX = 8 * 1_024 ** 3

/** Sees to it that only those ask who may, before anything of the request is read. */
export type Admit = (request: FastifyRequest, asks: Asks) => Promise<Who>

/** Gives every route of the list its address, its check and its place in the OpenAPI document. */
export function mountRoutes(
  api: FastifyInstance,
  routes: readonly Route[],
  { admit, once, ...deps }: { admit: Admit; once: Once; snapshot: Snapshot; sleep: Sleep },
): void {
  const exported = openExports(deps)
  const whoAsks = new WeakMap<FastifyRequest, Who>()
  mountHooks(
    api,
    routes.filter((route): route is HookRoute => route.kind === 'hook'),
  )
  for (const route of routes) {
    if (route.kind === 'upload' || route.kind === 'hook') continue
    api.route(optionsOf(route))
  }
  // Bytes are taken as they come only where a file is wanted: this scope knows no JSON.
  api.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    for (const route of routes) if (route.kind === 'upload') scope.route(optionsOf(route))
  })

  function optionsOf(route: AdmittedRoute): RouteOptions {
    return {
      method: route.method,
      url: route.path,
      schema: schemaOf(route),
      ...(route.kind === 'upload' ? { bodyLimit: UPLOAD_BYTES_MAX } : {}),
      onRequest: async request => {
        whoAsks.set(request, await admit(request, route))
      },
      handler: (request, reply) => answer(route, request, reply),
    }
  }

  async function answer(route: AdmittedRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const who = whoAsks.get(request)
    if (who === undefined) throw new Error('bug: a request was answered without its check')
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const idempotencyKey = keyOf(request)
    const asked = { params: request.params, query: request.query, body: undefined, who, idempotencyKey, signal: gone.signal }
    switch (route.kind) {
      case 'json': {
        const list = listAsked(route, request.query)
        if (list !== null) return sendList(route, list, asked, reply)
        if (idempotencyKey === null || route.method === 'GET' || route.keepsKeys)
          return reply.code(route.status).send(await route.handle({ ...asked, body: request.body }))
        return sendOnce(route, { ...asked, body: request.body, key: idempotencyKey }, reply, once)
      }
      case 'upload':
        if (idempotencyKey === null) return reply.code(route.status).send(await upload(route, asked, request))
        return uploadOnce(route, { ...asked, key: idempotencyKey }, request, reply, once)
      case 'download':
        return sendDownload(reply, await download(route, asked))
    }
  }

  /** What is wrong with the question is said before the first byte of a file: its first page is there by then. */
  async function sendList(route: JsonRoute, list: List, asked: Asked<unknown, unknown, undefined>, reply: FastifyReply) {
    const chunks = exported({ route, list, asked })
    // Whoever goes before the answer has begun leaves a file that nobody reads: it lets go of its moment of the database all the same.
    asked.signal.addEventListener('abort', () => void chunks.return(undefined).catch(() => {}), { once: true })
    const first = await chunks.next()
    async function* whole() {
      if (!first.done) yield first.value
      yield* chunks
    }
    return sendDownload(reply, {
      ...{ fileName: fileNameOf(route.path, asked.params, list), mediaType: 'text/csv; charset=utf-8', chunks: whole() },
    })
  }
}

/** The list that is wanted as a file; null: none is. */
function listAsked(route: JsonRoute, query: unknown): List | null {
  const { format, of } = (query ?? {}) as { format?: string; of?: string }
  if (format !== 'csv') return null
  const lists = listsOf(route)
  return lists.find(list => list.name === of) ?? lists[0] ?? null
}

/** The same bytes for a repeat: they are made once, and kept. */
async function sendOnce(
  route: JsonRoute,
  asked: Asked<unknown, unknown, unknown> & { key: string },
  reply: FastifyReply,
  once: Once,
): Promise<FastifyReply> {
  const { who, key, params, query, body } = asked
  const request = [route.method, route.path, params, query, body]
  const text = await once({ who: who.name, key, request, isShownOnce: route.isShownOnce === true }, async () =>
    JSON.stringify(encode(route.answer, await route.handle(asked))),
  )
  return reply.code(route.status).serializer(String).type('application/json; charset=utf-8').send(text)
}

/**
 * A file that comes again under its key is the one that came, and its bytes are not read: what the key stands for is the place it was for, its
 * name and its length. One that broke off was refused, and may come again.
 */
async function uploadOnce(
  route: UploadRoute,
  asked: Asked<unknown, unknown, undefined> & { key: string },
  request: FastifyRequest,
  reply: FastifyReply,
  once: Once,
): Promise<FastifyReply> {
  const { who, key, params, query } = asked
  const identity = [route.method, route.path, params, query, request.headers['content-length'] ?? null]
  const text = await once({ who: who.name, key, request: identity, isShownOnce: false }, async () =>
    JSON.stringify(encode(route.answer, (await upload(route, asked, request)) as never)),
  )
  return reply.code(route.status).serializer(String).type('application/json; charset=utf-8').send(text)
}

const KEY_CHARS_MAX = 200

/** A key that cannot be kept whole is refused: forgetting it would book a repeat twice. */
function keyOf(request: FastifyRequest): string | null {
  const given = request.headers['idempotency-key']
  if (given === undefined) return null
  if (typeof given === 'string' && given !== '' && given.length <= KEY_CHARS_MAX) return given
  throw new TrueupError('HTTP_REQUEST_INVALID', `An Idempotency-Key has 1 to ${KEY_CHARS_MAX} characters.`, {
    retry: 'never',
    hint: 'Use a UUID: a new one for each request, the same one for a repeat.',
  })
}

function upload(route: UploadRoute, asked: Asked<unknown, unknown, undefined>, request: FastifyRequest): Promise<unknown> {
  // A request without a body has no stream of its own: it is an empty file.
  const chunks = request.body instanceof Readable ? (request.body as AsyncIterable<Uint8Array>) : Readable.from([])
  return route.handle({ ...asked, body: { chunks } })
}

function download(route: DownloadRoute, asked: Asked<unknown, unknown, undefined>): Promise<Download> {
  return route.handle(asked)
}

/** The name goes out twice: for old readers without, for the others with every character it has (RFC 6266). */
function sendDownload(reply: FastifyReply, file: Download): FastifyReply {
  const plain = file.fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  return reply
    .header('content-type', file.mediaType)
    .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(file.fileName)}`)
    .send(Readable.from(file.chunks, { objectMode: false }))
}

function schemaOf(route: AdmittedRoute) {
  const described = { summary: route.summary, tags: [route.tag], security: [{ session: [] }, { token: [] }] }
  const problems = { '4xx': problemAnswer, '5xx': problemAnswer }
  const asked = { ...(route.params ? { params: route.params } : {}), ...(route.query ? { querystring: route.query } : {}) }
  switch (route.kind) {
    case 'json': {
      const lists = listsOf(route)
      const body = route.body ? { body: route.body } : {}
      if (lists.length === 0) return { ...described, ...asked, ...body, response: { [route.status]: route.answer, ...problems } }
      const querystring = ((route.query as z.ZodObject | undefined) ?? z.object({})).safeExtend(formatQuery(lists))
      return { ...described, ...asked, ...body, querystring, response: { [route.status]: asListOrFile(route.answer), ...problems } }
    }
    case 'upload':
      return { ...described, ...asked, consumes: ['application/octet-stream'], response: { [route.status]: route.answer, ...problems } }
    case 'download':
      return { ...described, ...asked, produces: ['application/octet-stream'], response: problems }
  }
}

function asListOrFile(answer: z.ZodType) {
  const description = 'A page of the list; with `format=csv` all of it as a file'
  return { description, content: { 'application/json': { schema: answer }, 'text/csv': { schema: z.string() } } }
}

const problemAnswer = { description: 'What went wrong (RFC 9457)', content: { 'application/problem+json': { schema: problem } } }
