import { type Argon2Parameters, argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>

/** What OWASP asks for at least: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const TAG_BYTES = 32

/** A password as it is kept: argon2id, with its salt and its cost in the usual text form. */
export async function hashPassword(password: string, salt: Buffer): Promise<string> {
  const tag = await tagOf(password, { salt, memory: MEMORY_KIB, passes: PASSES, lanes: LANES })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${bare(salt)}$${bare(tag)}`
}

/** Compares in constant time. What is kept may have been made with another cost than today's. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(kept)
  if (match === null) return false
  const [, memory, passes, lanes, salt = '', tag = ''] = match
  const expected = Buffer.from(tag, 'base64')
  const found = await tagOf(password, {
    salt: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
  })
  return found.length === expected.length && timingSafeEqual(found, expected)
}

/** Takes as long as a comparison: for a name that nobody has, so that the time does not say so. */
export async function spendAsMuch(password: string): Promise<void> {
  await tagOf(password, { salt: Buffer.alloc(TAG_BYTES), memory: MEMORY_KIB, passes: PASSES, lanes: LANES })
}

function tagOf(password: string, cost: { salt: Buffer; memory: number; passes: number; lanes: number }): Promise<Buffer> {
  return derive('argon2id', {
    message: password,
    nonce: cost.salt,
    parallelism: cost.lanes,
    tagLength: TAG_BYTES,
    memory: cost.memory,
    passes: cost.passes,
  })
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
