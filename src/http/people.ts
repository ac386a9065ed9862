import { link, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { hashPassword } from './password.ts'
import { addFirstPerson, changePassword, hasAnyPerson } from './store.ts'

const FIRST_NAME = 'admin'
const CLI_TOKEN_FILE = 'cli-token'
const OWNER_ONLY = 0o600

/** Makes the first person if there is none yet. The password is known to nobody else and cannot be shown again. */
export async function ensureAdmin({
  db,
  ids,
  clock,
}: {
  db: Db
  ids: Ids
  clock: Clock
}): Promise<{ name: string; password: string } | null> {
  if (await hasAnyPerson(db)) return null
  const password = ids.secret()
  const passwordHash = await hashPassword(password, saltFrom(ids))
  const isFirst = await addFirstPerson(db, { name: FIRST_NAME, role: 'admin', passwordHash, now: clock.now() })
  return isFirst ? { name: FIRST_NAME, password } : null
}

/** A new password in the place of one that was lost; gives null if nobody has that name. */
export async function resetPassword({ db, ids }: { db: Db; ids: Ids }, name: string): Promise<string | null> {
  const password = ids.secret()
  const isKnown = await changePassword(db, { name, passwordHash: await hashPassword(password, saltFrom(ids)) })
  return isKnown ? password : null
}

/**
 * The token by which the command line of this machine comes in, made at first start. Whoever can read the data directory
 * owns the stock anyway; the file is readable to its owner only.
 */
export async function ensureCliToken({ dataDir, ids }: { dataDir: string; ids: Ids }): Promise<string> {
  const file = path.join(dataDir, CLI_TOKEN_FILE)
  const kept = await readCliToken(dataDir)
  if (kept !== null) return kept
  // Written aside and linked, so that nobody ever reads half a token, and of two programs only one makes it.
  const aside = `${file}.${ids.uuid()}`
  await writeFile(aside, `${ids.secret()}\n`, { mode: OWNER_ONLY })
  try {
    await link(aside, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(aside)
  }
  const made = await readCliToken(dataDir)
  assert(made !== null, 'the token of the command line was just written')
  return made
}

/** What `ensureCliToken` left in a data directory, for the command line; null where no server has started yet. */
export async function readCliToken(dataDir: string): Promise<string | null> {
  try {
    const token = (await readFile(path.join(dataDir, CLI_TOKEN_FILE), 'utf8')).trim()
    return token === '' ? null : token
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function saltFrom(ids: Ids): Buffer {
  return Buffer.from(ids.secret(), 'utf8')
}
