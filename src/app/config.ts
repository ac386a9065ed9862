import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { JOB_LOG_BOUNDS, type JobLogBounds } from '../channel/exchange-store.ts'
import { unlessMissing } from '../db/errno.ts'
import { TrueupError } from '../kernel/error.ts'

/** What a process does: `gate` lets people and files in, `work` runs the rooms. */
export type Role = 'gate' | 'work'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export type Config = {
  /** Absolute. Holds the embedded database, the spool, keys, and the files by which the command line finds the server. */
  dataDir: string
  /** null: the embedded PostgreSQL. */
  databaseUrl: string | null
  host: string
  /** 0: any free port. */
  httpPort: number
  sftpPort: number
  roles: readonly Role[]
  logLevel: LogLevel
  /** Seals the shops' tokens; null: made at first start and kept in the data directory. */
  secretKey: string | null
  /** Where Shopify reaches us, for webhooks; null: nowhere, and webhooks are off. */
  publicUrl?: string | null
  /** The mail server for alerts; null: no mail is sent. */
  smtpUrl?: string | null
  mailFrom?: string
  /** The certificate and key for the console and the API, as PEM files; null: it speaks plain HTTP. */
  tls?: { certFile: string; keyFile: string } | null
  /** The addresses of the proxy that ends TLS before us; null: there is none, and nobody is believed about where they come from. */
  proxy?: string | null
  /** Requests a minute that one person or token may make; none: the usual number. */
  requestsPerMinute?: number | undefined
  /** How much of a shop's job log is kept; none: the usual. */
  jobLogDays?: number | undefined
  jobLogRows?: number | undefined
  /** The OpenID provider by which people sign on; null: there is none. */
  oidc?: OidcConfig | null
  /** The variables that were set, by the environment or a flag; all others have their default. */
  given?: readonly string[]
}

export type OidcConfig = {
  issuer: string
  clientId: string
  clientSecret: string | null
  scope: string
  roleClaim: string
  roleOfValue: Readonly<Record<string, Person>>
  /** null: who has no role by the claim does not come in. */
  roleDefault: Person | null
  label: string
}

type Person = 'viewer' | 'operator' | 'admin'

/** How much of each shop's job log is kept. */
export function jobLogOf({ jobLogDays, jobLogRows }: Pick<Config, 'jobLogDays' | 'jobLogRows'>): JobLogBounds {
  return { daysKept: jobLogDays ?? JOB_LOG_BOUNDS.daysKept, rowsMax: jobLogRows ?? JOB_LOG_BOUNDS.rowsMax }
}

export const MAIL_FROM_DEFAULT = 'trueup@localhost'
export const HTTP_PORT_DEFAULT = 7310
export const SFTP_PORT_DEFAULT = 7322
const DATA_DIR_DEFAULT = '.trueup'
const SECRET_KEY_CHARS_MIN = 32

const port = z.coerce.number().int().min(0).max(65_535)
const role = z.enum(['gate', 'work'])

const personRole = z.enum(['viewer', 'operator', 'admin'])

/** `stock-admins=admin,store-ops=operator`; a value may have = in it. */
function rolesByValue(text: string): Record<string, string> {
  const pairs = text.split(',').filter(pair => pair.trim() !== '')
  return Object.fromEntries(pairs.map(pair => [pair.slice(0, pair.lastIndexOf('=')).trim(), pair.slice(pair.lastIndexOf('=') + 1).trim()]))
}

