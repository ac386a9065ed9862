import type { InstantMs } from '../kernel/clock.ts'

/*
 * A proof of sync: what a shop showed when every level of it was compared with what it was told. It is a list of what was
 * not equal under a head of counts, as a file that anybody can keep; its digest is of that file, byte for byte.
 */
export type Proof = {
  runId: number
  shop: string
  kind: RunKind
  startedAt: InstantMs
  finishedAt: InstantMs
  levelsCompared: number
  levelsEqual: number
  levelsDifferent: number
  levelsNotStocked: number
  levelsWaiting: number
  levelsForeign: number
  unitsOver: number
  unitsUnder: number
  oldestDifferentAt: InstantMs | null
  rowsKept: number
}

export type RunKind = 'recent' | 'hard_sync' | 'sweep' | 'sync_now'

export type ProofRow = {
  location: string
  locationGid: string
  sku: string
  inventoryItemGid: string
  verdict: string
  cause: Cause
  detail: string | null
  expectedUnits: number
  shopUnits: number | null
  differentSince: InstantMs | null
  readAt: InstantMs
}

/** Rows that a proof keeps; of what lies beyond only the counts are known, and the proof says so. */
export const PROOF_ROWS_MAX = 100_000

/**
 * Why a level is not equal.
 *
 *   queued          our newest number has not been sent
 *   on_its_way      it was sent and is not answered
 *   refused         the shop refused it; `detail` has the code
 *   moved           it was written, ordered or promised anew while it was read: nothing can be said
 *   not_stocked     the shop does not stock the item there
 *   inactive        the level is switched off in the shop
 *   another_writer  the shop confirmed our number and shows another: somebody else wrote it, or it was sold unseen
 */
export type Cause = 'queued' | 'on_its_way' | 'refused' | 'moved' | 'not_stocked' | 'inactive' | 'another_writer'

export type LevelToDiagnose = {
  verdict: 'different' | 'waiting' | 'not_stocked'
  intent: 'pending' | 'sending' | 'confirmed' | 'blocked' | null
  /** Null: the shop has no such level. */
  isActive: boolean | null
}

/** `keepDifferences` in proof-store.ts says the same for a whole shop; this is its specification. */
export function causeOf({ verdict, intent, isActive }: LevelToDiagnose): Cause {
  if (verdict === 'not_stocked') return 'not_stocked'
  if (verdict === 'different') return isActive === false ? 'inactive' : 'another_writer'
  if (intent === 'blocked') return 'refused'
  if (intent === 'sending') return 'on_its_way'
  return intent === 'confirmed' ? 'moved' : 'queued'
}

/** The head of the file. Comments, so that whoever reads tables reads the table. */
export function proofHead(proof: Proof): string {
  const facts: [string, string | number][] = [
    ['proof', proof.runId],
    ['shop', proof.shop],
    ['kind', proof.kind],
    ['started_at', isoOf(proof.startedAt)],
    ['finished_at', isoOf(proof.finishedAt)],
    ['levels_compared', proof.levelsCompared],
    ['levels_equal', proof.levelsEqual],
    ['levels_different', proof.levelsDifferent],
    ['levels_not_stocked', proof.levelsNotStocked],
    ['levels_waiting', proof.levelsWaiting],
    ['levels_not_ours', proof.levelsForeign],
    ['units_over', proof.unitsOver],
    ['units_under', proof.unitsUnder],
    ['oldest_difference_at', proof.oldestDifferentAt === null ? 'none' : isoOf(proof.oldestDifferentAt)],
    ['rows_below', proof.rowsKept],
  ]
  return `${facts.map(([name, value]) => `# ${name}: ${oneLine(String(value))}\n`).join('')}${COLUMNS.join(',')}\n`
}

const COLUMNS = [
  'location',
  'location_gid',
  'sku',
  'inventory_item_gid',
  'verdict',
  'cause',
  'detail',
  'expected_units',
  'shop_units',
  'different_since',
  'read_at',
]

export function proofLine(row: ProofRow): string {
  const cells = [
    row.location,
    row.locationGid,
    row.sku,
    row.inventoryItemGid,
    row.verdict,
    row.cause,
    row.detail ?? '',
    String(row.expectedUnits),
    // Unknown is not zero.
    row.shopUnits === null ? '' : String(row.shopUnits),
    row.differentSince === null ? '' : isoOf(row.differentSince),
    isoOf(row.readAt),
  ]
  return `${cells.map(quoted).join(',')}\n`
}

function quoted(cell: string): string {
  // A spreadsheet takes a cell that begins like this for a formula; a SKU may.
  const harmless = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+$/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}

function isoOf(at: InstantMs): string {
  return new Date(at).toISOString()
}
