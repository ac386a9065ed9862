import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

export type KeyedRequest = { who: string; key: string; askedSha256: string }

/** What is known of a request under its key: another was asked under it, it is being done, or it was done. */
export type Known = {
  askedSha256: string
  begunAt: InstantMs
  committedAt: InstantMs | null
  answeredAt: InstantMs | null
  answer: string | null
}

export const REQUEST_KEYS_KEPT_MS = 24 * 3_600_000
const PURGED_MAX = 1_000

/** Begins a request under its key, or gives what is known of the one before it. Null: it has begun just now. */
export async function beginRequest(sql: Sql, { who, key, askedSha256 }: KeyedRequest, now: InstantMs): Promise<Known | null> {
  await sql.query(
    `delete from gate.request_key
      where (who, key) in (select who, key from gate.request_key where begun_at < $1 order by begun_at limit ${PURGED_MAX} for update skip locked)`,
    [new Date(now - REQUEST_KEYS_KEPT_MS)],
  )
  const begun = await sql.query(
    `insert into gate.request_key (who, key, asked_sha256, begun_at) values ($1, $2, $3, $4) on conflict (who, key) do nothing returning 1`,
    [who, key, askedSha256, new Date(now)],
  )
  if (begun.length > 0) return null
  const rows = await sql.query<Known>(
    `select asked_sha256 as "askedSha256", begun_at as "begunAt", committed_at as "committedAt", answered_at as "answeredAt", answer from gate.request_key where who = $1 and key = $2`,
    [who, key],
  )
  return rows[0] ?? null
}

/** Takes over a request whose process is thought dead. False: another did. */
export async function takeOver(sql: Sql, { who, key }: KeyedRequest, from: InstantMs, now: InstantMs): Promise<boolean> {
  const rows = await sql.query(
    'update gate.request_key set begun_at = $4 where who = $1 and key = $2 and begun_at = $3 and answered_at is null and committed_at is null returning 1',
    [who, key, new Date(from), new Date(now)],
  )
  return rows.length > 0
}

/** It is still being done: nobody takes it for dead. */
export async function stillAtWork(sql: Sql, { who, key }: KeyedRequest, now: InstantMs): Promise<void> {
  await sql.query('update gate.request_key set begun_at = $3 where who = $1 and key = $2 and answered_at is null', [
    who,
    key,
    new Date(now),
  ])
}

/** What it changes is committed with this. */
export async function noteCommitted(tx: Tx, { who, key }: KeyedRequest, now: InstantMs): Promise<void> {
  await tx.query('update gate.request_key set committed_at = coalesce(committed_at, $3) where who = $1 and key = $2', [
    who,
    key,
    new Date(now),
  ])
}

export async function keepAnswer(sql: Sql, { who, key }: KeyedRequest, answer: string | null, now: InstantMs): Promise<void> {
  await sql.query('update gate.request_key set answered_at = $3, answer = $4 where who = $1 and key = $2', [
    who,
    key,
    new Date(now),
    answer,
  ])
}

/** It was refused or broke: under the same key it may be asked again. */
export async function forgetRequest(sql: Sql, { who, key }: KeyedRequest): Promise<void> {
  await sql.query('delete from gate.request_key where who = $1 and key = $2 and answered_at is null', [who, key])
}
