import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { assert } from '../kernel/assert.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Db, Tx } from './connection.ts'

type Migration = { number: number; name: string; text: string; sha256: string }
type Applied = { number: number; name: string; sha256: string }

/** Any number, the same in every program that migrates. */
const MIGRATION_LOCK = 7_283_001

/**
 * Brings the database up to the code: every file `0001_name.sql`, `0002_…` that is not applied yet, in order, each in one transaction.
 * Forward only. Two programs that start at once take turns. Returns the names of what it applied.
 */
export async function migrate(db: Db, options: { directory: string; clock: Clock }): Promise<string[]> {
  const migrations = await readMigrations(options.directory)
  const names: string[] = []
  // One round more than there are files: the last one finds nothing left to do.
  for (let round = 0; round <= migrations.length; round++) {
    const name = await db.transaction(tx => applyNext(tx, migrations, options.clock))
    if (name === null) return names
    names.push(name)
  }
  assert(false, 'a migration was applied twice')
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map(name => readMigration(directory, name)))
  for (const [index, { number, name }] of migrations.entries()) assert(number === index + 1, `migration ${name} is out of order`)
  return migrations
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const text = await readFile(path.join(directory, name), 'utf8')
  return { number: Number(/^\d{4}(?=_)/.exec(name)?.[0]), name, text, sha256: createHash('sha256').update(text).digest('hex') }
}

/** The lock is held until the transaction ends, so what we read as applied stays true until our own commit. */
async function applyNext(tx: Tx, migrations: readonly Migration[], clock: Clock): Promise<string | null> {
  await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  const applied = await readApplied(tx)
  checkApplied(applied, migrations)
  const next = migrations[applied.length]
  if (next === undefined) return null
  try {
    await tx.query(next.text)
  } catch (cause) {
    throw new TrueupError('DB_MIGRATION_FAILED', `migration ${next.name} failed: ${cause instanceof Error ? cause.message : cause}`, {
      retry: 'after-operator',
      hint: 'The database is as it was before this migration. Read the message, mend the database or the migration, and start again.',
      detail: { migration: next.name },
      cause,
    })
  }
  await tx.query('insert into migration.applied (number, name, sha256, applied_at) values ($1, $2, $3, $4)', [
    next.number,
    next.name,
    next.sha256,
    new Date(clock.now()),
  ])
  return next.name
}

async function readApplied(tx: Tx): Promise<Applied[]> {
  await tx.query('create schema if not exists migration')
  await tx.query(`
    create table if not exists migration.applied (
      number      integer primary key,
      name        text not null,
      sha256      text not null,
      applied_at  timestamptz not null
    )`)
  return tx.query<Applied>('select number, name, sha256 from migration.applied order by number')
}

function checkApplied(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const newest = applied.at(-1)
  if (newest !== undefined && newest.number > migrations.length) {
    throw new TrueupError(
      'DB_NEWER_THAN_CODE',
      `the database was migrated by a newer Trueup: it has ${newest.name}, this program does not`,
      {
        retry: 'after-operator',
        hint: 'Start the newer version again, or restore the backup that was made before it was installed.',
        detail: { database: newest.name, code: migrations.at(-1)?.name ?? null },
      },
    )
  }
  for (const [index, row] of applied.entries()) {
    const migration = migrations[index]
    if (migration?.number === row.number && migration.sha256 === row.sha256) continue
    throw new TrueupError('DB_MIGRATION_CHANGED', `migration ${row.name} is not the file that was applied to this database`, {
      retry: 'after-operator',
      hint: 'Put the file back as it was released, and bring the change as a new migration.',
      detail: { migration: row.name, appliedSha256: row.sha256, fileSha256: migration?.sha256 ?? null },
    })
  }
}
