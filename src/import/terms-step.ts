import { AS_OF_RECEIVED, type AsOfSettings } from '../feed/as-of.ts'
import type { FileRoom } from '../feed/port.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { momentOf } from './edge-step.ts'
import type { BeliefSettings } from './hold.ts'
import { isStockLayout } from './layout.ts'
import { columnCalled, dueMoments, type RowMoment, rowMoments } from './row-moment.ts'
import type { FileToJudge } from './verdict-step.ts'

/** Of which moments the rows of a stock file speak and by what they are told apart, before any of them is read. */
export type Terms = {
  kind: 'terms'
  /** Of which the file speaks as a whole. */
  asOf: InstantMs
  /** Its rows name moments of their own. */
  moment: RowMoment
  hasRowAsOf: boolean
  orderLagMs: number
  /** What its rows say takes effect later, at the instant that they name. */
  isDue: boolean
  /** Where the sender's number of each row stands; null where the feed has none. */
  keyColumn: number | null
}

export async function termsOf(
  files: FileRoom,
  file: FileToJudge,
  header: readonly string[] | null,
): Promise<Terms | { kind: 'refused'; code: string; reason: string }> {
  const spokenOf = (file.settings.asOf as AsOfSettings | undefined) ?? AS_OF_RECEIVED
  const asOf = await momentOf(files, file, spokenOf)
  if (asOf.kind === 'unknown') return { kind: 'refused', code: asOf.code, reason: asOf.reason }
  const dueColumn = isStockLayout(file.plan.layout) ? file.plan.layout.dueColumn : undefined
  const moment =
    dueColumn === undefined ? rowMoments(spokenOf, { header, receivedAt: file.receivedAt }) : dueMoments(dueColumn, spokenOf, { header })
  if (typeof moment !== 'function') return { kind: 'refused', code: 'FILE_AS_OF_MISSING', reason: moment.reason }
  const keyColumn = keyColumnOf(file, header)
  if (keyColumn === 'missing')
    return {
      ...{ kind: 'refused', code: 'FILE_NO_LAYOUT' },
      reason: 'The file has no column of the number by which the feed tells its rows.',
    }
  return {
    kind: 'terms',
    asOf: asOf.at,
    moment,
    hasRowAsOf: dueColumn !== undefined || spokenOf.from === 'column',
    orderLagMs: (spokenOf.orderLagMinutes ?? 0) * 60_000,
    isDue: dueColumn !== undefined,
    keyColumn,
  }
}

function keyColumnOf(file: FileToJudge, header: readonly string[] | null): number | null | 'missing' {
  const name = (file.settings.belief as BeliefSettings | undefined)?.keyColumn
  if (name === undefined || file.plan.layout.kind !== 'delta') return null
  const at = columnCalled(name, header)
  return at < 0 ? 'missing' : at
}
