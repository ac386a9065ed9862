import { createHash, timingSafeEqual } from 'node:crypto'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { type Chapter, ROLES, type Role, type Scope, type Who } from './contract/route.ts'
import { openLoginThrottle } from './login-throttle.ts'
import { isPassword, spendAsMuch } from './password.ts'
import { noteSignIn, whoHasToken } from './people-store.ts'
import * as store from './store.ts'

/** A session that nobody uses for so long is over. */
export const SESSION_IDLE_MS = 12 * 3_600 * 1_000
/** After so long a person signs in again, however busy they were. */
export const SESSION_ABSOLUTE_MS = 7 * 24 * 3_600 * 1_000
/** The end of a session is moved at most so often: a page that asks every second does not write every second. */
const SESSION_PROLONG_MS_MIN = 60_000
/** Passwords that are compared at once: each takes 19 MiB and a core for some 30 ms. */
const COMPARISONS_MAX = 4

/** `scopes`: the chapters to which a token is held; null, and for a person: none but its role. */
export type SignedIn = Who & { expiresAt: InstantMs | null; scopes: readonly Scope[] | null }

/** What a route asks of whoever comes: the least role, and that its chapter is theirs. */
export type Asks = { role: Role; tag: Chapter }

type Known = { personId: number; name: string; role: Role }

export type Auth = {
  /** Who shows this; null: nobody that we know. */
  whoHas(shown: { bearer: string | null; cookie: string | null }): Promise<SignedIn | null>
  /** Checks a password and opens a session. Throws HTTP_PASSWORD_WRONG and HTTP_TOO_MANY_LOGINS. */
  signIn(login: { name: string; password: string; address: string }): Promise<{ token: string; session: SignedIn }>
  signOut(token: string): Promise<void>
  /** Opens a session for a person who has shown who they are; `way`: by what. */
  openSession(person: Known, seen: { way: 'password' | 'sign-on'; address: string }): Promise<{ token: string; session: SignedIn }>
}

export function openAuth({ db, clock, ids, cliToken }: { db: Db; clock: Clock; ids: Ids; cliToken: string | null }): Auth {
  const throttle = openLoginThrottle()
  const cliDigest = cliToken === null ? null : digestOf(cliToken)
  let comparing = 0

  return {
    async whoHas({ bearer, cookie }) {
      if (bearer !== null) {
        const digest = digestOf(bearer)
        if (cliDigest !== null && timingSafeEqual(digest, cliDigest)) return CLI
        return whoHasToken(db, digest.toString('hex'), clock.now())
      }
      return cookie === null ? null : whoHasSession(digestOf(cookie).toString('hex'))
    },
    async signIn({ name, password, address }) {
      const now = clock.now()
      const waitMs = throttle.waitMs({ name, address }, now)
      if (waitMs > 0 || comparing >= COMPARISONS_MAX) throw tooManyLogins(Math.max(waitMs, 1_000))
      comparing += 1
      try {
        const person = await store.personCalled(db, name)
        const kept = person?.passwordHash ?? null
        if (kept === null) await spendAsMuch(password)
        if (person === null || kept === null || !(await isPassword(password, kept))) {
          throttle.failed({ name, address }, now)
          throw passwordWrong()
        }
        throttle.succeeded({ name, address })
        await noteSignIn(db, person.personId, now)
        return await openSession(person, { way: 'password', address })
      } finally {
        comparing -= 1
      }
    },
    async signOut(token) {
      await db.transaction(async tx => {
        const name = await store.endSession(tx, digestOf(token).toString('hex'))
        if (name !== null) await recordAudit(tx, { ...deedOf(name, 'session.sign-out'), before: null, after: null })
      })
    },
    openSession,
  }

  async function openSession(person: Known, seen: { way: string; address: string }) {
    const now = clock.now()
    const token = ids.secret()
    const expiresAt = now + SESSION_IDLE_MS
    await store.purgeSessions(db, now)
    await db.transaction(async tx => {
      await store.addSession(tx, { tokenSha256: digestOf(token).toString('hex'), personId: person.personId, now, expiresAt })
      await recordAudit(tx, { ...deedOf(person.name, 'session.sign-in'), before: null, after: { ...seen, role: person.role } })
    })
    return { token, session: { name: person.name, role: person.role, expiresAt, scopes: null } }
  }

  function deedOf(name: string, action: string) {
    return { at: clock.now(), who: name, action, subject: 'session', name }
  }

  async function whoHasSession(tokenSha256: string): Promise<SignedIn | null> {
    const now = clock.now()
    const session = await store.liveSession(db, tokenSha256, now)
    if (session === null) return null
    const expiresAt = Math.min(now + SESSION_IDLE_MS, session.createdAt + SESSION_ABSOLUTE_MS)
    const { name, role } = session
    if (expiresAt - session.expiresAt < SESSION_PROLONG_MS_MIN) return { name, role, expiresAt: session.expiresAt, scopes: null }
    await store.prolongSession(db, tokenSha256, expiresAt)
    return { name, role, expiresAt, scopes: null }
  }
}

const CLI: SignedIn = { name: 'command line', role: 'admin', expiresAt: null, scopes: null }

/** Whether this is the command line of the same machine: whoever can read its token owns the machine anyway. */
export function isCommandLine(name: string): boolean {
  return name === CLI.name
}

/** Refuses whoever is nobody that we know. */
export function known(who: SignedIn | null): SignedIn {
  if (who !== null) return who
  throw new TrueupError('HTTP_NOT_SIGNED_IN', 'Nobody is signed in, or the session is over.', {
    retry: 'after-operator',
    hint: 'Sign in. A program sends its token as `Authorization: Bearer TOKEN`; an admin makes one under Users. The command line signs in by itself when it reads the data directory of the server.',
  })
}

/** Refuses who may not; gives who may. */
export function admit(asking: SignedIn | null, { role, tag }: Asks): SignedIn {
  const who = known(asking)
  if (ROLES.indexOf(who.role) < ROLES.indexOf(role)) {
    throw new TrueupError('HTTP_ROLE_MISSING', `This takes the role ${role}; ${who.name} is ${who.role}.`, {
      retry: 'after-operator',
      hint: `Ask somebody with the role ${role} to do it, or an admin to give you that role.`,
      detail: { needed: role, role: who.role },
    })
  }
  if (who.scopes !== null && !who.scopes.some(one => one === tag)) {
    throw new TrueupError('HTTP_SCOPE_MISSING', `The token ${who.name} is held to ${who.scopes.join(', ')}; this is ${tag}.`, {
      retry: 'after-operator',
      hint: 'Ask an admin for a token whose scopes hold it: under Users, Make a token. Who sees to people, the configuration or the backup needs one that is held to nothing.',
      detail: { needed: tag, scopes: [...who.scopes] },
    })
  }
  return who
}

/** The digest is what is compared and kept: of equal length always, and of no use to whoever reads the table. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function passwordWrong(): TrueupError {
  return new TrueupError('HTTP_PASSWORD_WRONG', 'This name and this password do not belong together.', {
    retry: 'after-operator',
    hint: 'Check both. The first password was printed when the server started for the first time.',
  })
}

export function tooManyLogins(waitMs: number): TrueupError {
  return new TrueupError('HTTP_TOO_MANY_LOGINS', `Too many attempts: the next one counts in ${Math.ceil(waitMs / 1_000)} s.`, {
    retry: 'backoff',
    hint: 'Wait until then. If these attempts were not yours, somebody guesses: look at the log for their address.',
    detail: { retryAfterMs: waitMs },
  })
}
