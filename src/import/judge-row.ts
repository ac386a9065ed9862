import { readFacilityRow, readProductRow } from './catalog-row.ts'
import type { RawRow } from './format-port.ts'
import type { IntakeSettings } from './intake-settings.ts'
import { isStockLayout, type LayoutPlan } from './layout.ts'
import { readLocationRow } from './location-row.ts'
import { readOrderRow } from './order-row.ts'
import { readRow } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { readSettingRow } from './setting-row.ts'
import type { Treated } from './tally.ts'

/** What a row says by itself, whatever the catalogue knows. */
export function judgeRow(
  plan: LayoutPlan,
  row: RawRow,
  { rows: rules }: IntakeSettings,
): { fault: RowRejected | null; treated: Treated | null } {
  const { layout } = plan
  const outcome = isStockLayout(layout)
    ? readRow(plan, row, rules)
    : layout.kind === 'orders'
      ? readOrderRow({ ...plan, layout }, row, {})
      : layout.kind === 'settings'
        ? readSettingRow({ ...plan, layout }, row, rules)
        : layout.kind === 'locations'
          ? readLocationRow(plan, row)
          : layout.kind === 'products'
            ? readProductRow(plan, row)
            : readFacilityRow(plan, row)
  if (outcome.kind === 'rejected') return { fault: outcome, treated: null }
  return { fault: null, treated: ('treated' in outcome && outcome.treated) || null }
}
