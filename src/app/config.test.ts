import { expect, test } from 'vitest'
import { type Flags, portTaken, readConfig } from './config.ts'

const read = (env: Record<string, string>, flags: Flags = {}) => readConfig(flags, env, '/srv')

test('nothing is set: loopback, the usual ports, both roles, the embedded database, and data where one stands', () => {
  expect(read({})).toEqual({
    dataDir: '/srv/.trueup',
    databaseUrl: null,
    host: '127.0.0.1',
    httpPort: 7310,
    sftpPort: 7322,
    roles: ['gate', 'work'],
    logLevel: 'info',
    secretKey: null,
    publicUrl: null,
    smtpUrl: null,
    mailFrom: 'trueup@localhost',
    oidc: null,
    tls: null,
    proxy: null,
    given: [],
  })
})

const served = 'postgresql://me:secret@db:5432/trueup'

test.each<[Record<string, string>, Flags, object]>([
  [{ TRUEUP_DATA_DIR: '/var/lib/trueup' }, {}, { dataDir: '/var/lib/trueup' }],
  [{ TRUEUP_DATA_DIR: '/var/lib/trueup' }, { dataDir: 'here' }, { dataDir: '/srv/here' }],
  [{ TRUEUP_HTTP_PORT: '0' }, {}, { httpPort: 0, given: ['TRUEUP_HTTP_PORT'] }],
  [{ TRUEUP_LOG: '' }, { httpPort: '1' }, { given: ['TRUEUP_HTTP_PORT'] }],
  [{ TRUEUP_HTTP_PORT: '80' }, { httpPort: '8080', host: '0.0.0.0' }, { httpPort: 8080, host: '0.0.0.0' }],
  [{ TRUEUP_SFTP_PORT: '' }, {}, { sftpPort: 7322 }],
  [{ TRUEUP_ROLES: 'work, gate,work' }, {}, { roles: ['work', 'gate'] }],
  [{ DATABASE_URL: served, TRUEUP_ROLES: 'work' }, {}, { databaseUrl: served, roles: ['work'] }],
  [{ TRUEUP_LOG: 'debug' }, {}, { logLevel: 'debug' }],
  [{ TRUEUP_TLS_CERT: 'cert.pem', TRUEUP_TLS_KEY: '/k.pem' }, {}, { tls: { certFile: '/srv/cert.pem', keyFile: '/k.pem' } }],
  [{ TRUEUP_PROXY: '10.0.0.5,fd00::/8' }, {}, { proxy: '10.0.0.5,fd00::/8' }],
  [{ TRUEUP_REQUESTS_PER_MINUTE: '300' }, {}, { requestsPerMinute: 300 }],
  [{ TRUEUP_JOB_LOG_DAYS: '30', TRUEUP_JOB_LOG_ROWS: '2000' }, {}, { jobLogDays: 30, jobLogRows: 2_000 }],
  [{}, {}, { oidc: null }],
  [
    { TRUEUP_OIDC_ISSUER: 'https://id.example.org', TRUEUP_OIDC_CLIENT_ID: 'trueup', TRUEUP_OIDC_ROLES: 'cn=b=admin, ops=operator' },
    {},
    {
      oidc: {
        ...{ issuer: 'https://id.example.org', clientId: 'trueup', clientSecret: null, scope: 'openid profile email', roleClaim: 'groups' },
        ...{ roleOfValue: { 'cn=b': 'admin', ops: 'operator' }, roleDefault: 'viewer', label: 'Single sign-on' },
      },
    },
  ],
])('%j with %j gives %j', (env, flags, wanted) => expect(read(env, flags)).toMatchObject(wanted))

test.each<[Record<string, string>, string[]]>([
  [{ TRUEUP_HTTP_PORT: 'seven' }, ['TRUEUP_HTTP_PORT']],
  [{ TRUEUP_HTTP_PORT: '65536' }, ['TRUEUP_HTTP_PORT']],
  [{ TRUEUP_SFTP_PORT: '22.5', TRUEUP_LOG: 'loud' }, ['TRUEUP_SFTP_PORT', 'TRUEUP_LOG']],
  [{ TRUEUP_ROLES: 'gate,cook' }, ['TRUEUP_ROLES']],
  [{ DATABASE_URL: 'mysql://me:secret@db/trueup' }, ['DATABASE_URL']],
  [{ TRUEUP_SECRET_KEY: 'short secret' }, ['TRUEUP_SECRET_KEY']],
  [{ TRUEUP_ROLES: 'work' }, ['TRUEUP_ROLES', 'DATABASE_URL']],
  [{ TRUEUP_TLS_CERT: 'cert.pem' }, ['TRUEUP_TLS_KEY']],
  [{ TRUEUP_PROXY: 'everybody' }, ['TRUEUP_PROXY']],
  [{ TRUEUP_OIDC_ISSUER: 'https://id.example.org' }, ['TRUEUP_OIDC_CLIENT_ID']],
  [{ TRUEUP_OIDC_ISSUER: 'http://id.example.org', TRUEUP_OIDC_CLIENT_ID: 'x' }, ['TRUEUP_OIDC_ISSUER']],
  [{ TRUEUP_OIDC_ROLES: 'ops=king' }, ['TRUEUP_OIDC_ROLES']],
  [{ TRUEUP_OIDC_SCOPE: 'profile' }, ['TRUEUP_OIDC_SCOPE']],
  [{ TRUEUP_JOB_LOG_DAYS: '0' }, ['TRUEUP_JOB_LOG_DAYS']],
  [{ TRUEUP_JOB_LOG_ROWS: 'all' }, ['TRUEUP_JOB_LOG_ROWS']],
  [{ TRUEUP_REQUESTS_PER_MINUTE: '5' }, ['TRUEUP_REQUESTS_PER_MINUTE']],
])('%j is refused, naming %j and no secret', (env, settings) => {
  const refused = expect(() => read(env))
  refused.toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', detail: { settings } }))
  refused.not.toThrow(/secret/)
})

test('a port that is taken says which setting to change', () => {
  const error = portTaken({ door: 'sftp', host: '127.0.0.1', port: 7322 })
  expect([error.code, error.message, error.hint].join(' ')).toMatch(/CONFIG_PORT_TAKEN.*127\.0\.0\.1:7322.*--sftp-port or TRUEUP_SFTP_PORT/)
})
