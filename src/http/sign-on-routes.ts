import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Auth } from './auth.ts'
import { signInWays } from './contract/session.ts'
import type { Log } from './log.ts'
import { isNameOfOurs, lockPeople, noteSignIn, setRole } from './people-store.ts'
import { COOKIE, cookieOf, sessionCookie } from './session-routes.ts'
import { attemptOf, type Claims, namesFor, type RoleRules, roleOf, type SignOnProvider } from './sign-on.ts'
import * as store from './sign-on-store.ts'

/** Signing on by another system, with everything that is set for it. */
export type SignOn = RoleRules & { label: string; provider: SignOnProvider; publicUrl: string | null }

const ATTEMPT_COOKIE = 'trueup_sign_on'
const PATH = '/session/sign-on'
/** So long a person may take at the other system. */
const ATTEMPT_MS_MAX = 10 * 60_000

type Deps = { db: Db; clock: Clock; ids: Ids; log: Log; auth: Auth; signOn: SignOn | null; isBehindTls: boolean; prefix: string }

/**
 * Out to the other system and back, by the authorization code with PKCE. The browser holds one secret, from which state, nonce and verifier
 * follow; the database knows only that such an attempt is under way, and gives it away once.
 */
export function mountSignOn(api: FastifyInstance, { db, clock, ids, log, auth, signOn, isBehindTls, prefix }: Deps): void {
  const backPath = `${prefix}${PATH}/back`
  // The way back begins at the other system: a strict cookie would stay behind. It is good for this address and for once.
  const attemptCookie = { path: `${prefix}${PATH}`, httpOnly: true, sameSite: 'lax', secure: isBehindTls } as const

  api.route({
    method: 'GET',
    url: '/session/ways',
    schema: { summary: 'How people may sign in', tags: ['session'], response: { 200: signInWays } },
    handler: async () => ({ signOn: signOn && { label: signOn.label, to: `${prefix}${PATH}` } }),
  })

  api.route({
    method: 'GET',
    url: PATH,
    schema: { summary: 'Sends the browser to the system by which people sign on', tags: ['session'] },
    handler: (request, reply) =>
      orBackWithCode(reply, async () => {
        const { provider } = signOn ?? isOff()
        const secret = ids.secret()
        const now = clock.now()
        await store.beginAttempt(db, { sha256: digestOf(secret), now, expiresAt: now + ATTEMPT_MS_MAX })
        const to = await provider.begin({ ...attemptOf(secret), redirectUri: `${baseOf(request)}${backPath}` })
        return reply.setCookie(ATTEMPT_COOKIE, secret, { ...attemptCookie, maxAge: ATTEMPT_MS_MAX / 1_000 }).redirect(to, 303)
      }),
  })

  api.route({
    method: 'GET',
    url: `${PATH}/back`,
    schema: { summary: 'Where the browser comes back to', tags: ['session'] },
    handler: (request, reply) =>
      orBackWithCode(reply.clearCookie(ATTEMPT_COOKIE, attemptCookie), async () => {
        const asked = signOn ?? isOff()
        const secret = request.cookies[ATTEMPT_COOKIE]
        // Taken before anything is exchanged: a second use of the same way back finds nothing, whatever becomes of the first.
        if (!secret || !(await store.takeAttempt(db, { sha256: digestOf(secret), now: clock.now() }))) throw expired()
        const claims = await asked.provider.finish({ ...attemptOf(secret), url: `${baseOf(request)}${request.url}` })
        const opened = await auth.openSession(await personOf(claims, asked), { way: 'sign-on', address: request.ip })
        const before = cookieOf(request)
        if (before !== null) await auth.signOut(before)
        return reply.setCookie(COOKIE, opened.token, sessionCookie(isBehindTls)).redirect('/', 303)
      }),
  })

  function baseOf(request: FastifyRequest): string {
    return signOn?.publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`
  }

  /** A person looks at a page and not at JSON: what went wrong is told by the sign-in page, and to the log. */
  async function orBackWithCode(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
    try {
      return await work()
    } catch (thrown) {
      const code = thrown instanceof TrueupError ? thrown.code : 'HTTP_BROKE'
      log.warn({ code, message: messageOf(thrown) })
      return reply.redirect(`/?signOn=${code}`, 303)
    }
  }

  /** The person that a subject is here: the same one as ever, or a new one, with the role that the claims give today. */
  async function personOf(claims: Claims, rules: RoleRules): Promise<store.KnownPerson> {
    const role = roleOf(claims.values, rules)
    const at = clock.now()
    const found = await db.transaction(async tx => {
      await lockPeople(tx)
      const known = await store.personOfSubject(tx, claims)
      if (role === null) {
        if (known !== null) await store.endSessionsOf(tx, known.personId)
        return null
      }
      const deed = { at, who: 'sign-on', subject: 'person' }
      if (known !== null) {
        if (known.role !== role) {
          await setRole(tx, { name: known.name, role })
          await recordAudit(tx, { ...deed, action: 'person.role', name: known.name, before: { role: known.role }, after: { role } })
        }
        return { ...known, role }
      }
      const name = await store.firstFreeName(
        tx,
        namesFor(claims).filter(one => !isNameOfOurs(one)),
      )
      if (name === null) throw nameless(claims)
      const { issuer, subject } = claims
      const personId = await store.addPersonOfSubject(tx, { name, role, issuer, subject, now: at })
      await recordAudit(tx, { ...deed, action: 'person.add', name, before: null, after: { role, issuer, subject } })
      return { personId, name, role }
    })
    if (found === null) throw noRole()
    await noteSignIn(db, found.personId, at)
    return found
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function isOff(): never {
  throw new TrueupError('HTTP_SIGN_ON_OFF', 'Nobody signs on by another system here.', {
    retry: 'never',
    hint: 'Sign in with a name and a password, or set TRUEUP_OIDC_ISSUER and what belongs to it.',
  })
}

function expired(): TrueupError {
  return new TrueupError('HTTP_SIGN_ON_EXPIRED', 'This sign-on was used already, took too long, or began in another browser.', {
    retry: 'after-operator',
    hint: 'Begin again on the sign-in page.',
  })
}

function noRole(): TrueupError {
  return new TrueupError('HTTP_SIGN_ON_NO_ROLE', 'The other system knows you and gives you no role here.', {
    retry: 'after-operator',
    hint: 'Ask for one of the groups that TRUEUP_OIDC_ROLES names, or have TRUEUP_OIDC_DEFAULT_ROLE set.',
  })
}

function nameless({ subject }: Claims): TrueupError {
  return new TrueupError('HTTP_SIGN_ON_REFUSED', `Every name that ${subject} could have here is taken.`, {
    retry: 'after-operator',
    hint: 'Rename the person or token that has the name.',
  })
}
