import { expect, test } from 'vitest'
import {
  type ArrivalSettings,
  type Companion,
  companionOf,
  isEvident,
  isTemporaryName,
  judgeEvidence,
  judgeLook,
  type Look,
  matchesPattern,
} from './arrival.ts'

const temporary = [
  'stock.csv.part',
  'stock.csv.a1b2c3d4.partial',
  'stock.csv.filepart',
  'Stock.CSV.TMP',
  '.stock.csv',
  '.in.stock.csv',
  '~stock.csv',
  'stock.csv~',
  'x.crdownload',
]
const final = [
  'stock.csv',
  'part.csv',
  'tmp',
  'stock.part.csv',
  'Mon Nov 23 2026 23:50:35 GMT-0500 (EST)-InventoryItemExport.csv',
  '在庫.csv',
  'stock',
]

test.each(temporary)('%s is still being written', name => expect(isTemporaryName(name)).toBe(true))
test.each(final)('%s is a finished name', name => expect(isTemporaryName(name)).toBe(false))

const still: Look = { bytes: 100, modifiedAt: 5_000, stillSince: 10_000 }
const looks: [string, Look | null, { bytes: number; modifiedAt: number; at: number }, 'whole' | number][] = [
  ['the first look never says whole', null, { bytes: 100, modifiedAt: 5_000, at: 10_000 }, 10_000],
  ['unchanged, but not for long enough', still, { bytes: 100, modifiedAt: 5_000, at: 14_999 }, 10_000],
  ['unchanged over the quiet time', still, { bytes: 100, modifiedAt: 5_000, at: 15_000 }, 'whole'],
  ['it grew: the quiet time begins again', still, { bytes: 101, modifiedAt: 5_000, at: 15_000 }, 15_000],
  ['it was written over in the same size', still, { bytes: 100, modifiedAt: 5_001, at: 15_000 }, 15_000],
  ['an old modification time alone proves nothing', null, { bytes: 100, modifiedAt: 0, at: 99_000 }, 99_000],
  ['an empty file that stays empty is whole', { ...still, bytes: 0 }, { bytes: 0, modifiedAt: 5_000, at: 15_000 }, 'whole'],
]

test.each(looks)('%s', (_title, before, now, expected) => {
  const verdict = judgeLook(before, now, { quietMs: 5_000 })
  expect(verdict.kind === 'whole' ? 'whole' : verdict.look.stillSince).toBe(expected)
})

const patterns: [string, string, boolean][] = [
  ['stock.csv', '*', true],
  ['stock.csv', '*.csv', true],
  ['STOCK.CSV', '*.csv', true],
  ['stock.txt', '*.csv', false],
  ['stock-2026.csv', 'stock-????.csv', true],
  ['stock-26.csv', 'stock-????.csv', false],
  ['a-b-c.csv', '*-*-*.csv', true],
  ['stock.csv.bak', '*.csv', false],
  ['', '*', true],
  ['', '?', false],
  ['stock(1).csv', 'stock(1).csv', true],
  ['在庫.csv', '?庫.*', true],
]

test.each(patterns)('the name %s and the pattern %s: %s', (name, pattern, fits) => {
  expect(matchesPattern(name, pattern)).toBe(fits)
})

test('a hostile pattern ends at once', () => {
  expect(matchesPattern('a'.repeat(255), `${'*a'.repeat(100)}b`)).toBe(false)
})

const evident: [ArrivalSettings, Parameters<typeof isEvident>[1], boolean][] = [
  [{}, 'close', true],
  [{ evidence: 'rename' }, 'close', false],
  [{ evidence: 'rename' }, 'rename', true],
  [{ evidence: 'marker' }, 'rename', false],
  [{ evidence: 'manifest' }, 'download', false],
  [{ evidence: 'manifest' }, 'request', true],
  [{ evidence: 'rename' }, 'person', true],
]
test.each(evident)('a feed with %j and a file that came by %s needs nothing more: %s', (settings, by, expected) => {
  expect(isEvident(settings, by)).toBe(expected)
})

