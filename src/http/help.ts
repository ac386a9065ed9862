import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { problem } from './contract/problem.ts'
import { notFound } from './problem.ts'

/** A code is upper case with underscores: nothing else can be asked for, so no path can be smuggled in. */
const params = z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{1,80}$/) })

/** The page of an error code, as it stands in docs/errors. Whoever meets an error may read it, signed in or not. */
export function mountHelp(api: FastifyInstance, { errorsDir }: { errorsDir: string }): void {
  api.route({
    method: 'GET',
    url: '/help/:code',
    schema: {
      summary: 'What an error code means and what to do, as Markdown',
      tags: ['help'],
      params,
      produces: ['text/markdown'],
      response: { '4xx': { description: 'No such page', content: { 'application/problem+json': { schema: problem } } } },
    },
    handler: async (request, reply) => {
      const { code } = params.parse(request.params)
      const page = await readFile(path.join(errorsDir, `${code}.md`), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw notFound(`A page for ${code}`, 'Read the message and its hint; they stand beside the code.')
        throw error
      })
      return reply.type('text/markdown; charset=utf-8').send(page)
    },
  })
}
