import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AS_OF_AHEAD_MS_MAX, type AsOfSettings, asOfFile, cellReader, type FileFaces, inZone, patternProblem, stampOf } from './as-of.ts'

const at = (iso: string) => Date.parse(iso)
const RECEIVED = at('2026-11-26T02:40:00Z')
const file = (over: Partial<FileFaces> = {}): FileFaces => ({
  ...{ name: 'stock.csv', receivedAt: RECEIVED, modifiedAt: at('2026-11-26T02:10:00Z'), headerLines: [], trailerLine: null },
  ...over,
})

const known: [string, AsOfSettings, Partial<FileFaces>, string][] = [
  ['nothing is declared: when it came in', { from: 'received' }, {}, '2026-11-26T02:40:00Z'],
  ['when the sender wrote it', { from: 'modified' }, {}, '2026-11-26T02:10:00Z'],
  [
    'the name, in the zone of the feed',
    { from: 'name', pattern: 'stock_{yyyyMMdd}_{HHmm}*.csv', zone: 'Europe/Berlin' },
    { name: 'stock_20261126_0200-final.csv' },
    '2026-11-26T01:00:00Z',
  ],
  ['a date alone is its midnight', { from: 'name', pattern: '*{yyyy-MM-dd}*' }, { name: 'a 2026-11-26.csv' }, '2026-11-26T00:00:00Z'],
  ['a month by name', { from: 'name', pattern: '{dd-MMM-yy}.csv' }, { name: '26-Nov-26.csv' }, '2026-11-26T00:00:00Z'],
  ['seconds since 1970', { from: 'name', pattern: '*_{epoch}.*' }, { name: 's_1795658400.csv' }, '2026-11-26T02:00:00Z'],
  [
    'a line above the header',
    { from: 'header', pattern: 'Stock as of {dd.MM.yyyy HH:mm}*', zone: 'America/New_York' },
    { headerLines: ['ACME', 'Stock as of 25.11.2026 21:00 EST'] },
    '2026-11-26T02:00:00Z',
  ],
  ['the last line', { from: 'trailer', pattern: 'END {yyyyMMddHHmmss}' }, { trailerLine: 'END 20261126020000' }, '2026-11-26T02:00:00Z'],
  [
    'a clock a minute ahead is not believed that minute',
    { from: 'name', pattern: '{yyyyMMddHHmm}' },
    { name: '202611260241' },
    '2026-11-26T02:40:00Z',
  ],
]

test.each(known)('%s', (_title, settings, over, expected) => {
  expect(asOfFile(settings, file(over))).toEqual({ kind: 'known', at: at(expected) })
})

const unknown: [string, AsOfSettings, Partial<FileFaces>, string][] = [
  ['a name without the moment', { from: 'name', pattern: '{yyyyMMdd}.csv' }, { name: 'stock.csv' }, 'FILE_AS_OF_MISSING'],
  ['the 30th of February', { from: 'name', pattern: '{yyyyMMdd}.csv' }, { name: '20260230.csv' }, 'FILE_AS_OF_MISSING'],
  ['no time came with it', { from: 'modified' }, { modifiedAt: null }, 'FILE_AS_OF_MISSING'],
  ['no line above the header', { from: 'header', pattern: '{yyyyMMdd}' }, {}, 'FILE_AS_OF_MISSING'],
  ['no last line', { from: 'trailer', pattern: '{yyyyMMdd}' }, {}, 'FILE_AS_OF_MISSING'],
  ['a count of tomorrow', { from: 'name', pattern: '{yyyyMMdd}' }, { name: '20261127' }, 'FILE_AS_OF_FUTURE'],
]

test.each(unknown)('%s is said, not guessed', (_title, settings, over, code) => {
  expect(asOfFile(settings, file(over))).toMatchObject({ kind: 'unknown', code })
})

test('more than a quarter of an hour ahead is a wrong zone', () => {
  const says = (ms: number) => asOfFile({ from: 'modified' }, file({ modifiedAt: RECEIVED + ms })).kind
  expect([says(AS_OF_AHEAD_MS_MAX), says(AS_OF_AHEAD_MS_MAX + 1)]).toEqual(['known', 'unknown'])
})

const cells: [string, string | undefined, string, string | null][] = [
  ['2026-11-26T02:00:00Z', undefined, 'Europe/Berlin', '2026-11-26T02:00:00Z'],
  ['2026-11-26 02:00', undefined, 'Europe/Berlin', '2026-11-26T01:00:00Z'],
  ['2026-11-26T02:00:00.5+02:00', undefined, 'UTC', '2026-11-26T00:00:00.500Z'],
  ['2026-11-26', undefined, 'UTC', '2026-11-26T00:00:00Z'],
  ['26.11.2026 02:00', 'dd.MM.yyyy HH:mm', 'UTC', '2026-11-26T02:00:00Z'],
  ['26.11.2026', undefined, 'UTC', null],
  ['2026-13-01', undefined, 'UTC', null],
  ['2026-11-26 24:10', undefined, 'UTC', null],
  ['', undefined, 'UTC', null],
]

test.each(cells)('a cell with %s, read as %s in %s', (cell, format, zone, expected) => {
  const read = cellReader({ zone, ...(format === undefined ? {} : { format }) })
  const twice = [read(cell), read(cell)]
  expect(twice).toEqual(expected === null ? [null, null] : [at(expected), at(expected)])
})

test.each([
  ['stock.csv', false],
  ['{HHmm}', false],
  ['{yyyyMMdd', false],
  ['*{yyyyMMdd}*{HHmm}*.csv', true],
  ['*****{yyyyMMdd}', false],
  ['{epoch}', true],
  ['{yyyyMMdd}{yyyy}', false],
])('the pattern %s may be declared: %s', (pattern, isGood) => expect(patternProblem(pattern) === null).toBe(isGood))

test('the hour that autumn repeats is taken at its first coming, the one that spring leaves out an hour later', () => {
  expect(inZone(at('2026-10-25T02:30:00Z'), 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'))
  expect(inZone(at('2026-03-29T02:30:00Z'), 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'))
})

test('the name or the declared time of a file is the stamp of its sender; what lies in the bytes needs none', () => {
  const named = { name: 's_20261126_0200.csv', receivedAt: RECEIVED, modifiedAt: at('2026-11-26T02:10:00Z') }
  const stamps = (['name', 'modified', 'received', 'column', 'header'] as const).map(from =>
    stampOf({ from, pattern: '*{yyyyMMdd_HHmm}.csv' }, named),
  )
  expect(stamps).toEqual(['2026-11-26T02:00:00.000Z', '2026-11-26T02:10:00.000Z', null, null, null])
})

test('what a clock on the wall showed is found again in every zone', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC')
  fc.assert(
    fc.property(zone, fc.integer({ min: at('2020-01-01'), max: at('2035-01-01') }), (name, ms) => {
      const instant = Math.floor(ms / 1_000) * 1_000
      const wall = new Date(instant).toLocaleString('sv-SE', { timeZone: name }).replace(' ', 'T')
      const found = inZone(at(`${wall}Z`), name)
      expect(new Date(found).toLocaleString('sv-SE', { timeZone: name }).replace(' ', 'T')).toBe(wall)
    }),
    { numRuns: 500 },
  )
})
