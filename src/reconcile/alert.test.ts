import { describe, expect, test } from 'vitest'
import {
  type AlertLine,
  addressShown,
  DAILY_LINES_MAX,
  dailyOf,
  isQuietHour,
  type KeptFinding,
  linesFor,
  messageOf,
  REMIND_MS,
  type Recipient,
  SETTLES_MS,
  type Told,
} from './alert.ts'

const NOW = Date.UTC(2026, 10, 23, 10)
const HOUR_MS = 3_600_000
const finding: KeptFinding = {
  ...{ findingId: 1, code: 'CHANNEL_UNREACHABLE', subject: 'corner', severity: 'stop', since: NOW - HOUR_MS, foundAt: NOW - HOUR_MS },
  ...{ evidence: 'Shopify has not answered for corner for 1 h.', unitsAtRisk: 312, shop: 'corner', endedAt: null },
  ...{ action: { label: 'See the shop', to: '/shops/corner' }, silencedUntil: null, silencedAboveUnits: null },
}
const ada: Recipient = {
  ...{ recipientId: 1, name: 'ada', severityLeast: 'risk', shops: null, feeds: null },
  ...{ quietFrom: null, quietTo: null, timeZone: 'UTC' },
}
const night = { quietFrom: 22, quietTo: 12, timeZone: 'UTC' }
const toldOn = (agoMs: number): Told[] => [{ findingId: 1, state: 'on', toldAt: NOW - agoMs }]
const words = (lines: readonly AlertLine[]) => lines.map(line => line.word)

describe('whoever is to be told', () => {
  test.each<[string, Partial<Recipient>, Partial<KeptFinding>, Told[], string[]]>([
    ['hears of what began', {}, {}, [], ['on']],
    ['not of what began a moment ago and may be over in a moment', {}, { foundAt: NOW - SETTLES_MS + 1 }, [], []],
    ['once', {}, {}, toldOn(HOUR_MS), []],
    ['and is reminded while it lasts', {}, {}, toldOn(REMIND_MS), ['still on']],
    ['and hears that it is over', {}, { endedAt: NOW }, toldOn(HOUR_MS), ['over']],
    ['but not of the end of what they never heard of', {}, { endedAt: NOW }, [], []],
    ['nor twice that it is over', {}, { endedAt: NOW }, [{ findingId: 1, state: 'over', toldAt: NOW }], []],
    ['not of what is less than they asked for', { severityLeast: 'stop' }, { severity: 'risk' }, [], []],
    ['not of another shop', { shops: ['other'] }, {}, [], []],
    ['of their shop', { shops: ['corner'] }, {}, [], ['on']],
    ['not of another feed', { feeds: ['other'] }, { feed: 'daily' }, [], []],
    ['at night of what stops everything', night, {}, [], ['on']],
    ['at night not of a risk', night, { severity: 'risk' }, [], []],
    ['not of what was silenced', {}, { silencedUntil: NOW + 1 }, [], []],
    ['again when the silence is over', {}, { silencedUntil: NOW }, [], ['on']],
    ['in spite of the silence when more is at risk than was said', {}, { silencedUntil: NOW + 1, silencedAboveUnits: 300 }, [], ['on']],
    ['not while it is less', {}, { silencedUntil: NOW + 1, silencedAboveUnits: 400 }, [], []],
  ])('%s', (_title, recipient, change, told, expected) => {
    expect(words(linesFor({ ...ada, ...recipient }, [{ ...finding, ...change }], told, NOW))).toEqual(expected)
  })
})

test.each([
  [22, 6, 'UTC', 23, true],
  [22, 6, 'UTC', 5, true],
  [22, 6, 'UTC', 6, false],
  [1, 5, 'UTC', 4, true],
  [22, 6, 'Asia/Tokyo', 14, true],
  [null, null, 'UTC', 3, false],
])('quiet from %s to %s in %s at %d o’clock UTC: %s', (quietFrom, quietTo, timeZone, hour, expected) =>
  expect(isQuietHour({ quietFrom, quietTo, timeZone }, Date.UTC(2026, 10, 23, hour))).toBe(expected),
)

