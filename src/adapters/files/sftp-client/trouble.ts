import { messageOf, type Retry, TrueupError } from '../../../kernel/error.ts'
import { errnoOf } from '../errno.ts'

/** SFTP's own answers, as ssh2 hands them on. */
const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3

type Kind = { code: string; retry: Retry; hint: string }

export const TROUBLE = {
  unreachable: {
    code: 'SOURCE_UNREACHABLE',
    retry: 'backoff',
    hint: 'Check host and port, and that the firewall between lets this machine through. It is tried again by itself.',
  },
  timeout: {
    code: 'SOURCE_TIMEOUT',
    retry: 'backoff',
    hint: 'It is tried again by itself, and goes on where it stopped. If it happens often, look at the line or raise the limits of the source.',
  },
  lost: {
    code: 'SOURCE_CONNECTION_LOST',
    retry: 'backoff',
    hint: 'It is tried again by itself, and goes on where it stopped. The Sources page shows how often it happens.',
  },
  authentication: {
    code: 'SOURCE_AUTHENTICATION',
    retry: 'after-operator',
    hint: 'Ask the server’s administrator whether this user may still come in, then give the source its password or key again.',
  },
  key: {
    code: 'SOURCE_KEY_UNREADABLE',
    retry: 'after-operator',
    hint: 'Give a private key in OpenSSH or PEM format with its passphrase, or ask for an Ed25519 key.',
  },
  agent: {
    code: 'SOURCE_AGENT_MISSING',
    retry: 'after-operator',
    hint: 'Start an SSH agent, add the key to it, and start Trueup with SSH_AUTH_SOCK set; or give the source a key of its own.',
  },
  permission: {
    code: 'SOURCE_PERMISSION',
    retry: 'backoff',
    hint: 'Ask the server’s administrator to let this user read the folder and move files in it.',
  },
  missing: {
    code: 'SOURCE_PATH_MISSING',
    retry: 'backoff',
    hint: 'Look at the folders with List folder and correct the path of the feed; upper and lower case count.',
  },
  full: {
    code: 'SOURCE_DISK_FULL',
    retry: 'backoff',
    hint: 'Make room where the message says; it is tried again by itself.',
  },
  changed: {
    code: 'SOURCE_FILE_CHANGED',
    retry: 'backoff',
    hint: 'Its sender is still writing it. It is fetched again when it has come to rest.',
  },
  broke: {
    code: 'SOURCE_BROKE',
    retry: 'backoff',
    hint: 'The server refused without saying why. Try the same with another client; its log knows more.',
  },
} as const satisfies Record<string, Kind>

export function trouble(kind: keyof typeof TROUBLE, message: string, cause?: unknown): TrueupError {
  const { code, retry, hint } = TROUBLE[kind]
  return new TrueupError(code, message, { retry, hint, ...(cause === undefined ? {} : { cause }) })
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN'])
const SAYS_FULL = /no space|disk full|quota|ENOSPC/i

/** What the library says about the connection as a whole. */
export function connectionTrouble(error: unknown, where: string, isIn: boolean): TrueupError {
  if (error instanceof TrueupError) return error
  const { level } = error as { level?: string }
  const errno = errnoOf(error)
  if (level === 'client-authentication') return trouble('authentication', `${where} does not let this user in.`, error)
  if (errno === 'ETIMEDOUT') return trouble('timeout', `${where} did not answer.`, error)
  if (errno !== undefined && UNREACHABLE.has(errno)) return trouble('unreachable', `${where} cannot be reached (${errno}).`, error)
  if (level === 'agent') return trouble('agent', `The SSH agent did not help: ${messageOf(error)}.`, error)
  if (isIn) return trouble('lost', `The connection to ${where} was lost (${errno ?? messageOf(error)}).`, error)
  return trouble('unreachable', `${where} ended the connection before it let us in (${errno ?? messageOf(error)}).`, error)
}

/** What the server answered to one request. */
export function answerTrouble(error: unknown, what: string): TrueupError {
  if (error instanceof TrueupError) return error
  const { code } = error as { code?: unknown }
  const said = messageOf(error)
  if (code === NO_SUCH_FILE) return trouble('missing', `${what}: there is no such path on the server.`, error)
  if (code === PERMISSION_DENIED) return trouble('permission', `${what}: the server does not allow it.`, error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return trouble('full', `${what}: the disk of this machine is full.`, error)
  if (SAYS_FULL.test(said)) return trouble('full', `${what}: the disk of the server is full (${said}).`, error)
  if (typeof code === 'number') return trouble('broke', `${what}: the server answered ${said} (status ${code}).`, error)
  if (typeof code === 'string') return trouble('broke', `${what}: ${said}.`, error)
  return trouble('lost', `${what}: the connection was lost (${said}).`, error)
}
