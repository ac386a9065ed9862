import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Auth, known, type SignedIn } from './auth.ts'
import { problem } from './contract/problem.ts'
import { loggedOut, login, session } from './contract/session.ts'
import { refuseCrossSite } from './cross-site.ts'

export const COOKIE = 'trueup_session'
/** Only the API needs the cookie. */
const COOKIE_PATH = '/api'

export function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
}

export function cookieOf(request: FastifyRequest): string | null {
  return request.cookies[COOKIE] ?? null
}

/** How the cookie of a session is set: for the API only, out of reach of pages, and never sent along by another site. */
export function sessionCookie(isBehindTls: boolean) {
  return { path: COOKIE_PATH, httpOnly: true, sameSite: 'strict', secure: isBehindTls } as const
}

/** Sign in, sign out, and who am I: the three routes that deal with the cookie themselves. */
export function mountSession(
  api: FastifyInstance,
  {
    auth,
    whoAsks,
    isBehindTls,
  }: {
    auth: Auth
    whoAsks(request: FastifyRequest): Promise<SignedIn | null>
    isBehindTls: boolean
  },
): void {
  const cookie = sessionCookie(isBehindTls)
  const problems = { '4xx': { description: 'Why not', content: { 'application/problem+json': { schema: problem } } } }

  api.route({
    method: 'POST',
    url: '/session',
    schema: { summary: 'Sign in', tags: ['session'], body: login, response: { 201: session, ...problems } },
    onRequest: async request => refuseCrossSite(request),
    handler: async (request, reply) => {
      const { name, password } = login.parse(request.body)
      const opened = await auth.signIn({ name, password, address: request.ip })
      // Whatever session the browser came with, its own or one that somebody put there, is not carried on.
      const before = cookieOf(request)
      if (before !== null) await auth.signOut(before)
      return reply.code(201).setCookie(COOKIE, opened.token, cookie).send(opened.session)
    },
  })

  api.route({
    method: 'DELETE',
    url: '/session',
    schema: { summary: 'Sign out', tags: ['session'], response: { 200: loggedOut, ...problems } },
    onRequest: async request => refuseCrossSite(request),
    handler: async (request, reply) => {
      const token = cookieOf(request)
      if (token !== null) await auth.signOut(token)
      return reply.clearCookie(COOKIE, cookie).send({ signedOut: true })
    },
  })

  api.route({
    method: 'GET',
    url: '/session',
    schema: { summary: 'Who is signed in', tags: ['session'], response: { 200: session, ...problems } },
    handler: async (request, reply): Promise<FastifyReply> => reply.send(known(await whoAsks(request))),
  })
}
