import { afterAll, beforeAll, expect, test } from 'vitest'
import { amid } from '../../test/amid.ts'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { TrueupError } from '../kernel/error.ts'
import { REMIND_MS, SETTLES_MS } from './alert.ts'
import type { Address, Message } from './alert-port.ts'
import { latestAlerts, queueAlert, recipients, setRecipient } from './alert-store.ts'
import type { Facts } from './diagnosis.ts'
import {
  blockedFacts,
  driftFacts,
  fileFacts,
  linkFacts,
  machineFacts,
  orderFindings,
  shopFacts,
  sourceFacts,
  unheardFindings,
  webhookFindings,
} from './facts-store.ts'
import { findingsPage, findingsSince, silenceFinding } from './finding-store.ts'
import { sendAlerts, watch } from './watch-step.ts'

let home: TestDatabase
let now = Date.UTC(2026, 10, 23, 10)
let minted = 0
const clock = { now: () => now }
const ids = { uuid: () => `00000000-0000-4000-8000-${String(++minted).padStart(12, '0')}`, secret: () => 'secret' }

beforeAll(async () => {
  home = await openTestDatabase()
  const recipient = {
    severityLeast: 'risk',
    shops: null,
    feeds: null,
    quietFrom: null,
    quietTo: null,
    timeZone: 'UTC',
    dailyHour: null,
    isOn: true,
  } as const
  await home.db.transaction(tx => setRecipient(tx, { ...recipient, name: 'ada', kind: 'email', address: 'ada@example.org' }, now))
})
afterAll(() => home.drop())

const nothing: Facts = {
  ...{ rooms: [], jobs: [], shops: [], links: [], blocked: [], drift: [], files: [], sources: [], found: [] },
  machine: { freeBytes: null, dataDir: 'data', databaseBytes: 0, ledgerDiffers: 0, clockSkewMs: null },
}
const drift = (units: number) => ({ ...nothing, drift: [{ shop: 'corner', levels: 2, units, since: now - 60_000 }] })
let facts: Facts = nothing
const look = (db = home.db) =>
  watch({
    ...{ db, clock, ids, facts: async () => facts, consoleUrl: null },
    sentence: async () => ({ sentence: 'In sync.', levelsDifferent: 0, unitsAtRisk: 0 }),
  })
const queued = async () => (await latestAlerts(home.db, { limit: 50, offset: 0 })).map(alert => alert.subject)

test('a finding begins, is told once it has settled, is refreshed, reminded of, ends with its cause, and is kept', async () => {
  facts = drift(9)
  expect(await look()).toMatchObject({ read: 1, wrote: 1 })
  expect(await queued()).toEqual([])
  now += SETTLES_MS
  facts = drift(12)
  await look()
  expect(await queued()).toEqual(['Trueup: RECONCILE_DRIFT corner'])
  expect((await findingsSince(home.db, now))[0]).toMatchObject({ unitsAtRisk: 12, severity: 'risk', shop: 'corner' })
  await look()
  expect(await queued()).toHaveLength(1)
  now += REMIND_MS
  await look()
  expect(await queued()).toHaveLength(2)
  now += 1_000
  facts = nothing
  await look()
  expect((await queued())[0]).toBe('Trueup: over: RECONCILE_DRIFT corner')
  expect(await findingsSince(home.db, now)).toEqual([])
  const [past] = await findingsPage(home.db, { isOpen: false, code: null, shop: null, limit: 9, offset: 0 })
  expect(past).toMatchObject({ code: 'RECONCILE_DRIFT', endedAt: now })
})

test('the same cause again is another finding; one that is silenced is told to nobody until more is at risk', async () => {
  facts = drift(9)
  await look()
  const [open] = await findingsSince(home.db, now)
  await home.db.transaction(tx =>
    silenceFinding(tx, { findingId: open?.findingId ?? 0, until: now + 3_600_000, aboveUnits: 10, by: 'ada', reason: 'a stocktaking' }),
  )
  const before = (await queued()).length
  now += SETTLES_MS
  await look()
  expect(await queued()).toHaveLength(before)
  facts = drift(11)
  await look()
  expect(await queued()).toHaveLength(before + 1)
})