test('one message says all of it, with what is at stake and what to press', () => {
  const lines: AlertLine[] = [
    { finding, word: 'on' },
    { finding: { ...finding, findingId: 2, subject: 'other', endedAt: NOW, unitsAtRisk: 0 }, word: 'over' },
  ]
  expect(messageOf(lines, { console: 'https://trueup.example' }, NOW)).toEqual({
    subject: 'Trueup: CHANNEL_UNREACHABLE corner and 1 more',
    body: [
      'CHANNEL_UNREACHABLE corner',
      'Shopify has not answered for corner for 1 h. 312 units at risk. For 1 h.',
      'Next: See the shop, https://trueup.example/shops/corner',
      '',
      'CHANNEL_UNREACHABLE other',
      'Shopify has not answered for corner for 1 h. Over after 1 h.',
    ].join('\n'),
  })
})

test('the daily mail has ten lines at the most, whatever needs somebody', () => {
  const findings = Array.from({ length: 40 }, (_, n) => ({ ...finding, findingId: n }))
  const day = {
    ...{ files: 3, filesFailed: 1, rowsAccepted: 24_118, rowsRejected: 12, levelsWritten: 310, levelsDifferent: 2, unitsAtRisk: 9 },
    ...{ silentFeeds: ['NetSuite daily'], findings, sentence: 'Not in sync.' },
  }
  const { subject, body } = dailyOf(day)
  expect(subject).toBe('Trueup today: Not in sync.')
  expect(body.split('\n')).toHaveLength(DAILY_LINES_MAX)
  expect(body).toContain('Silent: NetSuite daily.')
})

test.each<[says: string, kind: 'email' | 'webhook' | 'slack', address: string, shown: string]>([
  ['a mail address opens no door', 'email', 'stock@example.org', 'stock@example.org'],
  ['of Slack only the host', 'slack', 'https://hooks.slack.com/services/T0/B0/secret', 'https://hooks.slack.com/…'],
  [
    'of a webhook only the host and port',
    'webhook',
    'https://user:pw@in.example.org:8443/hook?key=secret',
    'https://in.example.org:8443/…',
  ],
  ['what is no address', 'webhook', 'secret', '…'],
])('an address as those read it who cannot change it: %s', (_, kind, address, shown) => {
  expect(addressShown({ kind, address })).toBe(shown)
})

const HOSTILE = 'sto\u001b[2Jck\r\nBcc: eve@example.org\u202e\u200fvsc.\u009b31m'

test('a file that is named to move the cursor, break a header or turn the text about is named with question marks in a message', () => {
  const odd = { ...finding, subject: HOSTILE, evidence: `${HOSTILE} is held.`, action: { label: HOSTILE, to: '/files/1' } }
  const told = messageOf([{ finding: odd, word: 'on' }], { console: null }, NOW)
  const shown = 'sto?[2Jck??Bcc: eve@example.org??vsc.?31m'
  expect(told.subject).toBe(`Trueup: CHANNEL_UNREACHABLE ${shown}`)
  expect(told.body.split('\n')).toHaveLength(3)
  const day = { files: 1, filesFailed: 0, rowsAccepted: 1, rowsRejected: 0, levelsWritten: 1, levelsDifferent: 0, unitsAtRisk: 0 }
  const daily = dailyOf({ ...day, silentFeeds: [HOSTILE], findings: [odd], sentence: `${HOSTILE} stands still.` })
  for (const text of [told.subject, told.body, daily.subject, daily.body]) {
    expect(text).not.toMatch(/[^\P{C}\n]/u)
    expect(text).toContain(shown)
  }
})

test('a time zone that there is no more is UTC', () => {
  expect(isQuietHour({ quietFrom: 22, quietTo: 6, timeZone: 'Mars/Olympus' }, Date.UTC(2026, 10, 23, 23))).toBe(true)
  expect(isQuietHour({ quietFrom: 22, quietTo: 6, timeZone: '' }, Date.UTC(2026, 10, 23, 7))).toBe(false)
})
