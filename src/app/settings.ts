import { KEEP_DAYS_DEFAULT } from '../feed/rest-store.ts'
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from '../http/auth.ts'
import type { Answer } from '../http/contract/instant.ts'
import { PAGE_ROWS_MAX } from '../http/contract/page.ts'
import { PASSWORD_CHARS_MIN, TOKEN_DAYS_MAX } from '../http/contract/people.ts'
import { SETTING_NAMES, type SettingGroup, type SettingName, type setting, type settingsShown } from '../http/contract/settings.ts'
import { FAILURES_PER_PERSON_MAX } from '../http/login-throttle.ts'
import { UPLOAD_BYTES_MAX } from '../http/mount.ts'
import { PERSON_PER_MINUTE } from '../http/rate-limit.ts'
import { REQUEST_KEYS_KEPT_MS } from '../http/request-key-store.ts'
import { JSON_BYTES_MAX } from '../http/server.ts'
import { BODY_MS_MAX, SILENCE_MS_MAX } from '../http/slow-bodies.ts'
import { LOOKED_BACK_MS } from '../import/repeat-store.ts'
import { RUNS_KEPT_MAX } from '../jobs/books.ts'
import { FINDINGS_KEPT_MS } from '../reconcile/finding-store.ts'
import { PROOFS_KEPT_MS } from '../reconcile/proof-step.ts'
import { SAMPLES_KEPT_MS } from '../reconcile/sample-step.ts'
import { type Config, jobLogOf, MAIL_FROM_DEFAULT } from './config.ts'

type Setting = Answer<typeof setting>
/** Without its name and with what the usual case leaves out. */
type Said = Pick<Setting, 'value'> & Partial<Pick<Setting, 'unit' | 'setBy' | 'variables'>>

export type SettingFacts = {
  config: Config
  version: string
  nodeVersion: string
  /** Where the console and the API listen; null: this process does not. */
  httpUrl: string | null
  sftp: { host: string; port: number } | null
  database: { version: string; bytes: number; migrations: number }
  objectiveMinutes: number
  ledger: { keptMonths: number | null; needsExport: boolean }
  recipients: number
}

/** What the house is set to, with who chose it. Addresses are shown without the passwords in them. */
export function settingsOf(facts: SettingFacts): Answer<typeof settingsShown> {
  const said: Record<SettingName, Said> = {
    ...ofHouse(facts),
    ...ofProgram(facts),
    ...ofDoors(facts),
    ...ofData(facts),
    ...kept(facts),
    ...limits(facts),
  }
  const given = new Set(facts.config.given ?? [])
  const groups = (Object.keys(SETTING_NAMES) as SettingGroup[]).map(group => ({
    group,
    settings: SETTING_NAMES[group].map(name => whole(name, said[name], given)),
  }))
  return { groups }
}

function whole(name: SettingName, { value, unit = null, variables = [], setBy }: Said, given: ReadonlySet<string>): Setting {
  const chosen = variables.some(variable => given.has(variable)) ? 'variable' : 'default'
  return { name, value, unit, variables, setBy: setBy ?? (variables.length > 0 ? chosen : 'program') }
}

function ofHouse({ objectiveMinutes, ledger, recipients }: SettingFacts) {
  return {
    objectiveMinutes: { value: objectiveMinutes, unit: 'minutes', setBy: 'console' },
    ledgerKeptMonths: { value: ledger.keptMonths, unit: 'months', setBy: 'console' },
    ledgerNeedsExport: { value: ledger.needsExport, setBy: 'console' },
    recipients: { value: recipients, setBy: 'console' },
  } satisfies Partial<Record<SettingName, Said>>
}

function ofProgram({ config, version, nodeVersion }: SettingFacts) {
  return {
    version: { value: version },
    node: { value: nodeVersion },
    roles: { value: [...config.roles], variables: ['TRUEUP_ROLES'] },
    log: { value: config.logLevel, variables: ['TRUEUP_LOG'] },
    dataDir: { value: config.dataDir, variables: ['TRUEUP_DATA_DIR'] },
  } satisfies Partial<Record<SettingName, Said>>
}

