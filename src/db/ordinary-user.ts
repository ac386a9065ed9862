import { readFile, stat } from 'node:fs/promises'
import { TrueupError } from '../kernel/error.ts'
import { unlessMissing } from './errno.ts'

/** Whom PostgreSQL runs as. Null: as whoever runs this program. */
export type OrdinaryUser = { uid: number; gid: number } | null

/**
 * PostgreSQL refuses root. When we are root it runs as the one who owns the cluster already, or as `nobody` for a new one.
 * It has to be a user that the system knows by name: initdb asks for it.
 */
export async function ordinaryUserFor(clusterDir: string): Promise<OrdinaryUser> {
  if (process.getuid?.() !== 0) return null
  const owner = await stat(clusterDir).catch(unlessMissing(null))
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const passwd = await readFile('/etc/passwd', 'utf8').catch(unlessMissing(''))
  const nobody = passwd.split('\n').find(line => line.startsWith('nobody:'))
  const [, , uid, gid] = nobody?.split(':') ?? []
  if (uid === undefined || gid === undefined || Number(uid) <= 0) {
    throw new TrueupError('DB_NO_ORDINARY_USER', 'PostgreSQL does not run as root, and this system has no user named nobody', {
      retry: 'after-operator',
      hint: 'Start Trueup as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
    })
  }
  return { uid: Number(uid), gid: Number(gid) }
}
