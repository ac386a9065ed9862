import { expect, test } from 'vitest'
import { FEED_KINDS, feedFolderProblem, folderProblem, pathOfKind } from './feed-folder.ts'

const good = [
  'stock',
  'netsuite/inventoryitem/csv',
  'Incoming',
  'Bestände 2026',
  '在庫',
  'netsuite/inventoryitem/{csv,archive,failed,error}',
  'netsuite/inventoryitem/{csv,csv/archive,failed,required_fields_missing}',
  '{in,done,bad,rows}',
]
const bad = [
  '',
  '/stock',
  'stock/',
  'a//b',
  '..',
  'a/../b',
  './a',
  'a\\b',
  'a\u0000b',
  'stock ',
  'stock/inbox',
  'Archive',
  'x'.repeat(101),
  'a/{csv,archive}',
  'a/{csv,csv,failed,error}',
  'a/{csv,../archive,failed,error}',
  'a/{csv,,failed,error}',
  'a/{csv,archive,failed,error}/b',
]

test.each(good)('%s can be the folder of a feed', folder => expect(feedFolderProblem(folder)).toBeNull())
test.each(bad)('%j cannot', folder => expect(feedFolderProblem(folder)).not.toBeNull())
test('a home has no braces', () => expect(folderProblem('{a,b,c,d}')).not.toBeNull())

const paths: [string, string[]][] = [
  ['stock', ['stock/inbox', 'stock/archive', 'stock/failed', 'stock/error']],
  [
    'netsuite/inventoryitem/{csv,csv/archive,failed,required_fields_missing}',
    [
      'netsuite/inventoryitem/csv',
      'netsuite/inventoryitem/csv/archive',
      'netsuite/inventoryitem/failed',
      'netsuite/inventoryitem/required_fields_missing',
    ],
  ],
  ['{in,done,bad,rows}', ['in', 'done', 'bad', 'rows']],
]
test.each(paths)('%s has the folders %j', (folder, expected) => {
  expect(FEED_KINDS.map(kind => pathOfKind(folder, kind))).toEqual(expected)
})