function ofDoors({ config, httpUrl, sftp }: SettingFacts) {
  const { publicUrl = null, tls = null, proxy = null, smtpUrl = null, mailFrom = MAIL_FROM_DEFAULT, oidc = null } = config
  return {
    http: { value: httpUrl, variables: ['TRUEUP_HOST', 'TRUEUP_HTTP_PORT'] },
    https: { value: tls?.certFile ?? null, variables: ['TRUEUP_TLS_CERT', 'TRUEUP_TLS_KEY'] },
    proxy: { value: proxy?.split(',') ?? null, variables: ['TRUEUP_PROXY'] },
    publicUrl: { value: publicUrl, variables: ['TRUEUP_PUBLIC_URL'] },
    webhooks: { value: publicUrl !== null, variables: ['TRUEUP_PUBLIC_URL'] },
    sftp: { value: sftp && `sftp://${hostOf(sftp.host)}:${sftp.port}`, variables: ['TRUEUP_HOST', 'TRUEUP_SFTP_PORT'] },
    signOn: { value: oidc?.issuer ?? null, variables: ['TRUEUP_OIDC_ISSUER', 'TRUEUP_OIDC_CLIENT_ID'] },
    mail: { value: withoutPassword(smtpUrl), variables: ['TRUEUP_SMTP_URL'] },
    mailFrom: { value: mailFrom, variables: ['TRUEUP_MAIL_FROM'] },
  } satisfies Partial<Record<SettingName, Said>>
}

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function ofData({ config, database }: SettingFacts) {
  return {
    database: { value: withoutPassword(config.databaseUrl) ?? 'embedded', variables: ['DATABASE_URL'] },
    databaseVersion: { value: database.version },
    databaseBytes: { value: database.bytes, unit: 'bytes' },
    migrations: { value: database.migrations },
    secretKey: { value: config.secretKey === null ? 'secret.key' : 'TRUEUP_SECRET_KEY', variables: ['TRUEUP_SECRET_KEY'] },
    hostKeys: { value: 'host-keys' },
  } satisfies Partial<Record<SettingName, Said>>
}

/** Host, port and path of an address: neither user, nor password, nor parameters, in which both may stand. */
function withoutPassword(url: string | null): string | null {
  if (url === null) return null
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

function kept({ config }: SettingFacts) {
  const { daysKept, rowsMax } = jobLogOf(config)
  return {
    runs: { value: RUNS_KEPT_MAX, unit: 'rows' },
    jobLog: { value: daysKept, unit: 'days', variables: ['TRUEUP_JOB_LOG_DAYS'] },
    jobLogRows: { value: rowsMax, unit: 'rows', variables: ['TRUEUP_JOB_LOG_ROWS'] },
    proofs: { value: PROOFS_KEPT_MS, unit: 'ms' },
    findings: { value: FINDINGS_KEPT_MS, unit: 'ms' },
    streetHistory: { value: SAMPLES_KEPT_MS, unit: 'ms' },
    files: { value: KEEP_DAYS_DEFAULT, unit: 'days' },
    requestKeys: { value: REQUEST_KEYS_KEPT_MS, unit: 'ms' },
    appliedLines: { value: LOOKED_BACK_MS, unit: 'ms' },
  } satisfies Partial<Record<SettingName, Said>>
}

function limits({ config }: SettingFacts) {
  return {
    requestsPerMinute: { value: config.requestsPerMinute ?? PERSON_PER_MINUTE, unit: 'times', variables: ['TRUEUP_REQUESTS_PER_MINUTE'] },
    bodyBytes: { value: JSON_BYTES_MAX, unit: 'bytes' },
    bodyMs: { value: BODY_MS_MAX, unit: 'ms' },
    uploadBytes: { value: UPLOAD_BYTES_MAX, unit: 'bytes' },
    uploadSilenceMs: { value: SILENCE_MS_MAX, unit: 'ms' },
    sessionIdleMs: { value: SESSION_IDLE_MS, unit: 'ms' },
    sessionMs: { value: SESSION_ABSOLUTE_MS, unit: 'ms' },
    passwordFailures: { value: FAILURES_PER_PERSON_MAX, unit: 'times' },
    passwordChars: { value: PASSWORD_CHARS_MIN, unit: 'characters' },
    tokenDays: { value: TOKEN_DAYS_MAX, unit: 'days' },
    pageRows: { value: PAGE_ROWS_MAX, unit: 'rows' },
  } satisfies Partial<Record<SettingName, Said>>
}
