import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretReferred } from '../../src/app/config.ts'
import { type Server, startServer } from '../../src/app/server.ts'
import { sftpAuthenticator } from '../../src/app/sftp-users.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import type { Hands } from '../../src/cli/hands.ts'
import { runProgram } from '../../src/cli/program.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { FILE } from './configuration-file.ts'

/*
 * Two houses: one that people have set up, and one that is new. What the first writes out makes the second the same, and nothing of it
 * happens twice, halfway, or without a trace.
 */

type House = { server: Server; database: TestDatabase; dataDir: string; scheduled: string[] }

const opened: House[] = []
const SECRETS = {
  ERP_PASSWORD: 'hush of the erp',
  CORNER_TOKEN: 'shpat_hush',
  OUTLET_TOKEN: 'shpat_hush_2',
  HOOK: 'hush-that-signs-hooks',
  CHAT_ADDRESS: 'https://chat.example/services/hush',
  CORNER_SECRET: 'hush-of-the-app',
  OUTLET_SECRET: 'hush-of-the-other-app',
  DC1_PASSWORD: 'hush of dc1',
  WAREHOUSE_TOKEN: 'hush'.repeat(10),
}

async function openHouse(): Promise<House> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-configuration-'))
  const database = await openTestDatabase()
  const world = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: { debug() {}, info() {}, warn() {} } }
  const server = await startServer(
    {
      ...{ dataDir, databaseUrl: database.url, host: '127.0.0.1', httpPort: 0, sftpPort: 0, secretKey: null },
      ...{ roles: ['gate'] as const, logLevel: 'silent' as const },
    },
    world,
  )
  const house = { server, database, dataDir, scheduled: [] }
  opened.push(house)
  return house
}

