import { execFile } from 'node:child_process'
import { access, chown, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { TrueupError } from '../kernel/error.ts'
import { errnoOf, unlessMissing } from './errno.ts'
import type { OrdinaryUser } from './ordinary-user.ts'
import { ownDirectory } from './postmaster.ts'

const PASSWORD_FILE = 'password'
const INITDB_MS_MAX = 120_000

/** The cluster's password, made with it and kept in a file that only its owner may read. */
export async function readPassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, PASSWORD_FILE)
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new TrueupError('DB_PASSWORD_UNREADABLE', `${file}, which holds the database's password, cannot be read (${errnoOf(cause)})`, {
      retry: 'after-operator',
      hint: 'Put the file back from a backup of the data directory, or start Trueup as the user who owns it.',
      detail: { file },
      cause,
    })
  }
}

export type ClusterOptions = {
  dataDir: string
  clusterDir: string
  user: OrdinaryUser
  initdb: string
  randomPassword: () => string
}

/** Makes the cluster if there is none. It gets its name when it is whole: a start that is killed half-way begins anew. */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const { dataDir, clusterDir, user, randomPassword } = options
  if (await exists(clusterDir)) return
  const draftDir = `${clusterDir}.draft`
  // The initdb of a program that was killed may still write there for a moment, and a folder that fills cannot be deleted.
  await rm(draftDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  await mkdir(draftDir, { mode: 0o700 })
  if (user !== null) await chown(draftDir, user.uid, user.gid)

  const password = randomPassword()
  await writeWhole(path.join(dataDir, PASSWORD_FILE), password, null)
  const passwordForInitdb = path.join(dataDir, 'initdb-password')
  await writeWhole(passwordForInitdb, password, user)
  try {
    await runInitdb({ ...options, draftDir, passwordFile: path.basename(passwordForInitdb) })
  } finally {
    await rm(passwordForInitdb, { force: true })
  }
  await rename(draftDir, clusterDir)
}

async function runInitdb(options: ClusterOptions & { draftDir: string; passwordFile: string }): Promise<void> {
  const { initdb, user, draftDir, passwordFile } = options
  const here = ownDirectory(draftDir)
  const flags = [
    `--pgdata=${here}`,
    `--pwfile=${here}/../${passwordFile}`,
    '--username=trueup',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order and the same lower() on every machine, whatever its C library thinks.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]
  try {
    await promisify(execFile)(initdb, flags, { cwd: draftDir, env: { TZ: 'UTC', LC_ALL: 'C' }, timeout: INITDB_MS_MAX, ...user })
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(cause)
    throw new TrueupError('DB_INIT_FAILED', `PostgreSQL could not make its cluster in ${options.clusterDir}: ${said}`, {
      retry: 'after-operator',
      hint: 'See that the disk has 200 MB free and that the data directory lies on a file system with Unix permissions.',
      detail: { clusterDir: options.clusterDir, said },
      cause,
    })
  }
}

async function writeWhole(file: string, text: string, owner: OrdinaryUser): Promise<void> {
  await rm(file, { force: true })
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(`${text}\n`)
    if (owner !== null) await handle.chown(owner.uid, owner.gid)
    // The cluster is synced by initdb; without its password it would be lost all the same.
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, unlessMissing(false))
}