test('a message that does not arrive is tried again with the same id, and says why meanwhile', async () => {
  await home.db.query('update reconcile.alert set sent_at = $1', [new Date(now)])
  facts = { ...facts, files: [{ feed: 'daily', fileId: 1, name: 'a.csv', state: 'held', code: null, reason: 'rows −80 %', since: now }] }
  await look()
  now += SETTLES_MS
  await look()
  const sent: Message[] = []
  let isAway = true
  const port = {
    async send(_to: unknown, message: Message) {
      sent.push(message)
      if (isAway) throw new TrueupError('ALERT_UNREACHABLE', 'The receiver did not answer.', { retry: 'backoff', hint: 'Wait.' })
    },
  }
  const deps = { db: home.db, clock, port }
  expect(await sendAlerts(deps)).toMatchObject({ read: 1, wrote: 0 })
  expect((await latestAlerts(home.db, { limit: 1, offset: 0 }))[0]).toMatchObject({ sentAt: null, code: 'ALERT_UNREACHABLE', tries: 1 })
  expect(await sendAlerts(deps)).toMatchObject({ read: 0 })
  isAway = false
  now += 15_000
  expect(await sendAlerts(deps)).toMatchObject({ read: 1, wrote: 1 })
  expect(new Set(sent.map(message => message.messageId)).size).toBe(1)
  expect((await latestAlerts(home.db, { limit: 1, offset: 0 }))[0]).toMatchObject({ sentAt: now, code: null, tries: 2 })
})

test('a receiver that is slow keeps nobody else waiting, and hears what comes in order', async () => {
  await home.db.query('update reconcile.alert set sent_at = $1', [new Date(now)])
  const [ada] = await recipients(home.db)
  const slow = { ...(ada ?? expect.unreachable()), name: 'slow', kind: 'webhook' as const, address: 'https://slow.example/' }
  await home.db.transaction(tx => setRecipient(tx, slow, now))
  const [to, other] = (await recipients(home.db)).toReversed()
  const put = async (recipientId: number, subject: string) => {
    const message = { messageId: ids.uuid(), madeAt: now, subject, body: subject, detail: {} }
    await home.db.transaction(tx => queueAlert(tx, { recipientId, kind: 'test', message, lines: [] }))
  }
  for (const subject of ['one', 'two', 'three']) await put(to?.recipientId ?? 0, subject)
  await put(other?.recipientId ?? 0, 'for ada')
  const answered = Promise.withResolvers<void>()
  const heard: string[] = []
  const port = {
    async send(at: Address, { subject }: Message) {
      if (at.kind === 'webhook' && subject === 'one') await answered.promise
      heard.push(subject)
    },
  }
  const sending = sendAlerts({ db: home.db, clock, port })
  await expect.poll(() => heard).toEqual(['for ada'])
  answered.resolve()
  expect(await sending).toMatchObject({ read: 4, wrote: 4 })
  expect(heard).toEqual(['for ada', 'one', 'two', 'three'])
})

test('a receiver that took its time leaves the rest to whoever comes next, before anybody else may', async () => {
  const [to] = (await recipients(home.db)).toReversed()
  for (const subject of ['four', 'five']) {
    const message = { messageId: ids.uuid(), madeAt: now, subject, body: subject, detail: {} }
    await home.db.transaction(tx => queueAlert(tx, { recipientId: to?.recipientId ?? 0, kind: 'test', message, lines: [] }))
  }
  const heard: string[] = []
  const port = {
    async send(_at: Address, { subject }: Message) {
      heard.push(subject)
      now += 70_000
    },
  }
  expect(await sendAlerts({ db: home.db, clock, port })).toMatchObject({ wrote: 1 })
  expect(await sendAlerts({ db: home.db, clock, port })).toMatchObject({ read: 0 })
  now += 60_000
  expect(await sendAlerts({ db: home.db, clock, port })).toMatchObject({ wrote: 1 })
  expect(heard).toEqual(['four', 'five'])
})

test('whoever is to be told and hears nothing is a finding of its own, until something arrives', async () => {
  const subjects = async () => (await unheardFindings(home.db, now)).map(finding => [finding.code, finding.subject])
  const [to] = (await recipients(home.db)).toReversed()
  const message = { messageId: ids.uuid(), madeAt: now, subject: 'lost', body: 'lost', detail: {} }
  await home.db.transaction(tx => queueAlert(tx, { recipientId: to?.recipientId ?? 0, kind: 'test', message, lines: [] }))
  let isAway = true
  const port = {
    async send() {
      if (isAway) throw new TrueupError('ALERT_REFUSED', 'The receiver answered with status 410.', { retry: 'backoff', hint: 'Look.' })
    },
  }
  now += 1_000
  await sendAlerts({ db: home.db, clock, port })
  expect(await subjects()).toEqual([])
  now += 10 * 60_000
  expect(await subjects()).toEqual([['ALERT_NOT_ARRIVING', 'slow']])
  expect((await unheardFindings(home.db, now))[0]?.evidence).toBe('1 message has not reached slow: The receiver answered with status 410.')
  isAway = false
  await sendAlerts({ db: home.db, clock, port })
  expect(await subjects()).toEqual([])
  await home.db.query(`delete from reconcile.alert_recipient where name = 'slow'`)
})

