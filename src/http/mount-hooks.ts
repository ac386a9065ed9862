import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HookRoute } from './contract/route.ts'

/** A webhook is a few kilobytes; a product with all its variants may be a few megabytes. */
const HOOK_BYTES_MAX = 8 * 1_024 * 1_024

/**
 * The doors at which other systems knock: without a session, with the bytes as they came, since the signature is over those.
 */
export function mountHooks(api: FastifyInstance, routes: readonly HookRoute[]): void {
  api.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, payload, done) => done(null, payload))
    for (const route of routes) {
      scope.route({
        method: route.method,
        url: route.path,
        bodyLimit: HOOK_BYTES_MAX,
        schema: { summary: route.summary, tags: [route.tag], ...(route.params ? { params: route.params } : {}) },
        async handler(request, reply) {
          const header = (name: string) => headerOf(request, name)
          await route.handle({ params: request.params, header, rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0) })
          return reply.code(200).send()
        },
      })
    }
  })
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()]
  return typeof value === 'string' ? value : undefined
}