const companions: [string, ArrivalSettings, string | null][] = [
  ['stock.csv.done', { evidence: 'marker' }, 'stock.csv'],
  ['stock.DONE', { evidence: 'marker' }, 'stock'],
  ['stock.csv.trigger', { evidence: 'marker' }, 'stock.csv'],
  ['stock.csv.go', { evidence: 'marker', suffix: '.go' }, 'stock.csv'],
  ['stock.csv.done', { evidence: 'marker', suffix: '.go' }, null],
  ['.done', { evidence: 'marker' }, null],
  ['stock.csv.sha256', { evidence: 'manifest' }, 'stock.csv'],
  ['stock.csv.done', {}, null],
]
test.each(companions)('%s under %j speaks of %s', (name, settings, base) => expect(companionOf(name, settings)).toBe(base))

const SHA = 'a'.repeat(64)
const MD5 = 'b'.repeat(32)
const closed = { name: 'stock.csv', bytes: 1_234, sha256: SHA, md5: MD5, openedAt: 1_000, receivedAt: 2_000 }
const beside = (name: string, text = '', seenAt = 3_000): Companion => ({ name, text, seenAt })
const marker = { evidence: 'marker' } as const
const manifest = { evidence: 'manifest' } as const
const MINUTES = 60_000

const evidence: [string, ArrivalSettings, Companion[], number, string][] = [
  ['a marker that came after it', marker, [beside('stock.csv.done')], 3_000, 'whole stock.csv.done'],
  ['a marker without the ending of the file', marker, [beside('stock.ok')], 3_000, 'whole stock.ok'],
  ['a marker of another file', marker, [beside('prices.csv.done')], 3_000, 'wait FILE_WAITS_FOR_EVIDENCE'],
  ['a marker that lay there before the file was begun', marker, [beside('stock.csv.done', '', 999)], 3_000, 'wait FILE_WAITS_FOR_EVIDENCE'],
  ['nothing yet', marker, [], 3_000, 'wait FILE_WAITS_FOR_EVIDENCE'],
  ['nothing after a quarter of an hour', marker, [], 2_000 + 15 * MINUTES, 'refused FILE_EVIDENCE_MISSING'],
  [
    'nothing yet, in a feed with more patience',
    { ...marker, patienceMinutes: 60 },
    [],
    2_000 + 15 * MINUTES,
    'wait FILE_WAITS_FOR_EVIDENCE',
  ],
  ['a rename that never came', { evidence: 'rename' }, [], 2_000 + 15 * MINUTES, 'refused FILE_EVIDENCE_MISSING'],
  ['what sha256sum prints', manifest, [beside('stock.csv.sha256', `${SHA}  stock.csv\n`)], 3_000, 'whole stock.csv.sha256'],
  ['a digest alone', manifest, [beside('stock.csv.md5', `${MD5.toUpperCase()}\r\n`)], 3_000, 'whole stock.csv.md5'],
  ['size and digest', manifest, [beside('all.manifest', `other.csv,1,${MD5}\nstock.csv,1234,${SHA}\n`)], 3_000, 'whole all.manifest'],
  ['JSON', manifest, [beside('a.manifest', `{"files":[{"name":"stock.csv","size":1234,"md5":"${MD5}"}]}`)], 3_000, 'whole a.manifest'],
  ['a size alone', manifest, [beside('stock.csv.manifest', '1234')], 3_000, 'whole stock.csv.manifest'],
  ['another size', manifest, [beside('stock.csv.manifest', '1235')], 3_000, 'refused FILE_MANIFEST_MISMATCH'],
  ['another digest', manifest, [beside('stock.csv.sha256', `${'c'.repeat(64)}  stock.csv`)], 3_000, 'refused FILE_MANIFEST_MISMATCH'],
  ['the manifest of yesterday', manifest, [beside('stock.csv.manifest', '1235', 999)], 3_000, 'wait FILE_WAITS_FOR_EVIDENCE'],
  ['a manifest that was sent first', manifest, [beside('stock.csv.manifest', '1234', 999)], 3_000, 'whole stock.csv.manifest'],
  ['a manifest of other files', manifest, [beside('all.manifest', `other.csv,1234,${SHA}`)], 3_000, 'wait FILE_WAITS_FOR_EVIDENCE'],
]
test.each(evidence)('evidence: %s', (_what, settings, found, now, expected) => {
  const judged = judgeEvidence(closed, found, settings, now)
  expect(`${judged.kind} ${judged.kind === 'whole' ? judged.companion : judged.code}`).toBe(expected)
})