test('the daily mail comes once, in its hour', async () => {
  await home.db.query('update reconcile.alert_recipient set daily_hour = 7')
  const dailies = async () => (await queued()).filter(subject => subject.startsWith('Trueup today')).length
  now = Date.UTC(2026, 10, 24, 6, 59)
  await look()
  expect(await dailies()).toBe(0)
  now = Date.UTC(2026, 10, 24, 7, 1)
  await look()
  await look()
  expect(await dailies()).toBe(1)
  now = Date.UTC(2026, 10, 25, 7, 0, 30)
  await look()
  expect(await dailies()).toBe(2)
})

test('two processes that look at the same moment tell each finding once, and the day once', async () => {
  const told = async () => (await latestAlerts(home.db, { limit: 500, offset: 0 })).map(alert => alert.subject)
  for (let at = 1, didHappen = true; didHappen; at++) {
    now += 24 * 3_600_000
    facts = nothing
    await look()
    const dailies = (await told()).filter(subject => subject.startsWith('Trueup today')).length
    facts = { ...nothing, drift: [{ shop: `shop-${at}`, levels: 2, units: 9, since: now }] }
    await home.db.query('update reconcile.alert_recipient set daily_hour = null')
    await look()
    now += SETTLES_MS
    await home.db.query('update reconcile.alert_recipient set daily_hour = $1', [new Date(now).getUTCHours()])
    await home.db.query(`update reconcile.alert set made_at = made_at - interval '1 day' where kind = 'daily'`)
    const looking = amid(home.db, at, () => look())
    await look(looking.db)
    didHappen = await looking.settled()
    const since = (await told()).filter(subject => subject.includes(`shop-${at}`) && !subject.includes('over:'))
    expect(since, `at statement ${at}`).toHaveLength(1)
    expect((await told()).filter(subject => subject.startsWith('Trueup today')).length, `at statement ${at}`).toBe(dailies + 1)
  }
})

test('every question of the facts is understood by the database', async () => {
  expect(await shopFacts(home.db)).toEqual([])
  for (const ask of [linkFacts, blockedFacts, driftFacts, sourceFacts]) expect(await ask(home.db)).toEqual([])
  expect(await fileFacts(home.db, now)).toEqual([])
  expect(await orderFindings(home.db, 0)).toEqual([])
  expect(await webhookFindings(home.db)).toEqual([])
  expect(await machineFacts(home.db)).toMatchObject({ ledgerDiffers: 0 })
})

test('a recipient that breaks keeps nobody else from hearing, and is said when all have heard', async () => {
  const [ada] = await recipients(home.db)
  const aaron = { ...(ada ?? expect.unreachable()), name: 'aaron', timeZone: 'Mars/Olympus', quietFrom: 3, quietTo: 4 }
  await home.db.transaction(tx => setRecipient(tx, aaron, now))
  facts = { ...nothing, drift: [{ shop: 'other', levels: 2, units: 9, since: now }] }
  await look()
  now += SETTLES_MS
  expect(await look()).toMatchObject({ wrote: 2 })
  const told = (await latestAlerts(home.db, { limit: 2, offset: 0 })).map(alert => alert.recipient)
  expect(told.toSorted()).toEqual(['aaron', 'ada'])
  now += REMIND_MS
  const first = (await recipients(home.db)).find(one => one.name === 'aaron')?.recipientId
  const query: typeof home.db.query = (text, values, options) =>
    text.includes('from reconcile.told') && values?.[0] === first ? Promise.reject(new Error('lost')) : home.db.query(text, values, options)
  await expect(look({ ...home.db, query })).rejects.toThrow('lost')
  expect((await latestAlerts(home.db, { limit: 1, offset: 0 }))[0]).toMatchObject({ recipient: 'ada', madeAt: now })
  await home.db.query(`delete from reconcile.alert_recipient where name = 'aaron'`)
})
