import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Role } from './contract/route.ts'

/** Notes a sign-on that begins; what is over leaves nothing behind. */
export async function beginAttempt(sql: Sql, attempt: { sha256: string; now: InstantMs; expiresAt: InstantMs }): Promise<void> {
  await sql.query('delete from gate.sign_on where expires_at <= $1', [new Date(attempt.now)])
  await sql.query('insert into gate.sign_on (attempt_sha256, expires_at) values ($1, $2)', [attempt.sha256, new Date(attempt.expiresAt)])
}

/** Takes an attempt, which nobody can do twice. False: there is none, or its time is over. */
export async function takeAttempt(sql: Sql, attempt: { sha256: string; now: InstantMs }): Promise<boolean> {
  const rows = await sql.query('delete from gate.sign_on where attempt_sha256 = $1 and expires_at > $2 returning 1', [
    attempt.sha256,
    new Date(attempt.now),
  ])
  return rows.length > 0
}

export type KnownPerson = { personId: number; name: string; role: Role }

export async function personOfSubject(tx: Tx, of: { issuer: string; subject: string }): Promise<KnownPerson | null> {
  const rows = await tx.query<KnownPerson>(
    'select person_id as "personId", name, role from gate.person where issuer = $1 and subject = $2',
    [of.issuer, of.subject],
  )
  return rows[0] ?? null
}

/** Of these names the first that neither a person nor a program has. */
export async function firstFreeName(tx: Tx, names: readonly string[]): Promise<string | null> {
  const rows = await tx.query<{ name: string }>(
    `select name from unnest($1::text[]) with ordinality as n (name, place)
      where not exists (select 1 from gate.person p where lower(p.name) = lower(n.name))
        and not exists (select 1 from gate.token t where lower(t.name) = lower(n.name))
      order by place limit 1`,
    [names],
  )
  return rows[0]?.name ?? null
}

export async function addPersonOfSubject(
  tx: Tx,
  person: { name: string; role: Role; issuer: string; subject: string; now: InstantMs },
): Promise<number> {
  const rows = await tx.query<{ personId: number }>(
    'insert into gate.person (name, role, issuer, subject, created_at) values ($1, $2, $3, $4, $5) returning person_id as "personId"',
    [person.name, person.role, person.issuer, person.subject, new Date(person.now)],
  )
  return rows[0]?.personId ?? 0
}

/** Signs a person out everywhere. */
export async function endSessionsOf(tx: Tx, personId: number): Promise<void> {
  await tx.query('delete from gate.session where person_id = $1', [personId])
}
