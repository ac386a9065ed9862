import { expect, test } from 'vitest'
import { type Earlier, identify, type Newcomer } from './file-identity.ts'
import type { FileState } from './file-state.ts'

const file: Newcomer = { name: 'stock.csv', bytes: 10, senderStamp: null }
const before = (state: FileState, more: Partial<Earlier> = {}): Earlier => ({
  fileId: 7,
  name: 'monday.csv',
  state,
  senderStamp: null,
  changedAt: Date.UTC(2026, 10, 23, 23, 50, 35),
  ...more,
})

const snapshot = { namePattern: '*', fileKind: 'snapshot' } as const
const delta = { namePattern: '*', fileKind: 'delta' } as const

const table: [string, Newcomer, Earlier[], typeof snapshot | typeof delta, string][] = [
  ['bytes that were never seen are new', file, [], snapshot, 'new'],
  ['the same bytes as an applied file are a replay', file, [before('applied')], snapshot, 'duplicate of 7'],
  ['… under any name', { ...file, name: 'other.csv' }, [before('applied')], snapshot, 'duplicate of 7'],
  [
    '… and under the name that failed/ gave it',
    { ...file, name: '20261123T235035Z_7_stock.csv' },
    [before('applied')],
    snapshot,
    'duplicate of 7',
  ],
  ['a file that failed before is no replay', file, [before('failed')], snapshot, 'new'],
  ['nor one that was interrupted', file, [before('interrupted')], snapshot, 'new'],
  ['nor one that was stale', file, [before('stale')], snapshot, 'new'],
  [
    'a replay of a replay points at the one that was applied',
    file,
    [before('applied', { fileId: 3 }), before('duplicate')],
    snapshot,
    'duplicate of 3',
  ],
  ['while the same bytes are being imported, it waits', file, [before('received')], snapshot, 'wait for 7'],
  ['… or staged', file, [before('applied', { fileId: 3 }), before('staged')], snapshot, 'wait for 7'],
  ['a held snapshot does not stop its next try', file, [before('held')], snapshot, 'new'],
  [
    'same bytes, newer stamp: a new count that happens to agree',
    { ...file, senderStamp: '24' },
    [before('applied', { senderStamp: '23' })],
    snapshot,
    'new',
  ],
  [
    'same bytes, same stamp: a replay',
    { ...file, senderStamp: '23' },
    [before('applied', { senderStamp: '23' })],
    snapshot,
    'duplicate of 7',
  ],
  ['a delta seen before is held for a person', file, [before('applied')], delta, 'held because of 7'],
  ['… also when the first one is held itself', file, [before('held')], delta, 'held because of 7'],
  ['a delta that failed may come again', file, [before('failed')], delta, 'new'],
  ['a delta under way makes the second one wait', file, [before('received')], delta, 'wait for 7'],
  ['an empty file is a state of its own', { ...file, bytes: 0 }, [], snapshot, 'FILE_EMPTY'],
  ['an empty file is never a replay', { ...file, bytes: 0 }, [before('applied')], snapshot, 'FILE_EMPTY'],
]

test.each(table)('%s', (_title, newcomer, earlier, feed, expected) => {
  expect(said(newcomer, earlier, feed)).toBe(expected)
})

test('a name outside the feed’s pattern is refused, not left lying', () => {
  expect(said(file, [], { namePattern: 'prices*.csv', fileKind: 'snapshot' })).toBe('FEED_NAME_UNEXPECTED')
})

test('the name that failed/ gave a file still fits the pattern of its feed', () => {
  expect(said({ ...file, name: '20261123T235035Z_7_stock.csv' }, [], { namePattern: 'stock*.csv', fileKind: 'snapshot' })).toBe('new')
})

test('a file of corrections fits the pattern of what it corrects', () => {
  const feed = { namePattern: 'stock.csv', fileKind: 'snapshot' } as const
  const names = ['stock.csv.errors.csv', '20261123T235035Z_7_stock.csv.errors.xlsx', 'stock.csv.errors.txt']
  expect(names.map(name => said({ ...file, name }, [], feed))).toEqual(['new', 'new', 'FEED_NAME_UNEXPECTED'])
})

test('a replay says when it was applied, and as what', () => {
  expect(identify(file, [before('applied')], snapshot)).toMatchObject({
    reason: 'Already applied: the same bytes came as monday.csv (file 7), applied on 2026-11-23 23:50:35 UTC. Nothing was changed.',
  })
})

function said(newcomer: Newcomer, earlier: Earlier[], feed: { namePattern: string; fileKind: 'snapshot' | 'delta' }): string {
  const identity = identify(newcomer, earlier, feed)
  switch (identity.kind) {
    case 'new':
      return 'new'
    case 'wait':
      return `wait for ${identity.fileId}`
    case 'duplicate':
      return `duplicate of ${identity.of}`
    case 'held':
      return `held because of ${identity.of}`
    case 'failed':
    case 'empty':
      return identity.code
  }
}
