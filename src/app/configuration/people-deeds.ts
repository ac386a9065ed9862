import { createHash } from 'node:crypto'
import { recordAudit } from '../../db/audit.ts'
import type { Role, Scope } from '../../http/contract/route.ts'
import { nameTaken } from '../../http/people-routes.ts'
import { addToken, removeToken, tokens } from '../../http/people-store.ts'
import { TrueupError } from '../../kernel/error.ts'
import type { DeedDeps } from './deeds.ts'
import type { Difference } from './difference.ts'

/** A token that can be guessed is none. */
const TOKEN_CHARS_MIN = 32

/** A person has no password in a file: one who comes new is given one by an admin, or signs on by the provider. */
export async function setUser({ call, warn }: DeedDeps, { kind, item }: Difference): Promise<void> {
  const { name, role } = item.value as { name: string; role: Role }
  if (kind === 'change') return void (await call('PUT', '/people/:name/role', { params: { name }, body: { role } }))
  await call('POST', '/people', { body: { name, role } })
  warn(`${name} is new and has a password that nobody knows: make one on the page Users, or let ${name} sign on by the provider.`)
}

type Token = { name: string; role: Role; scopes: Scope[] | null; expiresAt: string }

/** What is kept of a token is its digest: another role or end leaves the token as it is, unless another one is given. */
export async function setToken({ tx, clock, who, secretOf }: DeedDeps, { kind, item }: Difference): Promise<void> {
  const { name, role, scopes, expiresAt } = item.value as Token
  const given = secretOf('token')
  const at = clock.now()
  const before = (await tokens(tx)).find(one => one.name === name)
  const sha256 = given === undefined ? await digestOf(tx, name) : digest(given)
  if (sha256 === null) throw notGiven(name)
  if (given !== undefined && given.length < TOKEN_CHARS_MIN) throw tooShort(name)
  if (kind === 'change') await removeToken(tx, name)
  const isNew = await addToken(tx, { name, sha256, role, scopes, by: who, now: at, expiresAt: Date.parse(expiresAt) })
  if (!isNew) throw nameTaken(name)
  const was = before && { role: before.role, scopes: before.scopes, expiresAt: before.expiresAt }
  const after = { role, scopes, expiresAt: Date.parse(expiresAt), ...(given === undefined ? {} : { token: 'given' }) }
  const deed = { action: kind === 'add' ? 'token.add' : 'token.change', subject: 'token', name }
  await recordAudit(tx, { at, who, ...deed, before: was ?? null, after, reason: 'from a configuration file' })
}

/** A user of the built-in SFTP server; a password that is not given stays. */
export async function setDropUser({ call, secretOf }: DeedDeps, { item }: Difference): Promise<void> {
  const { name, home, publicKeys } = item.value as { name: string; home: string; publicKeys: string[] }
  const password = secretOf('password')
  await call('POST', '/drop-server/users', { body: { name, home, publicKeys, ...(password === undefined ? {} : { password }) } })
}

async function digestOf(tx: DeedDeps['tx'], name: string): Promise<string | null> {
  return (await tokens(tx)).find(one => one.name === name)?.sha256 ?? null
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function notGiven(name: string): TrueupError {
  return new TrueupError('CONFIG_SECRET_MISSING', `The token ${name} is not known here, and the file gives none.`, {
    retry: 'never',
    hint: 'Write `token: env:NAME` or `token: file:PATH`, and set that variable or file where you apply.',
  })
}

function tooShort(name: string): TrueupError {
  return new TrueupError('CONFIG_FIELD_INVALID', `The token of ${name} has fewer than ${TOKEN_CHARS_MIN} characters.`, {
    retry: 'never',
    hint: 'Take a random one: `openssl rand -base64 32`.',
  })
}
