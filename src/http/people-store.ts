import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Role, Scope } from './contract/route.ts'

/** Held while who may do what is changed: two admins cannot take the last admin away between them. */
const PEOPLE_LOCK = 7_283_020

export async function lockPeople(tx: Tx): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [PEOPLE_LOCK])
}

export type ListedPerson = {
  name: string
  role: Role
  createdAt: InstantMs
  signedInAt: InstantMs | null
  sessions: number
  isBySignOn: boolean
}

/** Everybody who may come in, by name. */
export async function people(sql: Sql, now: InstantMs): Promise<ListedPerson[]> {
  return sql.query<ListedPerson>(
    `select p.name, p.role, p.created_at as "createdAt", p.signed_in_at as "signedInAt", p.issuer is not null as "isBySignOn",
            (select count(*) from gate.session s where s.person_id = p.person_id and s.expires_at > $1) as sessions
       from gate.person p order by p.name`,
    [new Date(now)],
  )
}

/** What the program itself is called where it did something. */
const NAMES_OF_OURS = ['command line', 'sign-on', 'shopify', 'trueup']

export function isNameOfOurs(name: string): boolean {
  return NAMES_OF_OURS.includes(name.toLowerCase())
}

/** Whoever did something is known by a name alone, in the log as in what a job was given to: no two have one, in whatever letters. */
const IS_FREE = `lower($1) <> all ($5) and not exists (select 1 from gate.person where lower(name) = lower($1))
    and not exists (select 1 from gate.token where lower(name) = lower($1))`

/** False if somebody has the name already, a person or a program. */
export async function addPerson(tx: Tx, person: { name: string; role: Role; passwordHash: string; now: InstantMs }): Promise<boolean> {
  const rows = await tx.query(
    `insert into gate.person (name, role, password_hash, created_at) select $1, $2, $3, $4 where ${IS_FREE}
     on conflict (name) do nothing returning 1`,
    [person.name, person.role, person.passwordHash, new Date(person.now), NAMES_OF_OURS],
  )
  return rows.length > 0
}

/** Gives the role before; null if nobody has the name. With another role a person signs in anew: no session outlives what it was opened for. */
export async function setRole(tx: Tx, person: { name: string; role: Role }): Promise<Role | null> {
  const rows = await tx.query<{ before: Role }>(
    `update gate.person p set role = $2 from (select person_id, role from gate.person where name = $1) b
      where p.person_id = b.person_id returning b.role as before`,
    [person.name, person.role],
  )
  const before = rows[0]?.before ?? null
  if (before !== null && before !== person.role) await endSessionsCalled(tx, person.name)
  return before
}

/** Signs a person out wherever they are signed in; gives in how many browsers that was. */
export async function endSessionsCalled(tx: Tx, name: string): Promise<number> {
  const rows = await tx.query(
    'delete from gate.session where person_id = (select person_id from gate.person where name = $1) returning 1',
    [name],
  )
  return rows.length
}

/** Removes a person; their sessions go with them. */
export async function removePerson(tx: Tx, name: string): Promise<Role | null> {
  const rows = await tx.query<{ role: Role }>('delete from gate.person where name = $1 returning role', [name])
  return rows[0]?.role ?? null
}

export async function countAdmins(sql: Sql): Promise<number> {
  const rows = await sql.query<{ n: number }>(`select count(*) as n from gate.person where role = 'admin'`)
  return rows[0]?.n ?? 0
}

export async function noteSignIn(sql: Sql, personId: number, now: InstantMs): Promise<void> {
  await sql.query('update gate.person set signed_in_at = $2 where person_id = $1', [personId, new Date(now)])
}

export type ListedToken = {
  name: string
  role: Role
  /** The chapters that it may ask for; null: all that its role may. */
  scopes: Scope[] | null
  createdAt: InstantMs
  createdBy: string
  expiresAt: InstantMs
  usedAt: InstantMs | null
}

/** A token with the digest by which it is known; never the token itself. */
export type KeptToken = ListedToken & { sha256: string }

/** The tokens of programs, by name. */
export async function tokens(sql: Sql): Promise<KeptToken[]> {
  return sql.query<KeptToken>(
    `select name, role, scopes, token_sha256 as sha256, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt", used_at as "usedAt"
       from gate.token order by name`,
  )
}

/** False if another token or a person has the name. */
export async function addToken(
  tx: Tx,
  token: { name: string; sha256: string; role: Role; scopes: Scope[] | null; by: string; now: InstantMs; expiresAt: InstantMs },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into gate.token (name, role, token_sha256, created_at, created_by, expires_at, scopes)
     select $1, $2, $3, $4, $6, $7, $8::text[] where ${IS_FREE}
     on conflict (name) do nothing returning 1`,
    [token.name, token.role, token.sha256, new Date(token.now), NAMES_OF_OURS, token.by, new Date(token.expiresAt), token.scopes],
  )
  return rows.length > 0
}

export async function removeToken(tx: Tx, name: string): Promise<boolean> {
  return (await tx.query('delete from gate.token where name = $1 returning 1', [name])).length > 0
}

/** Who a token speaks for, while it lasts. That it was used is noted once a minute. */
export async function whoHasToken(
  sql: Sql,
  sha256: string,
  now: InstantMs,
): Promise<Pick<ListedToken, 'name' | 'role' | 'scopes' | 'expiresAt'> | null> {
  const rows = await sql.query<Pick<ListedToken, 'name' | 'role' | 'scopes' | 'expiresAt'> & { isToNote: boolean }>(
    `select name, role, scopes, expires_at as "expiresAt", used_at is null or used_at < $3 as "isToNote" from gate.token
      where token_sha256 = $1 and expires_at > $2`,
    [sha256, new Date(now), new Date(now - NOTED_EVERY_MS)],
  )
  const [found] = rows
  if (found === undefined) return null
  if (found.isToNote) await sql.query('update gate.token set used_at = $2 where token_sha256 = $1', [sha256, new Date(now)])
  const { isToNote: _, ...who } = found
  return who
}

const NOTED_EVERY_MS = 60_000
