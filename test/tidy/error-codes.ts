import { placeOf } from './place.ts'
import type { Source } from './source.ts'

/** The first words of codes: the rooms, the parts, and what rows, files and shops are refused for. */
const FIRST_WORDS =
  'CATALOG|FEED|FILE|SOURCE|IMPORT|ROW|ORDERS|INVENTORY|AVAILABILITY|OUTBOX|CHANNEL|RECONCILE|SHOP|LINK|DB|DATABASE|EMBEDDED|MIGRATION|SFTP|FOLDER|FORMAT|JOBS|JOB|WORKER|ALERT|ROOM|DISK|CLOCK|HEALTH|HTTP|GATE|CLI|CONFIG|DOCTOR|SIMULATOR|DEMO|SERVER|SECRET'
const CODE = new RegExp(`^(?:${FIRST_WORDS})_[A-Z0-9]+(?:_[A-Z0-9]+)*$`)
const THROWN = /\bnew\s+TrueupError\s*\(\s*"§(\d+)"/g

/** Words of the same shape that are names of the trade (HotWax's, the environment's, Shopify's), not codes of ours. */
export const NOT_CODES: ReadonlySet<string> = new Set([
  'CHANNEL_FAC_GROUP',
  'DATABASE_URL',
  'INVENTORY_LEVEL',
  'IMPORT_ORDERS',
  ...['JOB_IMP_INV', 'JOB_IMP_INV_QOH', 'JOB_RST_INV_SFTP', 'JOB_PRC_PND_DML', 'JOB_UL_PRCS', 'JOB_UL_INV'],
  ...['JOB_ADJ_INV', 'JOB_SCHEDULED_RSTK'],
  'SHOP_NO_ACCESS',
  'SHOP_READ_ACCESS',
  'SHOP_RW_ACCESS',
  'SHOP_READ_WRITE_ACCESS',
])

/** The codes that a file can give to an operator: what it throws, and every text of their shape. */
export function codesIn(file: string, source: Source): string[] {
  if (!file.startsWith('src/') || placeOf(file).isTest) return []
  const found = new Set<string>()
  for (const match of source.code.matchAll(THROWN)) found.add(source.texts[Number(match[1])]?.value ?? '')
  for (const { value } of source.texts) {
    // In SQL a code stands in quotes of its own.
    const words = [value, ...[...value.matchAll(/'([A-Z0-9_]+)'/g)].map(match => match[1] ?? '')]
    for (const word of words) if (CODE.test(word) && !NOT_CODES.has(word)) found.add(word)
  }
  return [...found].sort()
}
