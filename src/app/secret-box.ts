import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { TrueupError } from '../kernel/error.ts'

/** Seals what may not lie readable in the database: the shops' access tokens. */
export type SecretBox = { seal(secret: string): string; open(sealed: string): string }

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_FILE = 'secret.key'

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
      const decipher = createDecipheriv('aes-256-gcm', derived, bytes.subarray(0, NONCE_BYTES))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      try {
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

async function readOrMakeKey(file: string): Promise<string> {
  const fresh = randomBytes(32).toString('base64url')
  try {
    await writeFile(file, fresh, { flag: 'wx', mode: 0o600 })
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return (await readFile(file, 'utf8')).trim()
  }
}
