import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ids } from '../kernel/ids.ts'
import { notFound } from './problem.ts'
import { policyOfConsole } from './security-headers.ts'

/** Stands in index.html where the nonce of one answer goes. */
const NONCE_PLACE = '__CSP_NONCE__'
const YEAR_S = 365 * 24 * 3_600

/**
 * Serves the built console: what has its digest in its name is kept for a year, every other address that no file has is
 * the console itself, which reads the address.
 */
export async function serveConsole(app: FastifyInstance, { consoleDir, ids }: { consoleDir: string; ids: Ids }): Promise<void> {
  const page = await readFile(path.join(consoleDir, 'index.html'), 'utf8')

  await app.register(fastifyStatic, {
    root: consoleDir,
    index: false,
    wildcard: false,
    cacheControl: false,
    globIgnore: ['index.html'],
    setHeaders(reply, file) {
      const isHashed = path.dirname(path.relative(consoleDir, file)) === 'assets'
      reply.header('cache-control', isHashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache')
    },
  })
  app.get('/', { schema: { hide: true } }, sendPage)
  app.setNotFoundHandler(async (request, reply) => {
    // An address of a file that is not there must not look like one that is.
    const isPage = request.method === 'GET' && !request.url.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(pathOf(request))
    if (isPage) return sendPage(request, reply)
    throw notFound(pathOf(request), 'Look at /api/v1/openapi.json for what there is.')
  })

  async function sendPage(_request: FastifyRequest, reply: FastifyReply) {
    const nonce = ids.secret()
    return reply
      .header('content-security-policy', policyOfConsole(nonce))
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page.replaceAll(NONCE_PLACE, nonce))
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}