/** Tokens do not travel in the clear, but on this machine. */
function isSafe(url: string): boolean {
  return /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/.test(url)
}

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TRUEUP_DATA_DIR: z.string().default(DATA_DIR_DEFAULT),
  TRUEUP_HOST: z.string().default('127.0.0.1'),
  TRUEUP_HTTP_PORT: port.default(HTTP_PORT_DEFAULT),
  TRUEUP_SFTP_PORT: port.default(SFTP_PORT_DEFAULT),
  TRUEUP_ROLES: z
    .string()
    .default('gate,work')
    .transform(text => text.split(',').map(one => one.trim()))
    .pipe(z.array(role).min(1)),
  TRUEUP_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  TRUEUP_SECRET_KEY: z.string().min(SECRET_KEY_CHARS_MIN).optional(),
  TRUEUP_PUBLIC_URL: z.url({ protocol: /^https$/ }).optional(),
  TRUEUP_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  TRUEUP_MAIL_FROM: z.string().min(3).default(MAIL_FROM_DEFAULT),
  TRUEUP_TLS_CERT: z.string().optional(),
  TRUEUP_TLS_KEY: z.string().optional(),
  TRUEUP_PROXY: z
    .string()
    .regex(/^[0-9a-fA-F.:/]+(,[0-9a-fA-F.:/]+)*$/)
    .optional(),
  TRUEUP_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(isSafe)
    .optional(),
  TRUEUP_OIDC_CLIENT_ID: z.string().optional(),
  TRUEUP_OIDC_CLIENT_SECRET: z.string().optional(),
  TRUEUP_OIDC_SCOPE: z
    .string()
    .regex(/(^| )openid( |$)/)
    .default('openid profile email'),
  TRUEUP_OIDC_ROLE_CLAIM: z.string().default('groups'),
  TRUEUP_OIDC_ROLES: z.string().default('').transform(rolesByValue).pipe(z.record(z.string(), personRole)),
  TRUEUP_OIDC_DEFAULT_ROLE: z.enum(['viewer', 'operator', 'admin', 'none']).default('viewer'),
  TRUEUP_OIDC_LABEL: z.string().max(60).default('Single sign-on'),
  TRUEUP_REQUESTS_PER_MINUTE: z.coerce.number().int().min(60).max(1_000_000).optional(),
  TRUEUP_JOB_LOG_DAYS: z.coerce.number().int().min(1).max(3_650).optional(),
  TRUEUP_JOB_LOG_ROWS: z.coerce.number().int().min(1_000).max(100_000_000).optional(),
})

/** What must stand in each variable, said to the person who has to mend it. */
const EXPECTED = {
  DATABASE_URL: 'a PostgreSQL address such as postgresql://user:password@host:5432/database',
  TRUEUP_DATA_DIR: 'a directory',
  TRUEUP_HOST: 'an address to listen on, such as 127.0.0.1',
  TRUEUP_HTTP_PORT: 'a port from 0 to 65535 (0: any free one)',
  TRUEUP_SFTP_PORT: 'a port from 0 to 65535 (0: any free one)',
  TRUEUP_ROLES: 'gate, work or gate,work',
  TRUEUP_LOG: 'debug, info, warn, error or silent',
  TRUEUP_PUBLIC_URL: 'the https address under which Shopify reaches this server, such as https://trueup.example',
  TRUEUP_SMTP_URL: 'the mail server for alerts, such as smtp://user:password@host:587',
  TRUEUP_MAIL_FROM: 'the address that alerts come from, such as trueup@example.org',
  TRUEUP_TLS_CERT: 'the file of a certificate (PEM), together with TRUEUP_TLS_KEY',
  TRUEUP_TLS_KEY: 'the file of the private key (PEM), together with TRUEUP_TLS_CERT',
  TRUEUP_PROXY: 'the addresses or networks of the proxy that ends TLS, such as 10.0.0.5 or 10.0.0.0/8, with commas between',
  TRUEUP_OIDC_ISSUER: 'the https address of an OpenID provider, together with TRUEUP_OIDC_CLIENT_ID',
  TRUEUP_OIDC_CLIENT_ID: 'the id that the OpenID provider gave this program, together with TRUEUP_OIDC_ISSUER',
  TRUEUP_OIDC_CLIENT_SECRET: 'the secret of that client; left out for a public one',
  TRUEUP_OIDC_SCOPE: 'scopes with blanks between, openid among them',
  TRUEUP_OIDC_ROLE_CLAIM: 'the claim that holds groups or roles, such as groups or realm_access.roles',
  TRUEUP_OIDC_ROLES: 'which value of the claim gives which role, such as stock-admins=admin,store-ops=operator',
  TRUEUP_OIDC_DEFAULT_ROLE: 'viewer, operator, admin, or none to let in only who has a role by the claim',
  TRUEUP_OIDC_LABEL: 'at most 60 characters for the button',
  TRUEUP_REQUESTS_PER_MINUTE: 'how many requests a minute one person or token may make, from 60 to 1000000',
  TRUEUP_JOB_LOG_DAYS: 'for how many days the requests to a shop are kept, from 1 to 3650',
  TRUEUP_JOB_LOG_ROWS: 'how many requests to a shop are kept at most, from 1000 to 100000000',
  TRUEUP_SECRET_KEY: `at least ${SECRET_KEY_CHARS_MIN} characters`,
} as const

