import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Role } from './contract/route.ts'

/** `passwordHash` null: they come in by another system only. */
export type Person = { personId: number; name: string; role: Role; passwordHash: string | null }

/** Adds the first person, unless there is one. Two programs that start at once cannot both add theirs. */
export async function addFirstPerson(
  sql: Sql,
  person: { name: string; role: Role; passwordHash: string; now: InstantMs },
): Promise<boolean> {
  const rows = await sql.query(
    `insert into gate.person (name, role, password_hash, created_at)
     select $1, $2, $3, $4 where not exists (select 1 from gate.person)
     on conflict (name) do nothing
     returning person_id`,
    [person.name, person.role, person.passwordHash, new Date(person.now)],
  )
  return rows.length > 0
}

export async function hasAnyPerson(sql: Sql): Promise<boolean> {
  const rows = await sql.query<{ known: boolean }>('select exists (select 1 from gate.person) as known')
  return rows[0]?.known ?? false
}

export async function personCalled(sql: Sql, name: string): Promise<Person | null> {
  const rows = await sql.query<Person>(
    `select person_id as "personId", name, role, password_hash as "passwordHash" from gate.person where name = $1`,
    [name],
  )
  return rows[0] ?? null
}

export async function addSession(
  sql: Sql,
  session: { tokenSha256: string; personId: number; now: InstantMs; expiresAt: InstantMs },
): Promise<void> {
  await sql.query('insert into gate.session (token_sha256, person_id, created_at, expires_at) values ($1, $2, $3, $4)', [
    session.tokenSha256,
    session.personId,
    new Date(session.now),
    new Date(session.expiresAt),
  ])
}

export type Session = { name: string; role: Role; createdAt: InstantMs; expiresAt: InstantMs }

export async function liveSession(sql: Sql, tokenSha256: string, now: InstantMs): Promise<Session | null> {
  const rows = await sql.query<Session>(
    `select p.name, p.role, s.created_at as "createdAt", s.expires_at as "expiresAt"
       from gate.session s join gate.person p using (person_id)
      where s.token_sha256 = $1 and s.expires_at > $2`,
    [tokenSha256, new Date(now)],
  )
  return rows[0] ?? null
}

/** Moves the end of a session that is in use. */
export async function prolongSession(sql: Sql, tokenSha256: string, expiresAt: InstantMs): Promise<void> {
  await sql.query('update gate.session set expires_at = $2 where token_sha256 = $1', [tokenSha256, new Date(expiresAt)])
}

/** Ends a session; whose it was, null where there was none. */
export async function endSession(sql: Sql, tokenSha256: string): Promise<string | null> {
  const [ended] = await sql.query<{ name: string }>(
    `delete from gate.session s using gate.person p where s.token_sha256 = $1 and p.person_id = s.person_id returning p.name`,
    [tokenSha256],
  )
  return ended?.name ?? null
}

/** Sessions that are over leave nothing behind. */
export async function purgeSessions(sql: Sql, now: InstantMs): Promise<void> {
  await sql.query('delete from gate.session where expires_at <= $1', [new Date(now)])
}

/** Gives a person another password; whoever is signed in under their name is signed out. */
export async function changePassword(sql: Sql, person: { name: string; passwordHash: string }): Promise<boolean> {
  const rows = await sql.query(
    `with changed as (
       update gate.person set password_hash = $2 where name = $1 returning person_id
     ), signed_out as (
       delete from gate.session s using changed c where s.person_id = c.person_id
     ) select person_id from changed`,
    [person.name, person.passwordHash],
  )
  return rows.length > 0
}
