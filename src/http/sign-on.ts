import { createHash } from 'node:crypto'
import { ROLES, type Role } from './contract/route.ts'

/** Who came back from the provider, as its signed token says. */
export type Claims = {
  issuer: string
  /** Never given to another there. */
  subject: string
  /** What people call them there; null: it does not say. */
  preferredName: string | null
  /** Only where the provider says that it has checked it. */
  verifiedEmail: string | null
  /** What the claim of roles holds. */
  values: readonly string[]
}

/** The other system. Both throw HTTP_SIGN_ON_UNREACHABLE; `finish` throws HTTP_SIGN_ON_REFUSED for whatever cannot be believed. */
export type SignOnProvider = {
  /** Where the browser is sent. */
  begin(attempt: Attempt & { redirectUri: string }): Promise<string>
  /** Exchanges what the browser came back with. `url`: the address that it came to, whole. */
  finish(attempt: Attempt & { url: string }): Promise<Claims>
}

/** What binds one sign-on to one browser: all three follow from a secret that only the browser holds. */
export type Attempt = { state: string; nonce: string; verifier: string }

export function attemptOf(secret: string): Attempt {
  const from = (use: string) => createHash('sha256').update(`${use} ${secret}`).digest('base64url')
  return { state: from('state'), nonce: from('nonce'), verifier: from('verifier') }
}

export type RoleRules = {
  /** Values of the claim and the role that each gives. */
  roleOfValue: Readonly<Record<string, Role>>
  /** The role of who has none of them; null: they do not come in. */
  roleDefault: Role | null
}

/** The highest role that somebody's values give. */
export function roleOf(values: readonly string[], rules: RoleRules): Role | null {
  const given = values.flatMap(value => (Object.hasOwn(rules.roleOfValue, value) ? (rules.roleOfValue[value] ?? []) : []))
  return ROLES.findLast(role => given.includes(role)) ?? rules.roleDefault
}

const NAME_CHARS_MAX = 100

/** What they may be called here, best first; the last is theirs alone. An address that nobody checked is no name. */
export function namesFor(claims: Claims): string[] {
  const own = `${claims.subject}@${new URL(claims.issuer).host}`
  return [claims.preferredName, claims.verifiedEmail, own].flatMap(name => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    const plain = name?.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '').trim()
    return plain ? [plain.slice(0, NAME_CHARS_MAX)] : []
  })
}