/** What was said on the command line; it goes before the environment. Texts, as they were typed. */
export type Flags = { dataDir?: string; roles?: string; host?: string; httpPort?: string; sftpPort?: string }

const VARIABLE_OF_FLAG: Record<keyof Flags, keyof typeof EXPECTED> = {
  dataDir: 'TRUEUP_DATA_DIR',
  roles: 'TRUEUP_ROLES',
  host: 'TRUEUP_HOST',
  httpPort: 'TRUEUP_HTTP_PORT',
  sftpPort: 'TRUEUP_SFTP_PORT',
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment, once. Everybody else is told. An empty variable is one that is not set. */
export function readConfig(flags: Flags = {}, env: Environment = process.env, cwd: string = process.cwd()): Config {
  const given = Object.fromEntries(Object.keys(EXPECTED).map(name => [name, env[name] || undefined]))
  for (const [flag, variable] of Object.entries(VARIABLE_OF_FLAG)) given[variable] = flags[flag as keyof Flags] ?? given[variable]
  const parsed = environment.safeParse(given)
  if (!parsed.success) throw invalid(parsed.error.issues.map(issue => String(issue.path[0])))
  const read = parsed.data
  const { TRUEUP_TLS_CERT: certFile, TRUEUP_TLS_KEY: keyFile } = read
  if ((certFile === undefined) !== (keyFile === undefined)) throw invalid([certFile === undefined ? 'TRUEUP_TLS_CERT' : 'TRUEUP_TLS_KEY'])
  const { TRUEUP_OIDC_ISSUER: issuer, TRUEUP_OIDC_CLIENT_ID: clientId } = read
  if ((issuer === undefined) !== (clientId === undefined))
    throw invalid([issuer === undefined ? 'TRUEUP_OIDC_ISSUER' : 'TRUEUP_OIDC_CLIENT_ID'])
  const roles = [...new Set(read.TRUEUP_ROLES)]
  if (roles.length < 2 && read.DATABASE_URL === undefined) throw rolesNeedAServer()
  return {
    dataDir: resolve(cwd, read.TRUEUP_DATA_DIR),
    databaseUrl: read.DATABASE_URL ?? null,
    host: read.TRUEUP_HOST,
    httpPort: read.TRUEUP_HTTP_PORT,
    sftpPort: read.TRUEUP_SFTP_PORT,
    roles,
    logLevel: read.TRUEUP_LOG,
    secretKey: read.TRUEUP_SECRET_KEY ?? null,
    publicUrl: read.TRUEUP_PUBLIC_URL ?? null,
    smtpUrl: read.TRUEUP_SMTP_URL ?? null,
    mailFrom: read.TRUEUP_MAIL_FROM,
    tls: certFile && keyFile ? { certFile: resolve(cwd, certFile), keyFile: resolve(cwd, keyFile) } : null,
    proxy: read.TRUEUP_PROXY ?? null,
    requestsPerMinute: read.TRUEUP_REQUESTS_PER_MINUTE,
    jobLogDays: read.TRUEUP_JOB_LOG_DAYS,
    jobLogRows: read.TRUEUP_JOB_LOG_ROWS,
    oidc: issuer && clientId ? oidcOf(read, { issuer, clientId }) : null,
    given: Object.keys(EXPECTED).filter(name => given[name] !== undefined),
  }
}

function oidcOf(read: z.output<typeof environment>, client: { issuer: string; clientId: string }): OidcConfig {
  return {
    ...client,
    clientSecret: read.TRUEUP_OIDC_CLIENT_SECRET ?? null,
    scope: read.TRUEUP_OIDC_SCOPE,
    roleClaim: read.TRUEUP_OIDC_ROLE_CLAIM,
    roleOfValue: read.TRUEUP_OIDC_ROLES,
    roleDefault: read.TRUEUP_OIDC_DEFAULT_ROLE === 'none' ? null : read.TRUEUP_OIDC_DEFAULT_ROLE,
    label: read.TRUEUP_OIDC_LABEL,
  }
}

/** The access token of a shop that is being connected; null: it is asked for. */
export function shopTokenGiven(env: Environment = process.env): string | null {
  return env.TRUEUP_SHOP_TOKEN || null
}

/** Where this machine's SSH agent listens; null: there is none. */
export function agentSocketGiven(env: Environment = process.env): string | null {
  return env.SSH_AUTH_SOCK || null
}

/** The password or private key of a source that is being declared; null: it is asked for. */
export function sourceSecretGiven(env: Environment = process.env): string | null {
  return env.TRUEUP_SOURCE_SECRET || null
}

/** What `env:NAME` or `file:PATH` stands for; null: there is no such variable or file. Line ends at the end of a file are no part of it. */
export async function secretReferred(reference: string, directory: string, env: Environment = process.env): Promise<string | null> {
  const [kind, name] = [reference.slice(0, reference.indexOf(':')), reference.slice(reference.indexOf(':') + 1)]
  if (kind === 'env') return env[name] || null
  const text = await readFile(resolve(directory, name), 'utf8').catch(unlessMissing(null))
  return text?.replace(/[\r\n]+$/, '') || null
}

/** The error of a start that finds its port in use: it says which setting to change. */
export function portTaken(taken: { door: 'http' | 'sftp'; host: string; port: number; cause?: unknown }): TrueupError {
  const variable = taken.door === 'http' ? 'TRUEUP_HTTP_PORT' : 'TRUEUP_SFTP_PORT'
  const flag = taken.door === 'http' ? '--http-port' : '--sftp-port'
  const name = taken.door === 'http' ? 'HTTP' : 'SFTP'
  return new TrueupError('CONFIG_PORT_TAKEN', `Another program listens on ${taken.host}:${taken.port}, where the ${name} server should.`, {
    retry: 'after-operator',
    hint: `Choose another port with ${flag} or ${variable} (0 takes any free one), or stop the other program.`,
    detail: { host: taken.host, port: taken.port, variable },
    cause: taken.cause,
  })
}

/** The values are not repeated: one of them may be a password. */
function invalid(names: readonly string[]): TrueupError {
  const wrong = [...new Set(names)]
  return new TrueupError('CONFIG_INVALID', `These settings cannot be used: ${wrong.join(', ')}.`, {
    retry: 'never',
    hint: wrong.map(name => `${name} has to be ${EXPECTED[name as keyof typeof EXPECTED]}.`).join(' '),
    detail: { settings: wrong },
  })
}

function rolesNeedAServer(): TrueupError {
  return new TrueupError('CONFIG_INVALID', 'One role alone needs a database that another process can reach.', {
    retry: 'never',
    hint: 'Set DATABASE_URL to a PostgreSQL server, or run both roles.',
    detail: { settings: ['TRUEUP_ROLES', 'DATABASE_URL'] },
  })
}
