import type { Sql, Tx } from './connection.ts'

/**
 * How far a reader has come in what an earlier room appended. One row per reader; its lock is what lets two processes
 * run the same step without both doing the work: the second waits, then finds nothing left.
 */
export async function readCursor(tx: Tx, reader: string): Promise<number> {
  return (await lockedPosition(tx, reader)) ?? (await firstPosition(tx, reader))
}

async function lockedPosition(tx: Tx, reader: string): Promise<number | undefined> {
  const rows = await tx.query<{ position: number }>('select position from street.cursor where reader = $1 for update', [reader], {
    name: 'cursor.read',
  })
  return rows[0]?.position
}

/** Who is first makes the row; who comes at the same time waits for it. */
async function firstPosition(tx: Tx, reader: string): Promise<number> {
  await tx.query('insert into street.cursor (reader, position) values ($1, 0) on conflict (reader) do nothing', [reader])
  return (await lockedPosition(tx, reader)) ?? 0
}

/** Moves the cursor, in the transaction that did the work: never before it, never beside it. */
export async function advanceCursor(tx: Tx, reader: string, position: number): Promise<void> {
  await tx.query('update street.cursor set position = $2 where reader = $1 and position <= $2', [reader, position])
}

/** Says how far the readers of `head` may read. Called under the writer's own cursor, last in the transaction that appended. */
export async function setHead(tx: Tx, head: string, position: number): Promise<void> {
  await tx.query(
    `insert into street.cursor (reader, position) values ($1, $2)
     on conflict (reader) do update set position = excluded.position`,
    [head, position],
  )
}

/** Counts one more change of something that readers look at as a whole: a rise makes them look again. */
export async function raiseHead(tx: Tx, head: string): Promise<void> {
  await tx.query(
    `insert into street.cursor as c (reader, position) values ($1, 1)
     on conflict (reader) do update set position = c.position + 1`,
    [head],
  )
}

/**
 * Whether a head still stands where it was seen, and stays there until this transaction is over: what its readers follow next has not
 * happened. Nobody is waited for: a head that somebody is raising counts as raised.
 */
export async function staysAt(tx: Tx, head: string, position: number): Promise<boolean> {
  const rows = await tx.query<{ position: number }>('select position from street.cursor where reader = $1 for share skip locked', [head])
  return rows[0]?.position === position
}

/** Looks at a cursor without taking it: for backlogs on the console. */
export async function peekCursor(sql: Sql, reader: string): Promise<number> {
  const rows = await sql.query<{ position: number }>('select position from street.cursor where reader = $1', [reader])
  return rows[0]?.position ?? 0
}

/** Looks at several cursors at once: one that was never set stands at 0. */
export async function peekCursors<Reader extends string>(sql: Sql, readers: readonly Reader[]): Promise<Record<Reader, number>> {
  const rows = await sql.query<{ reader: Reader; position: number }>(
    'select reader, position from street.cursor where reader = any($1)',
    [readers],
    { name: 'cursor.peek' },
  )
  const at = new Map(rows.map(row => [row.reader, row.position]))
  return Object.fromEntries(readers.map(reader => [reader, at.get(reader) ?? 0])) as Record<Reader, number>
}

/** Sets several cursors that are all this transaction's to set, in one statement. */
export async function setCursors(tx: Tx, positions: Readonly<Record<string, number>>): Promise<void> {
  await tx.query(
    `insert into street.cursor (reader, position) select * from unnest($1::text[], $2::bigint[])
     on conflict (reader) do update set position = excluded.position`,
    [Object.keys(positions), Object.values(positions)],
    { name: 'cursor.set' },
  )
}

/** Where a cursor stands, as a part of a statement that has to see it in its own snapshot; null: it was never set. */
export function positionOf(reader: string): string {
  return `(select position from street.cursor where reader = '${reader}')`
}
