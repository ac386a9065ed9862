import { expect, test } from 'vitest'
import { settingsShown } from '../http/contract/settings.ts'
import { readConfig } from './config.ts'
import { type SettingFacts, settingsOf } from './settings.ts'

function shown(env: Record<string, string>, facts: Partial<SettingFacts> = {}) {
  const said = settingsOf({
    config: readConfig({}, env, '/srv'),
    ...{ version: '1.2.3', nodeVersion: 'v24.1.0', httpUrl: 'http://127.0.0.1:7310', sftp: { host: '127.0.0.1', port: 7322 } },
    ...{ database: { version: '18.1', bytes: 5_000_000, migrations: 68 }, objectiveMinutes: 10, recipients: 0 },
    ledger: { keptMonths: null, needsExport: true },
    ...facts,
  })
  const settings = settingsShown.parse(said).groups.flatMap(group => group.settings)
  return { text: JSON.stringify(said), of: (name: string) => settings.find(one => one.name === name) }
}

test.each<[Record<string, string>, string, unknown, string]>([
  [{}, 'https', null, 'default'],
  [{ TRUEUP_TLS_CERT: 'cert.pem', TRUEUP_TLS_KEY: 'key.pem' }, 'https', '/srv/cert.pem', 'variable'],
  [{}, 'webhooks', false, 'default'],
  [{ TRUEUP_PUBLIC_URL: 'https://stock.example' }, 'webhooks', true, 'variable'],
  [{ TRUEUP_PROXY: '10.0.0.5,10.1.0.0/16' }, 'proxy', ['10.0.0.5', '10.1.0.0/16'], 'variable'],
  [{}, 'database', 'embedded', 'default'],
  [{ DATABASE_URL: 'postgresql://me:hush@db:5432/trueup?password=hush' }, 'database', 'postgresql://db:5432/trueup', 'variable'],
  [{ TRUEUP_SMTP_URL: 'smtps://me:hush@mail.example:465' }, 'mail', 'smtps://mail.example:465', 'variable'],
  [{}, 'secretKey', 'secret.key', 'default'],
  [{ TRUEUP_SECRET_KEY: 'hush'.repeat(10) }, 'secretKey', 'TRUEUP_SECRET_KEY', 'variable'],
  [{}, 'requestsPerMinute', 1_200, 'default'],
  // What was set is said to be set, even to what it would be anyway.
  [{ TRUEUP_REQUESTS_PER_MINUTE: '1200' }, 'requestsPerMinute', 1_200, 'variable'],
  [{}, 'jobLog', 90, 'default'],
  [{ TRUEUP_JOB_LOG_DAYS: '30' }, 'jobLog', 30, 'variable'],
  [{ TRUEUP_JOB_LOG_ROWS: '2000' }, 'jobLogRows', 2_000, 'variable'],
  [{}, 'sftp', 'sftp://127.0.0.1:7322', 'default'],
  [{}, 'objectiveMinutes', 10, 'console'],
  [{}, 'ledgerKeptMonths', null, 'console'],
  [{}, 'version', '1.2.3', 'program'],
])('with %j, %s is %j, by %s', (env, name, value, setBy) => {
  expect(shown(env).of(name)).toMatchObject({ value, setBy })
})

test('an address of IPv6 is one that can be copied', () => {
  expect(shown({}, { sftp: { host: '::1', port: 22 } }).of('sftp')).toMatchObject({ value: 'sftp://[::1]:22' })
})

test('no password, key or secret of the environment is told', () => {
  const { text } = shown({
    DATABASE_URL: 'postgresql://hush:hush@db:5432/trueup?sslpassword=hush',
    TRUEUP_SMTP_URL: 'smtp://hush:hush@mail.example:587?auth=hush',
    TRUEUP_SECRET_KEY: 'hush'.repeat(10),
    TRUEUP_OIDC_ISSUER: 'https://id.example',
    TRUEUP_OIDC_CLIENT_ID: 'stock',
    TRUEUP_OIDC_CLIENT_SECRET: 'hush',
  })
  expect(text).not.toContain('hush')
})
