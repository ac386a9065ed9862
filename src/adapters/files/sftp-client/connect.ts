import { createHash } from 'node:crypto'
import { connect as connectSocket, type Socket } from 'node:net'
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import type { HostKey, SourceAddress, SourceProof } from '../../../feed/source-port.ts'
import { messageOf, TrueupError } from '../../../kernel/error.ts'
import { answerTrouble, connectionTrouble, trouble } from './trouble.ts'

/** An open SFTP session whose limits run. */
export type Line = {
  sftp: SFTPWrapper
  banner: string
  /** One request. Rejects when the server refuses, when it falls silent, and when the line is lost. */
  call<T>(what: string, work: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T>
  receivedBytes(): number
  close(): Promise<void>
}

const CLOSE_MS_MAX = 2_000

/**
 * Connects, checks the server's key before anything secret is said, logs in and opens SFTP. Three limits run from here on: until we are in,
 * between two words of the server while it owes us one, and over all.
 */
export async function openLine(
  address: SourceAddress,
  { agentSocket, signal }: { agentSocket: string | null; signal?: AbortSignal },
): Promise<Line> {
  const { host, port, limits } = address
  const where = `${host}:${port}`
  const client = new ssh2.Client()
  const socket = connectSocket({ host, port, noDelay: true })
  const owed = new Set<(error: TrueupError) => void>()
  let lost: TrueupError | null = null
  let isIn = false
  let banner = ''

  const fail = (error: TrueupError) => {
    lost ??= error
    for (const reject of owed) reject(lost)
    owed.clear()
    clearTimeout(overall)
    clearTimeout(connecting)
    clearTimeout(silence)
    client.destroy()
    socket.destroy()
  }
  const onAbort = () => fail(trouble('lost', 'The visit was ended because Trueup stops.'))
  const overall = setTimeout(
    () => fail(trouble('timeout', `The visit to ${where} took longer than ${limits.overallMs} ms.`)),
    limits.overallMs,
  )
  const connecting = setTimeout(
    () => fail(trouble('timeout', `${where} did not let us in within ${limits.connectMs} ms.`)),
    limits.connectMs,
  )
  let silence: NodeJS.Timeout | undefined
  const listen = () => {
    clearTimeout(silence)
    if (isIn && owed.size > 0 && lost === null)
      silence = setTimeout(() => fail(trouble('timeout', `${where} has been silent for ${limits.idleMs} ms.`)), limits.idleMs)
  }
  socket.on('data', listen)
  socket.on('error', error => fail(connectionTrouble(error, where, isIn)))
  socket.once('close', () =>
    fail(trouble(isIn ? 'lost' : 'unreachable', isIn ? `The connection to ${where} was lost.` : `${where} closed the door.`)),
  )
  signal?.addEventListener('abort', onAbort, { once: true })

  const wait = <T>(work: (resolve: (value: T) => void, reject: (error: TrueupError) => void) => void): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (lost !== null) return reject(lost)
      owed.add(reject)
      const over = () => {
        owed.delete(reject)
        if (owed.size === 0) clearTimeout(silence)
      }
      if (owed.size === 1) listen()
      work(
        value => {
          over()
          resolve(value)
        },
        error => {
          over()
          reject(lost ?? error)
        },
      )
    })

  client.on('error', error => fail(connectionTrouble(error, where, isIn)))
  client.on('greeting', text => {
    banner = text.trim()
  })
  client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
    finish(prompts.map(() => (address.proof.kind === 'password' ? address.proof.password : ''))),
  )
  const sftp = await wait<SFTPWrapper>((resolve, reject) => {
    client.once('ready', () => {
      clearTimeout(connecting)
      isIn = true
      listen()
      client.sftp((error, opened) =>
        error ? reject(trouble('broke', `${where} offers no SFTP (${error.message}).`, error)) : resolve(opened),
      )
    })
    try {
      client.connect({
        sock: socket,
        username: address.user,
        readyTimeout: 0,
        ...proofOf(address.proof, agentSocket),
        ...(address.hostKey === null ? {} : { algorithms: { serverHostKey: algorithmsOf(address.hostKey.type) } }),
        hostVerifier: (key: Buffer) => {
          const refusal = judgeHostKey(where, address.hostKey, keyOf(key))
          if (refusal !== null) fail(refusal)
          return refusal === null
        },
      } as ConnectConfig)
    } catch (error) {
      fail(
        error instanceof TrueupError ? error : trouble('key', `The private key of the source cannot be used: ${messageOf(error)}.`, error),
      )
    }
  })
  sftp.on('error', (error: unknown) => fail(connectionTrouble(error, where, isIn)))

  return {
    sftp,
    banner: banner || identOf(client),
    call: (what, work) =>
      wait((resolve, reject) => work((error, value) => (error ? reject(answerTrouble(error, what)) : resolve(value as never)))),
    receivedBytes: () => socket.bytesRead,
    async close() {
      signal?.removeEventListener('abort', onAbort)
      if (lost !== null) return
      await closed(client, socket)
      fail(trouble('lost', 'The visit is over.'))
    },
  }
}

/** Says goodbye, and does not wait for long for the answer. */
async function closed(client: Client, socket: Socket): Promise<void> {
  await new Promise<void>(resolve => {
    const over = setTimeout(resolve, CLOSE_MS_MAX)
    socket.once('close', () => {
      clearTimeout(over)
      resolve()
    })
    client.end()
  })
}

function proofOf(proof: SourceProof, agentSocket: string | null): Partial<ConnectConfig> {
  switch (proof.kind) {
    case 'password':
      return { password: proof.password, tryKeyboard: true }
    case 'key':
      return { privateKey: proof.privateKey, ...(proof.passphrase === null ? {} : { passphrase: proof.passphrase }) }
    case 'agent':
      if (agentSocket === null) throw trouble('agent', 'There is no SSH agent: SSH_AUTH_SOCK was not set when Trueup was started.')
      return { agent: agentSocket }
  }
}

/** Once a key is accepted only its own kind is asked for: a server that shows several has not changed. */
function algorithmsOf(type: string): string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type]
}

function keyOf(blob: Buffer): HostKey {
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1')
  return { type, fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}` }
}

function judgeHostKey(where: string, accepted: HostKey | null, shown: HostKey): TrueupError | null {
  if (accepted?.fingerprint === shown.fingerprint) return null
  const detail = { fingerprint: shown.fingerprint, keyType: shown.type }
  if (accepted === null) {
    return new TrueupError(
      'SOURCE_HOST_KEY_NEW',
      `${where} shows the key ${shown.fingerprint} (${shown.type}), which nobody has accepted yet.`,
      {
        retry: 'after-operator',
        hint: 'Compare the fingerprint with what the server’s administrator tells you, then accept it.',
        detail,
      },
    )
  }
  return new TrueupError(
    'SOURCE_HOST_KEY_CHANGED',
    `${where} shows the key ${shown.fingerprint}, and not ${accepted.fingerprint}, which was accepted.`,
    {
      retry: 'after-operator',
      hint: 'Nothing was said to this server. Ask its administrator whether the key was changed on purpose before you accept the new one.',
      detail: { ...detail, accepted: accepted.fingerprint },
    },
  )
}

/** How the server names its software: `SSH-2.0-OpenSSH_9.2`. */
function identOf(client: Client): string {
  const { _remoteVer } = client as unknown as { _remoteVer?: string }
  return _remoteVer === undefined ? '' : `SSH-2.0-${_remoteVer}`
}
