import { expect, test } from 'vitest'
import { type Cause, causeOf, type LevelToDiagnose, type Proof, type ProofRow, proofHead, proofLine } from './proof.ts'

const causes: [title: string, level: LevelToDiagnose, cause: Cause][] = [
  ['our newest number has not been sent', { verdict: 'waiting', intent: 'pending', isActive: true }, 'queued'],
  ['nobody has queued it yet', { verdict: 'waiting', intent: null, isActive: true }, 'queued'],
  ['it is sent and not answered', { verdict: 'waiting', intent: 'sending', isActive: true }, 'on_its_way'],
  ['the shop refused it', { verdict: 'waiting', intent: 'blocked', isActive: null }, 'refused'],
  ['it was written or ordered while it was read', { verdict: 'waiting', intent: 'confirmed', isActive: true }, 'moved'],
  ['the shop does not stock it there', { verdict: 'not_stocked', intent: 'confirmed', isActive: null }, 'not_stocked'],
  ['the level is switched off', { verdict: 'different', intent: 'confirmed', isActive: false }, 'inactive'],
  ['somebody else wrote it', { verdict: 'different', intent: 'confirmed', isActive: true }, 'another_writer'],
]
test.each(causes)('%s', (_title, level, cause) => expect(causeOf(level)).toBe(cause))

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0)
const proof: Proof = {
  runId: 12,
  shop: 'demo',
  kind: 'hard_sync',
  startedAt: NOW,
  finishedAt: NOW + 61_000,
  levelsCompared: 1_000,
  levelsEqual: 998,
  levelsDifferent: 1,
  levelsNotStocked: 1,
  levelsWaiting: 0,
  levelsForeign: 4,
  unitsOver: 3,
  unitsUnder: 7,
  oldestDifferentAt: NOW - 3_600_000,
  rowsKept: 2,
}
const row: ProofRow = {
  location: 'Main',
  locationGid: 'gid://shopify/Location/1',
  sku: 'A-1',
  inventoryItemGid: 'gid://shopify/InventoryItem/11',
  verdict: 'different',
  cause: 'another_writer',
  detail: null,
  expectedUnits: -2,
  shopUnits: 1,
  differentSince: NOW,
  readAt: NOW,
}

test('the head counts, and is no part of the table', () => {
  const lines = proofHead(proof).trimEnd().split('\n')
  expect(lines.slice(0, -1).every(line => line.startsWith('# '))).toBe(true)
  expect(lines).toContain('# levels_compared: 1000')
  expect(lines).toContain('# oldest_difference_at: 2026-11-24T09:00:00.000Z')
  expect(lines.at(-1)).toMatch(/^location,location_gid,sku,/)
  expect(proofHead({ ...proof, oldestDifferentAt: null })).toContain('# oldest_difference_at: none\n')
})

const lines: [title: string, row: Partial<ProofRow>, holds: string][] = [
  ['a plain level', {}, ',A-1,gid://shopify/InventoryItem/11,different,another_writer,,-2,1,'],
  ['unknown is not zero', { shopUnits: null }, ',-2,,'],
  ['a SKU with a comma and quotes', { sku: '3/4", black' }, ',"3/4"", black",'],
  ['a SKU that a spreadsheet would calculate', { sku: '=1+1' }, ",'=1+1,"],
  ['a name over two lines', { location: 'Main\nStreet' }, '"Main\nStreet",'],
]
test.each(lines)('%s', (_title, changed, holds) => expect(proofLine({ ...row, ...changed })).toContain(holds))
