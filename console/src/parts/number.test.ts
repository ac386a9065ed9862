import { afterEach, expect, test } from 'vitest'
import { keepMine, sound } from './mine.ts'
import { bytes, decimal, many, signed, whole, withCounts } from './number.ts'

afterEach(() => keepMine({ locale: null }))

test('unknown is a dash and zero is a zero', () => {
  keepMine({ locale: 'en-GB' })
  expect([whole(null), whole(0), whole(412_310)]).toEqual(['–', '0', '412,310'])
})

test.each([
  ['en-GB', '412,310', '−1,200', '81.4 KB', '1,069 rows', '99.90'],
  ['de-DE', '412.310', '−1.200', '81,4 KB', '1.069 rows', '99,90'],
  ['fr-FR', '412\u202f310', '−1\u202f200', '81,4 KB', '1\u202f069 rows', '99,90'],
  ['hi-IN', '4,12,310', '−1,200', '81.4 KB', '1,069 rows', '99.90'],
  ['de-CH', "412'310", "−1'200", '81.4 KB', "1'069 rows", '99.90'],
  // The texts are in Latin script, and so are the digits in them.
  ['ar-EG', '412,310', '−1,200', '81.4 KB', '1,069 rows', '99.90'],
])('in %s', (locale, ...expected) => {
  keepMine({ locale })
  expect([whole(412_310), signed(-1_200), bytes(81_400), many(1_069, 'row', 'rows'), decimal(99.9, 2)]).toEqual(expected)
  expect([signed(12), signed(0), bytes(18), many(1, 'row', 'rows'), decimal(3, { max: 1 })]).toEqual([
    '+12',
    '±0',
    '18 bytes',
    '1 row',
    '3',
  ])
})

test.each([
  ['In sync: all 1,458 levels are equal, last read back 4 s ago.', 'In sync: all 1.458 levels are equal, last read back 4 s ago.'],
  ['1,085 to spare at 3 facilities − 1,000 threshold = 85', '1.085 to spare at 3 facilities − 1.000 threshold = 85'],
  ['1,412,310 of 1,412,318.', '1.412.310 of 1.412.318.'],
  ['−1,200 on hand (2,000 reserved), 1,000 to go', '−1.200 on hand (2.000 reserved), 1.000 to go'],
  [
    '12.5 % of the rows say 0 (1,250 of 10,000). The feed allows 1,000 %.',
    '12,5 % of the rows say 0 (1.250 of 10.000). The feed allows 1.000 %.',
  ],
  ['That would leave -1,200 on hand where there are 3.', 'That would leave -1.200 on hand where there are 3.'],
  // None of these is a count.
  ...[
    'AR-5381 and 1085-20 since 2026-11-26T10:00:00Z, 04:05, gid://shopify/Location/1000',
    'The file “stock 1,000.csv” says “1,000” of “A 1,000 B”.',
    'SKU A1,000 or 1,000-B or 1,000.5 or 1,000:20 or 1,0000 or x=1,000 or #1,000 or 10,000,5 or 12.5 kg or 1.2.3 %',
    'lines 12,345,6 and 1,23',
  ].map(text => [text, text]),
])('%s', (sentence, shown) => {
  keepMine({ locale: 'de-DE' })
  expect(withCounts(sentence)).toBe(shown)
  keepMine({ locale: 'en-GB' })
  expect(withCounts(sentence)).toBe(sentence)
})

test.each([
  [null, { locale: null, timeZone: null, columns: {} }],
  ['de', { locale: null, timeZone: null, columns: {} }],
  [
    { locale: 'xx-invalid-locale-name', timeZone: 'Mars/Base', columns: 3 },
    { locale: null, timeZone: null, columns: {} },
  ],
  [
    { locale: 'de-AT', timeZone: 'Europe/Vienna', columns: { stock: ['total', 4], files: 'all' } },
    { locale: 'de-AT', timeZone: 'Europe/Vienna', columns: { stock: ['total'] } },
  ],
])('whatever lies in the browser, %j can be used', (kept, used) => {
  expect(sound(kept)).toEqual(used)
})
