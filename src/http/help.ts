import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { helpIndex, helpQuery } from './contract/help.ts'
import { problem } from './contract/problem.ts'
import { notFound } from './problem.ts'

/** The pages of the manual, in the order in which a person needs them. They lie beside the folder of the codes. */
const MANUAL = ['troubleshooting', 'setting-up-a-feed', 'publishing', 'orders-and-ledger', 'operating'] as const

/** A code is upper case with underscores, a page of the manual one of those above: no path can be smuggled in. */
const params = z.object({ code: z.union([z.enum(MANUAL), z.string().regex(/^[A-Z][A-Z0-9_]{1,80}$/)]) })

type Page = { name: string; kind: 'manual' | 'code'; title: string; text: string }

/** The manual and the page of each error code, as they stand in docs. Whoever meets an error may read them, signed in or not. */
export function mountHelp(api: FastifyInstance, { errorsDir }: { errorsDir: string }): void {
  let read: Promise<Page[]> | null = null
  const pages = () => {
    read ??= readPages(errorsDir)
    return read
  }
  const problems = { '4xx': { description: 'No such page', content: { 'application/problem+json': { schema: problem } } } }

  api.route({
    method: 'GET',
    url: '/help',
    schema: {
      summary: 'The pages of the manual and of the error codes, those that hold all the words of `search`',
      tags: ['help'],
      querystring: helpQuery,
      response: { 200: helpIndex },
    },
    handler: async request => {
      const words = helpQuery.parse(request.query).search.toLowerCase().split(/\s+/).filter(Boolean)
      const found = (await pages()).filter(page => words.every(word => `${page.name} ${page.text}`.toLowerCase().includes(word)))
      return { rows: found.map(({ text, ...page }) => ({ ...page, excerpt: excerptOf(text, words) })) }
    },
  })

  api.route({
    method: 'GET',
    url: '/help/:code',
    schema: {
      summary: 'What an error code means and what to do, or a page of the manual, as Markdown',
      tags: ['help'],
      params,
      produces: ['text/markdown'],
      response: problems,
    },
    handler: async (request, reply) => {
      const { code } = params.parse(request.params)
      const page = (await pages()).find(one => one.name === code)
      if (page === undefined) throw notFound(`A page for ${code}`, 'Read the message and its hint; they stand beside the code.')
      return reply.type('text/markdown; charset=utf-8').send(page.text)
    },
  })
}

async function readPages(errorsDir: string): Promise<Page[]> {
  const codes = (await readdir(errorsDir)).filter(file => file.endsWith('.md')).toSorted()
  const files = [
    ...MANUAL.map(name => ({ name, kind: 'manual' as const, file: path.join(errorsDir, '..', `${name}.md`) })),
    ...codes.map(file => ({ name: file.replace(/\.md$/, ''), kind: 'code' as const, file: path.join(errorsDir, file) })),
  ]
  return Promise.all(
    files.map(async ({ name, kind, file }) => {
      const text = await readFile(file, 'utf8')
      return { name, kind, title: /^# (.+)$/m.exec(text)?.[1] ?? name, text }
    }),
  )
}

const EXCERPT_CHARS = 160

/** The sentence in which the first word stands; without one, what the page begins with. */
function excerptOf(text: string, words: readonly string[]): string {
  const plain = text
    .replace(/^#.*$/gm, '')
    .replaceAll(/[*`#|]|\]\([^)]*\)|\[/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const at = words[0] === undefined ? 0 : Math.max(0, plain.toLowerCase().indexOf(words[0]))
  const from = at === 0 ? 0 : plain.lastIndexOf('. ', at) + (plain.lastIndexOf('. ', at) < 0 ? 1 : 2)
  const piece = plain.slice(from, from + EXCERPT_CHARS)
  return from + EXCERPT_CHARS < plain.length ? `${piece.replace(/ \S*$/, '')} …` : piece
}
