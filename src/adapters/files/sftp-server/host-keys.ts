import { createHash } from 'node:crypto'
import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import ssh2 from 'ssh2'
import type { HostKey } from '../../../feed/source-port.ts'
import { errnoOf, nullIfMissing } from '../errno.ts'

const DIRECTORY_MODE = 0o700
const KEY_MODE = 0o600
const RSA_BITS = 3_072
const ECDSA_BITS = 256

/** What the server proves itself with: first Ed25519, then the older kinds, for clients that know nothing newer. */
const KINDS = [
  { file: 'ssh_host_ed25519_key', make: () => ssh2.utils.generateKeyPairSync('ed25519', { comment: 'trueup' }) },
  { file: 'ssh_host_ecdsa_key', make: () => ssh2.utils.generateKeyPairSync('ecdsa', { bits: ECDSA_BITS, comment: 'trueup' }) },
  { file: 'ssh_host_rsa_key', make: () => ssh2.utils.generateKeyPairSync('rsa', { bits: RSA_BITS, comment: 'trueup' }) },
] as const

/** Reads the host keys (private, OpenSSH's format), or makes them at the first start. Clients pin them, so they are never made anew. */
export async function loadOrMakeHostKeys(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
  const keys: string[] = []
  for (const kind of KINDS) {
    const file = path.join(directory, kind.file)
    keys.push((await readFile(file, 'utf8').catch(nullIfMissing)) ?? (await makeKey(file, soundPair(kind.make))))
  }
  return keys
}

const TRIES_MAX = 20

/** One in some hundred pairs that ssh2 makes cannot be read again (a number with a leading zero): another one is made. */
export function soundPair(make: () => { private: string; public: string }): { private: string; public: string } {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const pair = make()
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error) && !(ssh2.utils.parseKey(pair.public) instanceof Error)) return pair
  }
  throw new Error(`bug: none of ${TRIES_MAX} key pairs can be read again`)
}

async function makeKey(file: string, pair: { private: string; public: string }): Promise<string> {
  const draftDir = await mkdtemp(`${file}.draft-`)
  try {
    const draft = path.join(draftDir, 'key')
    await writeFile(draft, pair.private, { mode: KEY_MODE })
    // Of two programs that start at once only one gives the file its name; the other takes what it finds.
    const isFirst = await link(draft, file).then(
      () => true,
      error => {
        if (errnoOf(error) !== 'EEXIST') throw error
        return false
      },
    )
    if (isFirst) await writeFile(`${file}.pub`, `${pair.public}\n`)
    return isFirst ? pair.private : await readFile(file, 'utf8')
  } finally {
    await rm(draftDir, { recursive: true, force: true })
  }
}

/** A key, private or public, as people know it: its type, and its fingerprint as OpenSSH shows it (`SHA256:…`). */
export function hostKeyOf(key: string): HostKey {
  const parsed = ssh2.utils.parseKey(key)
  if (parsed instanceof Error) throw parsed
  const fingerprint = `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
  return { type: parsed.type, fingerprint }
}
