import type { Command } from 'commander'
import type { diffPage, diffSummary } from '../http/contract/diff.ts'
import type { Wire } from '../http/contract/instant.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { numberOf, tableOf } from './table.ts'

type Summary = Wire<typeof diffSummary>
type Page = Wire<typeof diffPage>

const ROWS_SHOWN = 20

/** `trueup diff`: ERP beside Trueup beside Shopify, for all levels, by cause. */
export function diffCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'every level is equal', no: 'some are not, and each has its cause' }
  return withDataDir(
    newCommand(
      'diff',
      'Compares ERP, Trueup and Shopify for all levels, grouped by cause.',
      exits,
      'trueup diff --cause OUTBOX_NOT_LINKED',
    ),
  )
    .option('--cause <cause>', 'only levels that are not equal for this reason')
    .option('--shop <code>', 'only this shop')
    .action(async (options: CommonOptions & { cause?: string; shop?: string }) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const query = new URLSearchParams({ pageSize: String(ROWS_SHOWN) })
          if (options.cause !== undefined) query.set('cause', options.cause)
          if (options.shop !== undefined) query.set('shop', options.shop)
          return diffOf(await api.get<Summary>('/diff/causes'), await api.get<Page>(`/diff?${query.toString()}`))
        }),
      ),
    )
}

export function diffOf(summary: Summary, page: Page): Answer {
  const json = { ...summary, rows: page.rows, total: page.total }
  const equal = `${numberOf(summary.levelsEqual)} of ${numberOf(summary.levels)} levels are equal.`
  if (page.rows.length === 0)
    return { status: EXIT.yes, json, text: summary.groups.length === 0 ? equal : `${equal} None of the others is of this kind.` }
  const groups = summary.groups.map(one => [
    plain(one.said),
    numberOf(one.levels),
    numberOf(one.units),
    one.isMoving ? 'by itself' : one.cause,
  ])
  const rows = page.rows.map(row => [
    ...[plain(row.sku), plain(row.shop), plain(row.location), unitsOf(row.erpUnits), unitsOf(row.onHandUnits)],
    ...[numberOf(row.promisedUnits), unitsOf(row.shopUnits), plain(row.said)],
  ])
  const more =
    page.total > page.rows.length
      ? [`${numberOf(page.rows.length)} of ${numberOf(page.total)}${page.isTotalAtLeast ? '+' : ''}, largest first.`]
      : []
  const parts = [
    equal,
    tableOf(['Why not', '>Levels', '>Units', 'Goes on'], groups),
    tableOf(['SKU', 'Shop', 'Location', '>ERP', '>On hand', '>Promised', '>Shopify', 'Why'], rows),
    ...more,
  ]
  return { status: EXIT.no, json, text: parts.join('\n\n') }
}

/** Unknown is not zero. */
function unitsOf(units: number | null): string {
  return units === null ? 'unknown' : numberOf(units)
}
