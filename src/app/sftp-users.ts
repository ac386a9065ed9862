import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db, Sql } from '../db/connection.ts'
import { addFeed, changeFeed, listFeeds } from '../feed/store.ts'
import { hashPassword, isPassword, spendAsMuch } from '../http/password.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Config } from './config.ts'
import type { House, World } from './wire.ts'

export const FIRST_SFTP_USER = 'erp'
const PASSWORD_FILE = 'sftp-password'
const SALT_BYTES = 16

/** What a client may prove itself with. The signature of a key was checked by the server before it asks. */
export type Proof = { kind: 'password'; password: string } | { kind: 'key'; publicKey: string }

/** Says whose home it is, or null. A wrong name takes as long as a wrong password. */
export function sftpAuthenticator(db: Db) {
  return async (name: string, proof: Proof): Promise<{ home: string } | null> => {
    const [user] = await db.query<{ home: string; passwordHash: string | null; publicKeys: string[] }>(
      'select home, password_hash as "passwordHash", public_keys as "publicKeys" from gate.sftp_user where name = $1',
      [name],
    )
    if (proof.kind === 'key') return user?.publicKeys.includes(proof.publicKey) ? { home: user.home } : null
    if (!user?.passwordHash) {
      await spendAsMuch(proof.password)
      return null
    }
    return (await isPassword(proof.password, user.passwordHash)) ? { home: user.home } : null
  }
}

/** Adds a user of the SFTP server, or gives one a new password or more keys. */
export async function putSftpUser(
  db: Sql,
  user: { name: string; home: string; password: string | null; publicKeys: readonly string[]; now: InstantMs },
): Promise<void> {
  const hash = user.password === null ? null : await hashPassword(user.password, randomBytes(SALT_BYTES))
  await db.query(
    `insert into gate.sftp_user (name, home, password_hash, public_keys, created_at) values ($1, $2, $3, $4, $5)
     on conflict (name) do update set password_hash = coalesce(excluded.password_hash, gate.sftp_user.password_hash), home = excluded.home, public_keys = excluded.public_keys`,
    [user.name, user.home, hash, [...user.publicKeys], new Date(user.now)],
  )
}

export type SftpUser = { name: string; home: string; hasPassword: boolean; publicKeys: string[] }

/** All users of the SFTP server, by name. */
export async function listSftpUsers(sql: Sql): Promise<SftpUser[]> {
  return sql.query<SftpUser>(
    `select name, home, password_hash is not null as "hasPassword", public_keys as "publicKeys" from gate.sftp_user order by name`,
  )
}

/** By what each password is checked, of those that have one. */
export async function sftpPasswords(sql: Sql): Promise<{ name: string; passwordHash: string }[]> {
  return sql.query(`select name, password_hash as "passwordHash" from gate.sftp_user where password_hash is not null order by name`)
}

/** Shuts a user out. Its home and files stay. False: there was none. */
export async function removeSftpUser(sql: Sql, name: string): Promise<boolean> {
  return (await sql.query('delete from gate.sftp_user where name = $1 returning 1', [name])).length > 0
}

/** The feeds that a new house begins with: the layouts that an ERP moving over already sends. */
const FIRST_FEEDS = [
  { name: 'facilities', folder: 'facilities', layout: 'FACILITIES', fileKind: 'snapshot' },
  { name: 'products', folder: 'products', layout: 'PRODUCTS', fileKind: 'snapshot' },
  { name: 'inventory-reset', folder: 'inventory-reset', layout: 'RESET_INVENTORY', fileKind: 'snapshot' },
  { name: 'inventory-variance', folder: 'inventory-variance', layout: 'MDM_INV_VARIANCE', fileKind: 'delta' },
] as const

/** Makes the first SFTP user with its password, and the first feeds. Does nothing where there are any. */
export async function ensureFirstFeeds({ house, config, world }: { house: House; config: Config; world: World }): Promise<void> {
  const users = await house.db.query('select 1 from gate.sftp_user limit 1')
  if (users.length === 0) {
    const password = world.ids.secret()
    await writeFile(path.join(config.dataDir, PASSWORD_FILE), `${password}\n`, { mode: 0o600 })
    await putSftpUser(house.db, { name: FIRST_SFTP_USER, home: FIRST_SFTP_USER, password, publicKeys: [], now: world.clock.now() })
  }
  if ((await listFeeds(house.db)).length > 0) return
  // Files that come together are read in the order in which they speak of each other: no row of stock is of a product that is still on its way.
  let followsFeedId: number | null = null
  for (const feed of FIRST_FEEDS) {
    const home = { home: FIRST_SFTP_USER, namePattern: '*', door: 'sftp' } as const
    const feedId = await addFeed(house.db, { ...feed, ...home, now: world.clock.now() })
    await changeFeed(house.db, feed.name, { followsFeedId })
    followsFeedId = feedId
  }
}

export const sftpPasswordFile = (dataDir: string): string => path.join(dataDir, PASSWORD_FILE)

export async function readSftpPassword(dataDir: string): Promise<string> {
  return (await readFile(sftpPasswordFile(dataDir), 'utf8')).trim()
}