let house: House
let fresh: House
let folder: string
beforeAll(async () => {
  ;[house, fresh] = [await openHouse(), await openHouse()]
  folder = await mkdtemp(path.join(tmpdir(), 'trueup-configuration-file-'))
}, 60_000)
afterAll(async () => {
  for (const { server, database, dataDir } of opened) {
    await server.stop()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
  await rm(folder, { recursive: true, force: true })
})

/** The command line as a person types it. */
async function trueup({ dataDir }: House, line: string[], env: Record<string, string> = SECRETS) {
  const out: string[] = []
  const nothing = async () => 0
  const hands: Hands = {
    version: '0.0.0',
    out: { write: text => void out.push(text), isTTY: false },
    err: { write: text => void out.push(text), isTTY: false },
    fetch,
    sleep: async () => {},
    now: () => Date.now(),
    dataDirs: async () => [dataDir],
    shopToken: async () => '',
    sourceSecret: async () => '',
    secretReferred: (reference, beside) => secretReferred(reference, path.dirname(beside), env),
    ...{ start: nothing, demo: nothing, restore: nothing, simulateShopify: nothing, inspect: nothing },
  }
  const status = await runProgram(line, hands)
  return { status, said: out.join('') }
}

async function apply(at: House, text: string, options: { dry?: boolean; prune?: boolean; env?: Record<string, string> } = {}) {
  const file = path.join(folder, 'given.yaml')
  await writeFile(file, text)
  const answer = await trueup(
    at,
    ['config', 'apply', file, '--json', ...(options.dry ? ['--dry-run'] : []), ...(options.prune ? ['--prune'] : [])],
    options.env,
  )
  return { status: answer.status, ...JSON.parse(answer.said) }
}

async function exported(at: House): Promise<string> {
  const file = path.join(folder, 'exported.yaml')
  expect((await trueup(at, ['config', 'export', file])).status).toBe(0)
  return readFile(file, 'utf8')
}

describe('a house from one file', () => {
  test('the difference is shown first, and nothing is changed by looking', async () => {
    await writeFile(path.join(folder, 'outlet.token'), `${SECRETS.OUTLET_TOKEN}\n`)
    const before = await exported(house)
    const seen = await apply(house, FILE, { dry: true })
    expect(seen).toMatchObject({ status: 1, isApplied: false })
    const names = seen.differences.map((one: { section: string; kind: string; name: string }) => `${one.kind} ${one.section} ${one.name}`)
    expect(names).toEqual([
      ...['add users olga', 'add tokens warehouse'],
      ...['add facilities W1', 'add facilities S1', 'add facilities S2', 'add groups ONLINE', 'add dropUsers dc1', 'add sources netsuite'],
      ...['add feeds counts', 'add feeds products-of-erp', 'add shops corner', 'add shops outlet'],
      ...['add locations corner / gid://shopify/Location/1', 'add locations corner / gid://shopify/Location/2'],
      ...['add ruleGroups Safety', 'add rules Safety / Two for shoes', 'add rules Safety / Not yet'],
      ...[
        'add schedules process-uploads-to-ecommerce / corner',
        'change schedules hard-sync-job',
        'add schedules import-inventory / netsuite',
        'add alerts desk',
        'add alerts chat',
        'add alerts hook',
      ],
    ])
    expect(await exported(house)).toBe(before)
    expect(JSON.stringify(seen)).not.toContain('hush')
  })

  test('it is applied whole, and each thing is on record as if a person had done it', async () => {
    expect(await apply(house, FILE)).toMatchObject({ status: 0, isApplied: true })
    const { db } = house.database
    const log = await db.query<{ action: string; name: string }>('select action, name from audit.entry order by seq')
    const deeds = log.map(one => `${one.action} ${one.name}`)
    for (const deed of [
      ...[
        'facility.change W1',
        'facility.switch S1',
        'group.change ONLINE',
        'source.change netsuite',
        'feed.add counts',
        'feed.settings counts',
      ],
      ...['shop.connect corner', 'shop.publishing outlet', 'shop.map corner', 'shop.shares corner', 'rule.activate Two for shoes'],
      ...['job.schedule Process Uploads to eCommerce', 'job.pause Hard Sync Job', 'job.people Hard Sync Job', 'alert.recipient hook'],
      ...['person.add olga', 'token.add warehouse', 'sftp-user.change dc1', 'shop.credential outlet', 'shop.choice corner'],
      'configuration.apply configuration',
    ])
      expect(deeds).toContain(deed)
    expect(JSON.stringify(await db.query('select * from audit.entry'))).not.toContain('hush')
  })

  test('it takes effect without a restart: the clockwork ticks by it', async () => {
    const ticks = await house.database.db.query<{ key: string; cron: string; timezone: string }>(
      `select key, cron, timezone from pgboss.schedule where name like '%process-uploads%'`,
    )
    expect(ticks).toContainEqual(expect.objectContaining({ cron: '*/5 * * * *', timezone: 'Europe/Berlin' }))
  })

  test('applied again, it changes nothing', async () => {
    const seen = await apply(house, FILE)
    expect(seen.differences).toEqual([])
    expect(seen.status).toBe(0)
  })

  test('what it writes out makes a new house the same, to the byte', async () => {
    const text = await exported(house)
    expect(text).not.toMatch(/hush/)
    // Whoever knows the address of a webhook can write there.
    expect(text).not.toContain('hook.example')
    expect(text).toContain('address: stock@example.org')
    const env = {
      ...{ TRUEUP_SOURCE_NETSUITE_SECRET: SECRETS.ERP_PASSWORD, TRUEUP_SHOP_CORNER_TOKEN: SECRETS.CORNER_TOKEN },
      ...{ TRUEUP_SHOP_OUTLET_TOKEN: SECRETS.OUTLET_TOKEN, TRUEUP_ALERT_HOOK_SECRET: SECRETS.HOOK },
      ...{ TRUEUP_SHOP_CORNER_CLIENTSECRET: SECRETS.CORNER_SECRET, TRUEUP_SHOP_OUTLET_CLIENTSECRET: SECRETS.OUTLET_SECRET },
      ...{ TRUEUP_TOKEN_WAREHOUSE_TOKEN: SECRETS.WAREHOUSE_TOKEN, TRUEUP_DROPUSER_DC1_PASSWORD: SECRETS.DC1_PASSWORD },
      ...{ TRUEUP_ALERT_CHAT_ADDRESS: SECRETS.CHAT_ADDRESS, TRUEUP_ALERT_HOOK_ADDRESS: 'https://hook.example/trueup' },
      ...{ TRUEUP_DROPUSER_ERP_PASSWORD: 'hush of the erp at the door' },
    }
    const made = await apply(fresh, text, { env })
    expect(made).toMatchObject({ status: 0, isApplied: true })
    expect(made.warnings.join()).not.toContain('was not given')
    expect(await exported(fresh)).toBe(text)
    expect((await apply(fresh, text, { env })).differences).toEqual([])
  })

  test('a token and a password come in with what was given by reference, in the new house as in the first', async () => {
    for (const one of [house, fresh]) {
      const headers = { authorization: `Bearer ${SECRETS.WAREHOUSE_TOKEN}` }
      expect((await fetch(`${one.server.http?.url}/api/v1/feeds`, { headers })).status).toBe(200)
      const isLetIn = sftpAuthenticator(one.database.db)
      expect(await isLetIn('dc1', { kind: 'password', password: SECRETS.DC1_PASSWORD })).toEqual({ home: 'erp' })
      expect(await isLetIn('dc1', { kind: 'password', password: 'another' })).toBeNull()
    }
  })

  test('--prune ends what the sections of the file do not have, and nothing that people have to be asked about', async () => {
    // Neither the last line of alerts, nor anybody but the admin, nor the section of tokens.
    const gone = [/ {2}- \{ name: hook.*\n/, / {2}- \{ job: Import.*\n/, / {2}- \{ code: S2.*\n/, / {6}- \{ name: Not yet.*\n/]
    const text = gone
      .reduce((file, line) => file.replace(line, ''), FILE)
      .replace(/users:[\s\S]*dropUsers:/, 'users:\n  - { name: admin, role: admin }\ndropUsers:')
    const seen = await apply(fresh, text, { dry: true })
    expect(seen.differences).toEqual([])
    expect(seen.notNamed).toEqual(
      expect.arrayContaining([
        { section: 'facilities', name: 'S2', isEndable: false },
        { section: 'alerts', name: 'hook', isEndable: true },
        { section: 'users', name: 'olga', isEndable: true },
        { section: 'tokens', name: 'warehouse', isEndable: false },
      ]),
    )
    const done = await apply(fresh, text, { prune: true })
    const ended = done.differences.map((one: { kind: string; section: string; name: string }) => `${one.kind} ${one.section} ${one.name}`)
    expect(ended.sort()).toEqual([
      ...['end alerts hook', 'end dropUsers erp', 'end feeds facilities', 'end feeds inventory-reset', 'end feeds inventory-variance'],
      ...['end feeds products', 'end rules Safety / Not yet', 'end schedules import-inventory / netsuite', 'end users olga'],
    ])
    expect((await apply(fresh, text, { prune: true })).differences).toEqual([])
    const onlyOlga = text.replace('name: admin, role: admin', 'name: olga, role: operator')
    expect((await apply(fresh, onlyOlga, { prune: true })).error.detail.issues).toMatchObject([{ code: 'HTTP_LAST_ADMIN' }])
    const left = await exported(fresh)
    for (const ended of ['name: hook', 'source: netsuite\n    cron', 'Not yet', 'name: olga']) expect(left).not.toContain(ended)
    for (const kept of ['code: S2', 'name: warehouse']) expect(left).toContain(kept)
  })

  test('a secret that is not given stays; another one is noticed, and never said', async () => {
    const without = await apply(house, FILE, { dry: true, env: {} })
    expect(without.differences).toEqual([])
    expect(without.warnings).toContain('netsuite: env:ERP_PASSWORD was not given; what is kept stays.')
    const elsewhere = await apply(house, FILE.replace('hook.example', 'hooks.example'), { dry: true, env: {} })
    expect(elsewhere.differences).toEqual([
      { section: 'alerts', name: 'hook', kind: 'change', fields: [{ field: 'address', before: 'kept sealed', after: 'given' }] },
    ])
    const other = await apply(house, FILE, { dry: true, env: { ...SECRETS, ERP_PASSWORD: 'another hush' } })
    expect(other.differences).toEqual([
      { section: 'sources', name: 'netsuite', kind: 'change', fields: [{ field: 'secret', before: 'kept sealed', after: 'given' }] },
    ])
  })
})

const changed = (from: string, to: string) => FILE.replace(from, to)
const refused: [string, string, string, string, string][] = [
  ['a field that there is not', changed('    root: /out', '    rot: /out'), 'CONFIG_FIELD_UNKNOWN', 'sources[0].rot', 'rot: /out'],
  ['a value that cannot be', changed('priority: 2', 'priority: 20'), 'CONFIG_FIELD_INVALID', 'feeds[0].priority', 'priority: 20'],
  ['a secret in the clear', changed('env:ERP_PASSWORD', 'hush of the erp'), 'CONFIG_FIELD_INVALID', 'sources[0].secret', 'secret: hush'],
  [
    'the same thing twice',
    changed('code: S2, name: Station', 'code: S1, name: Station'),
    'CONFIG_NAMED_TWICE',
    'facilities[2]',
    'name: Station',
  ],
  ['a layout that there is not', changed('layout: PRODUCTS', 'layout: PRODUKTE'), 'FEED_LAYOUT_UNKNOWN', 'feeds[1]', 'PRODUKTE'],
  [
    'a facility that there is not',
    changed('facilities: [W1, S1]', 'facilities: [W1, S9]'),
    'CATALOG_FACILITY_NOT_FOUND',
    'groups[0]',
    'S9',
  ],
  ['a hard sync every five minutes', changed('"0 3 * * *"', '"*/5 * * * *"'), 'JOBS_TOO_OFTEN', 'schedules[1]', 'Hard Sync'],
  ['a job that there is not', changed('Hard Sync', 'Soft Sync'), 'JOBS_UNKNOWN', 'schedules[1]', 'Soft Sync'],
  [
    'a new channel whose address nobody gave',
    changed('chat, kind: slack', 'talk, kind: slack').replace('CHAT_ADDRESS', 'TALK'),
    'CONFIG_SECRET_MISSING',
    'alerts[1]',
    'talk',
  ],
  ['an address that is none', changed('stock@example.org', 'stock'), 'ALERT_ADDRESS_INVALID', 'alerts[0]', 'address: stock,'],
  [
    'a new shop without its token',
    changed('code: outlet', 'code: inlet').replace(/, token: file:outlet.token.*OUTLET_SECRET/, ''),
    'CONFIG_SECRET_MISSING',
    'shops[1]',
    'inlet',
  ],
]

describe('what does not fit', () => {
  test.each(refused)('%s is refused with its place, and nothing is changed', async (_title, text, code, place, words) => {
    const before = await exported(house)
    const { status, error } = await apply(house, `${text}  - { name: newcomer, kind: email, address: new@example.org }\n`)
    expect(status).toBe(2)
    expect(error.code).toBe('CONFIG_FILE_REFUSED')
    const issue = error.detail.issues.find((one: { code: string }) => one.code === code)
    const [, line, column, at] = /^line (\d+), column (\d+), (.*)$/.exec(issue?.at) ?? []
    expect({ at, ofLine: text.split('\n')[Number(line) - 1]?.slice(Number(column) - 1) }).toEqual({
      ...{ at: place, ofLine: expect.stringContaining(words) },
    })
    expect(await exported(house)).toBe(before)
  })

  test('every place is said at once', async () => {
    const text = changed('stock@example.org', 'stock').replace('Hard Sync', 'Soft Sync').replace('layout: PRODUCTS', 'layout: PRODUKTE')
    const { error } = await apply(house, text, { dry: true })
    expect(error.detail.issues.map((one: { code: string }) => one.code)).toEqual([
      'FEED_LAYOUT_UNKNOWN',
      'JOBS_UNKNOWN',
      'ALERT_ADDRESS_INVALID',
    ])
  })

  test('whoever is told that a secret is missing is told which variable was to hold it', async () => {
    const { error } = await apply(house, changed('name: netsuite', 'name: another'), { dry: true, env: {} })
    expect(error.detail.issues[0]).toMatchObject({
      code: 'SOURCE_SECRET_MISSING',
      message: 'The source another was given no password. env:ERP_PASSWORD was not given.',
    })
  })

  test('what the database itself refuses does not hide the rest', async () => {
    const { error } = await apply(house, changed('folder: products-of-erp', 'folder: counts').replace('Hard Sync', 'Soft Sync'), {
      dry: true,
    })
    expect(error.detail.issues.map((one: { code: string }) => one.code)).toEqual(['FEED_EXISTS', 'JOBS_UNKNOWN'])
  })

  test.each([
    ['what is no YAML', 'version: 1\nfeeds: [\n', 'CONFIG_FILE_UNREADABLE'],
    ['the same key twice', 'version: 1\nversion: 1\n', 'CONFIG_FILE_UNREADABLE'],
    [
      'an alias that grows',
      `version: 1\nx: &a [1,1,1,1,1,1,1,1,1,1]\ny: &b [${'*a,'.repeat(30)}]\nz: [${'*b,'.repeat(30)}]\n`,
      'CONFIG_FILE_UNREADABLE',
    ],
    ['another version of the file', 'version: 2\n', 'CONFIG_FILE_REFUSED'],
    ['an empty list', '[]\n', 'CONFIG_FILE_REFUSED'],
  ])('%s is refused', async (_title, text, code) => expect((await apply(house, text)).error).toMatchObject({ code }))

  test('JSON is taken as YAML is', async () => {
    expect(
      await apply(house, JSON.stringify({ version: 1, facilities: [{ code: 'S2', name: 'Station', type: 'RETAIL_STORE' }] })),
    ).toMatchObject({
      ...{ status: 0, differences: [] },
    })
  })

  test('what somebody changed since it was looked at is looked at again', async () => {
    const seen = await apply(house, changed('name: Station', 'name: Main station'), { dry: true })
    expect((await apply(house, changed('name: Corner', 'name: The corner'))).isApplied).toBe(true)
    const file = path.join(folder, 'given.yaml')
    await writeFile(file, changed('name: Station', 'name: Main station'))
    const late = await trueup(house, ['config', 'apply', file, '--based-on', seen.basedOn])
    expect(late).toMatchObject({ status: 2, said: expect.stringContaining('CONFIG_CHANGED_MEANWHILE') })
  })
})
