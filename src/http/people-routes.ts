import { createHash } from 'node:crypto'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { tooManyLogins } from './auth.ts'
import {
  ownPassword,
  passwordShown,
  peopleList,
  personDone,
  personGiven,
  personParams,
  roleGiven,
  signedOut,
  signOutGiven,
  tokenGiven,
  tokenShown,
} from './contract/people.ts'
import { jsonRoute, type Route } from './contract/route.ts'
import { openLoginThrottle } from './login-throttle.ts'
import { hashPassword, isPassword } from './password.ts'
import * as store from './people-store.ts'
import { changePassword, personCalled } from './store.ts'

const DAY_MS = 24 * 3_600_000

/** Neither the old password nor the new one is for anybody to read: the entry says that there is another. */
const NEW_PASSWORD = { action: 'person.password', subject: 'person', before: null, after: { password: 'changed' } } as const

/** Who may come in, as what; the tokens by which programs do; and one's own password. */
export function peopleRoutes({ db, clock, ids }: { db: Db; clock: Clock; ids: Ids }): Route[] {
  const throttle = openLoginThrottle()
  const saltOf = () => Buffer.from(ids.secret(), 'utf8')
  return [
    jsonRoute({
      method: 'GET',
      path: '/people',
      summary: 'Who may come in, and the tokens of programs',
      tag: 'people',
      role: 'admin',
      answer: peopleList,
      wholeLists: ['people', 'tokens'],
      handle: async () => ({
        people: await store.people(db, clock.now()),
        tokens: (await store.tokens(db)).map(({ sha256: _, ...token }) => token),
      }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/people',
      summary: 'Adds a person; the answer shows their password this once',
      tag: 'people',
      role: 'admin',
      body: personGiven,
      answer: passwordShown,
      isShownOnce: true,
      status: 201,
      async handle({ body, who }) {
        const password = ids.secret()
        const passwordHash = await hashPassword(password, saltOf())
        const now = clock.now()
        await db.transaction(async tx => {
          if (!(await store.addPerson(tx, { ...body, passwordHash, now }))) throw nameTaken(body.name)
          await recordAudit(tx, {
            at: now,
            who: who.name,
            action: 'person.add',
            subject: 'person',
            name: body.name,
            before: null,
            after: { role: body.role },
          })
        })
        return { name: body.name, password }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/people/:name/role',
      summary: 'Gives a person another role; whoever is signed in under their name signs in anew',
      tag: 'people',
      role: 'admin',
      params: personParams,
      body: roleGiven,
      answer: personDone,
      async handle({ params, body, who }) {
        await changing(async tx => {
          const before = await store.setRole(tx, { name: params.name, role: body.role })
          if (before === null) throw unknownPerson(params.name)
          const deed = { at: clock.now(), who: who.name, action: 'person.role', subject: 'person', name: params.name }
          await recordAudit(tx, { ...deed, before: { role: before }, after: { role: body.role } })
        })
        return { done: true }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/people/:name/password',
      summary: 'Makes a new password for a person who lost theirs; whoever is signed in under their name is signed out',
      tag: 'people',
      role: 'admin',
      params: personParams,
      answer: passwordShown,
      isShownOnce: true,
      async handle({ params, who }) {
        const password = ids.secret()
        const passwordHash = await hashPassword(password, saltOf())
        await db.transaction(async tx => {
          if (!(await changePassword(tx, { name: params.name, passwordHash }))) throw unknownPerson(params.name)
          await recordAudit(tx, { ...NEW_PASSWORD, at: clock.now(), who: who.name, name: params.name })
        })
        return { name: params.name, password }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/people/:name/sign-out',
      summary: 'Signs a person out wherever they are signed in',
      tag: 'people',
      role: 'admin',
      params: personParams,
      answer: signedOut,
      handle: ({ params, who }) => signOut(params.name, who.name),
    }),
    jsonRoute({
      method: 'POST',
      path: '/session/everywhere',
      summary: 'Signs you out wherever you are signed in, here too',
      tag: 'session',
      role: 'viewer',
      body: signOutGiven,
      answer: signedOut,
      handle: ({ who }) => signOut(who.name, who.name),
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/people/:name',
      summary: 'Removes a person and ends their sessions',
      tag: 'people',
      role: 'admin',
      params: personParams,
      answer: personDone,
      async handle({ params, who }) {
        await changing(async tx => {
          const role = await store.removePerson(tx, params.name)
          if (role === null) throw unknownPerson(params.name)
          await recordAudit(tx, {
            at: clock.now(),
            who: who.name,
            action: 'person.remove',
            subject: 'person',
            name: params.name,
            before: { role },
            after: null,
          })
        })
        return { done: true }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/session/password',
      summary: 'Changes your own password; you sign in with it again, everywhere',
      tag: 'session',
      role: 'viewer',
      body: ownPassword,
      answer: personDone,
      async handle({ body, who }) {
        // Whoever found an open session may not guess here either. Counted before it is compared: tries at once are no way round.
        const guess = { name: who.name, address: `session of ${who.name}` }
        const waitMs = throttle.waitMs(guess, clock.now())
        if (waitMs > 0) throw tooManyLogins(waitMs)
        throttle.failed(guess, clock.now())
        const person = await personCalled(db, who.name)
        if (person?.passwordHash == null || !(await isPassword(body.before, person.passwordHash))) throw notYours()
        throttle.succeeded(guess)
        const passwordHash = await hashPassword(body.after, saltOf())
        await db.transaction(async tx => {
          await changePassword(tx, { name: who.name, passwordHash })
          await recordAudit(tx, { ...NEW_PASSWORD, at: clock.now(), who: who.name, name: who.name })
        })
        return { done: true }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/people/tokens',
      summary: 'Makes a token for a program; the answer shows it this once',
      tag: 'people',
      role: 'admin',
      body: tokenGiven,
      answer: tokenShown,
      isShownOnce: true,
      status: 201,
      async handle({ body, who }) {
        const { name, role, scopes } = body
        const token = ids.secret()
        const now = clock.now()
        const expiresAt = now + body.days * DAY_MS
        const sha256 = createHash('sha256').update(token).digest('hex')
        await db.transaction(async tx => {
          if (!(await store.addToken(tx, { name, sha256, role, scopes, by: who.name, now, expiresAt }))) throw nameTaken(name)
          const deed = { at: now, who: who.name, action: 'token.add', subject: 'token', name }
          await recordAudit(tx, { ...deed, before: null, after: { role, scopes, expiresAt } })
        })
        return { name, token, expiresAt }
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/people/tokens/:name',
      summary: 'Ends a token at once',
      tag: 'people',
      role: 'admin',
      params: personParams,
      answer: personDone,
      async handle({ params, who }) {
        await db.transaction(async tx => {
          const token = (await store.tokens(tx)).find(one => one.name === params.name)
          if (token === undefined || !(await store.removeToken(tx, params.name))) throw unknownPerson(params.name)
          const before = { role: token.role, scopes: token.scopes, expiresAt: token.expiresAt }
          const deed = { at: clock.now(), who: who.name, action: 'token.remove', subject: 'token', name: params.name }
          await recordAudit(tx, { ...deed, before, after: null })
        })
        return { done: true }
      },
    }),
  ]

  async function signOut(name: string, by: string) {
    return db.transaction(async tx => {
      if ((await personCalled(tx, name)) === null) throw unknownPerson(name)
      const sessions = await store.endSessionsCalled(tx, name)
      const deed = { at: clock.now(), who: by, action: 'person.sign-out', subject: 'person', name }
      await recordAudit(tx, { ...deed, before: { sessions }, after: { sessions: 0 } })
      return { sessions }
    })
  }

  /** A change after which somebody with the role admin has to be left. */
  async function changing(change: (tx: Parameters<Parameters<Db['transaction']>[0]>[0]) => Promise<void>): Promise<void> {
    await db.transaction(async tx => {
      await store.lockPeople(tx)
      await change(tx)
      if ((await store.countAdmins(tx)) === 0) throw lastAdmin()
    })
  }
}

export function nameTaken(name: string): TrueupError {
  return new TrueupError('HTTP_NAME_TAKEN', `${JSON.stringify(name)} is taken.`, {
    retry: 'never',
    hint: 'Choose another name, or change the one who has it.',
    detail: { name },
  })
}

function unknownPerson(name: string): TrueupError {
  return new TrueupError('HTTP_NOBODY', `Nobody is called ${JSON.stringify(name)}.`, {
    retry: 'never',
    hint: 'Look at the list; somebody may have been quicker.',
    detail: { name },
  })
}

function lastAdmin(): TrueupError {
  return new TrueupError('HTTP_LAST_ADMIN', 'This would leave nobody with the role admin.', {
    retry: 'after-operator',
    hint: 'Give another person the role admin first.',
  })
}

function notYours(): TrueupError {
  return new TrueupError('HTTP_PASSWORD_WRONG', 'That is not your present password.', {
    retry: 'after-operator',
    hint: 'Type it again, or ask an admin to make you a new one.',
  })
}
