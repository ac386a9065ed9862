import * as catalog from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { UnknownSettings } from './unknown.ts'
import { leaveOut, unknownNames } from './unknown-store.ts'

const NAMES_PER_STATEMENT_MAX = 5_000

/**
 * Does with unknown products what the feed declares, as far as it is more than refusing them. `isKnownNow`: there are new ones in
 * the catalogue, so that the rows have to be resolved once more.
 */
export async function settleUnknown(
  tx: Tx,
  { fileId, settings, now }: { fileId: number; settings: UnknownSettings; now: InstantMs },
): Promise<{ leftOut: number; isKnownNow: boolean }> {
  const patterns = settings.leaveOut ?? []
  const leftOut = patterns.length > 0 ? await leaveOut(tx, fileId, patterns) : 0
  const created = settings.products === 'create' ? await createProducts(tx, fileId, now) : 0
  return { leftOut, isKnownNow: created > 0 }
}

async function createProducts(tx: Tx, fileId: number, now: InstantMs): Promise<number> {
  let created = 0
  let after = { type: '', value: '' }
  for (;;) {
    const names = await unknownNames(tx, fileId, { after, limit: NAMES_PER_STATEMENT_MAX })
    const rows = names.map(name => ({ name: name.value, identifiers: [name] }))
    if (rows.length > 0) await catalog.importProducts(tx, rows, now)
    created += rows.length
    const last = names.at(-1)
    if (!last || names.length < NAMES_PER_STATEMENT_MAX) return created
    after = last
  }
}
