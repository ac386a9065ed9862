import ssh2, { type FileEntryWithStats } from 'ssh2'
import type { Remote, RemoteDoor, RemoteEntry } from '../../../feed/source-port.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { type Line, openLine } from './connect.ts'
import { fetchInto } from './fetch.ts'
import { trouble } from './trouble.ts'

const NO_SUCH_FILE = 2
const KIND_MASK = 0o170000
const FOLDER = 0o040000
const FILE = 0o100000
const HEAD_BYTES_MAX = 256 * 1_024

/** SFTP servers of others, by ssh2. `agentSocket`: where this machine's SSH agent listens, if there is one. */
export function sftpDoor({ spoolDir, agentSocket, clock }: { spoolDir: string; agentSocket: string | null; clock: Clock }): RemoteDoor {
  return {
    async connect(address, signal) {
      return remoteOn(await openLine(address, { agentSocket, ...(signal ? { signal } : {}) }), { spoolDir, clock })
    },
    keyProblem(privateKey, passphrase) {
      const parsed = ssh2.utils.parseKey(privateKey, passphrase ?? undefined)
      if (parsed instanceof Error) return parsed.message
      return parsed.isPrivateKey() ? null : 'it is a public key'
    },
  }
}

function remoteOn(line: Line, { spoolDir, clock }: { spoolDir: string; clock: Clock }): Remote {
  const { sftp } = line
  const look = async (path: string) => {
    const stats = await line.call<{ size: number; mtime: number } | null>(`Looking at ${path}`, done =>
      sftp.stat(path, (error, found) => (isMissing(error) ? done(null, null) : done(error, found))),
    )
    return stats && { bytes: stats.size, modifiedAt: stats.mtime * 1_000 }
  }
  const makeFolder = async (folder: string): Promise<void> => {
    if (folder === '' || folder === '/' || folder === '.' || (await look(folder)) !== null) return
    await makeFolder(parentOf(folder))
    await line.call(`Making ${folder}`, done => sftp.mkdir(folder, done))
  }

  return {
    banner: line.banner,
    look,
    receivedBytes: line.receivedBytes,
    close: line.close,

    async list(folder) {
      const entries = await line.call<FileEntryWithStats[]>(`Listing ${folder}`, done => sftp.readdir(folder, done))
      return entries.filter(entry => entry.filename !== '.' && entry.filename !== '..').map(entryOf)
    },
    async head(path, bytesMax) {
      const handle = await line.call<Buffer>(`Reading ${path}`, done => sftp.open(path, 'r', done))
      try {
        const piece = Buffer.alloc(Math.min(bytesMax, HEAD_BYTES_MAX))
        const read = await line.call<number>(`Reading ${path}`, done =>
          sftp.read(handle, piece, 0, piece.length, 0, (error, count) =>
            (error as { code?: number } | undefined)?.code === 1 ? done(null, 0) : done(error, count),
          ),
        )
        return piece.subarray(0, read)
      } finally {
        sftp.close(handle, () => {})
      }
    },
    download: (path, options) => fetchInto(line, path, { ...options, spoolDir }),
    async move(from, to) {
      await makeFolder(parentOf(to))
      if ((await look(to)) !== null) throw trouble('broke', `Moving ${from}: ${to} is there already.`)
      await line.call(`Moving ${from} to ${to}`, done => sftp.rename(from, to, done))
    },
    remove: path => line.call(`Removing ${path}`, done => sftp.unlink(path, done)),
    async latencyMs() {
      const askedAt = clock.now()
      await line.call('Asking where we are', done => sftp.realpath('.', done))
      return clock.now() - askedAt
    },
  }
}

function entryOf({ filename, attrs }: FileEntryWithStats): RemoteEntry {
  const type = attrs.mode & KIND_MASK
  // A server that tells no types lists files. A link is left alone, as in a watched folder.
  const kind = type === FOLDER ? 'folder' : type === FILE || type === 0 ? 'file' : 'other'
  return { name: filename, kind, bytes: attrs.size, modifiedAt: attrs.mtime * 1_000 }
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at < 0 ? '' : at === 0 ? '/' : path.slice(0, at)
}

function isMissing(error: unknown): boolean {
  return (error as { code?: number } | undefined)?.code === NO_SUCH_FILE
}
