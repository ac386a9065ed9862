import { hostKeyOf } from '../adapters/files/sftp-server/host-keys.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { folderProblem } from '../feed/feed-folder.ts'
import type { HostKey } from '../feed/source-port.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { dropServer, dropUserParams, newDropUser, sourceNamed } from '../http/contract/source.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { listSftpUsers, putSftpUser, removeSftpUser } from './sftp-users.ts'

type Deps = { db: Db; clock: Clock; server: { host: string; port: number; hostKeys: HostKey[] } | null }

/** The server that files are dropped on, and who may: it is the gate's door, and the gate's users stand behind it. */
export function dropServerRoutes({ db, clock, server }: Deps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/drop-server',
      summary: 'What a client has to be told to drop files here: host, port, host keys, users',
      tag: 'feed',
      role: 'viewer',
      answer: dropServer,
      async handle() {
        if (server === null) throw noServerHere()
        const users = await listSftpUsers(db)
        const { host, port, hostKeys } = server
        return { host, port, hostKeys, users: users.map(({ publicKeys, ...user }) => ({ ...user, keys: publicKeys.map(hostKeyOf) })) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/drop-server/users',
      summary: 'Adds a user of the SFTP server, or gives one a new home, password or keys',
      tag: 'feed',
      role: 'admin',
      body: newDropUser,
      answer: sourceNamed,
      status: 201,
      async handle({ body, who }) {
        const { name, home, password, publicKeys } = body
        const problem = folderProblem(home)
        if (problem !== null) throw homeInvalid(home, problem)
        const keys = publicKeys?.map(publicKeyOf)
        const before = (await listSftpUsers(db)).find(user => user.name === name)
        await db.transaction(async tx => {
          await putSftpUser(tx, { name, home, password: password ?? null, publicKeys: keys ?? before?.publicKeys ?? [], now: clock.now() })
          const after = { name, home, ...(password === undefined ? {} : { password: 'changed' }), ...(keys ? { publicKeys: keys } : {}) }
          await recordAudit(tx, { at: clock.now(), who: who.name, action: 'sftp-user.change', subject: 'sftp-user', name, before, after })
        })
        return { name }
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/drop-server/users/:name',
      summary: 'Shuts a user of the SFTP server out; its files stay',
      tag: 'feed',
      role: 'admin',
      params: dropUserParams,
      answer: sourceNamed,
      async handle({ params: { name }, who }) {
        await db.transaction(async tx => {
          const before = (await listSftpUsers(tx)).find(user => user.name === name)
          if (!(await removeSftpUser(tx, name))) throw unknownUser(name)
          const deed = { action: 'sftp-user.remove', subject: 'sftp-user', name, before, after: null }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
        })
        return { name }
      },
    }),
  ]
}

/** As the server compares it: type and key, without the comment. */
function publicKeyOf(text: string): string {
  const [type = '', key = ''] = text.trim().split(/\s+/)
  const line = `${type} ${key}`
  try {
    hostKeyOf(line)
    return line
  } catch (cause) {
    throw new TrueupError('SFTP_KEY_UNREADABLE', 'That is no public key of OpenSSH.', {
      retry: 'never',
      hint: 'Give the line of the .pub file: ssh-ed25519 AAAA…',
      cause,
    })
  }
}

function homeInvalid(home: string, problem: string): TrueupError {
  return new TrueupError('SFTP_HOME_INVALID', `${home} cannot be a home: ${problem}.`, {
    retry: 'never',
    hint: 'Give a relative path with / between its parts, for example erp.',
    detail: { home },
  })
}

function noServerHere(): TrueupError {
  return new TrueupError('SFTP_NOT_HERE', 'This process runs no SFTP server.', {
    retry: 'never',
    hint: 'Ask a process with the role gate.',
    detail: { status: 404 },
  })
}

function unknownUser(name: string): TrueupError {
  return new TrueupError('SFTP_USER_NOT_FOUND', `There is no SFTP user named ${name}.`, {
    retry: 'never',
    hint: 'The Sources page names them all.',
    detail: { name },
  })
}
