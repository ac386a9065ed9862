import { expect, test } from 'vitest'
import { folderProblem } from './feed-folder.ts'

const good = ['stock', 'netsuite/inventoryitem/csv', 'Incoming', 'Bestände 2026', '在庫']
const bad = ['', '/stock', 'stock/', 'a//b', '..', 'a/../b', './a', 'a\\b', 'a\u0000b', 'stock ', 'stock/inbox', 'Archive', 'x'.repeat(101)]

test.each(good)('%s can be the folder of a feed', folder => expect(folderProblem(folder)).toBeNull())
test.each(bad)('%j cannot', folder => expect(folderProblem(folder)).not.toBeNull())
