import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { TrueupError } from '../kernel/error.ts'

/** Seals what may not lie readable in the database: the shops' access tokens. */
export type SecretBox = { seal(secret: string): string; open(sealed: string): string }

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_FILE = 'secret.key'
const KEY_BYTES = 32
/** As many as a key from the environment has at least. */
const KEY_CHARS_MIN = 32

/** @param key from the environment; null: read from the data directory, where it is made at the first start. */
export async function openSecretBox(dataDir: string, key: string | null): Promise<SecretBox> {
  return boxOf(key ?? (await readOrMakeKey(path.join(dataDir, KEY_FILE))))
}

function boxOf(key: string): SecretBox {
  const derived = createHash('sha256').update(key).digest()
  return {
    seal(secret) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', derived, nonce)
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      try {
        const decipher = createDecipheriv('aes-256-gcm', derived, bytes.subarray(0, NONCE_BYTES))
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new TrueupError('SHOP_TOKEN_SEALED', 'The access token of a shop was sealed with another key.', {
          retry: 'after-operator',
          hint: `Set TRUEUP_SECRET_KEY to the key it was sealed with, put ${KEY_FILE} back into the data directory, or enter the token again.`,
          cause,
        })
      }
    },
  }
}

/**
 * The key is written beside its place and then put there whole, so that neither a second process that starts at the same moment nor one that
 * was killed meanwhile leaves half a key behind; what is sealed with that could be opened by anybody.
 */
async function readOrMakeKey(file: string): Promise<string> {
  const fresh = randomBytes(KEY_BYTES).toString('base64url')
  const beside = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(beside, 'wx', 0o600)
    try {
      await handle.writeFile(fresh)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await link(beside, file)
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const key = (await readFile(file, 'utf8')).trim()
    if (key.length < KEY_CHARS_MIN) throw keyCutShort(file)
    return key
  } finally {
    await rm(beside, { force: true })
  }
}

function keyCutShort(file: string): TrueupError {
  return new TrueupError('SHOP_TOKEN_SEALED', `The key in ${file} is empty or cut short.`, {
    retry: 'after-operator',
    hint: `Put ${KEY_FILE} back from a backup. Where there is none, take the file away, start again, and enter the secrets again.`,
  })
}
