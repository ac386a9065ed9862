import { Button } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { address } from '../api/client.ts'
import { useDiff, useDiffCauses } from '../api/promise.ts'
import { Columns, useHidden } from '../parts/columns.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { differences as texts } from '../texts/differences.ts'
import { sentenceOf } from './control.tsx'

const COLUMNS = {
  ...{ erp: texts.erpSaid, onHand: texts.onHand, promised: texts.promised, shopify: texts.shopify, units: texts.units2, why: texts.why },
}

/** ERP beside Trueup beside Shopify: every level that is not equal, by cause, with the units at stake. */
export function Diff() {
  const view = useView()
  const causes = useDiffCauses()
  const wanted = { cause: view.get('cause'), search: view.get('search') }
  const diff = useDiff({ ...wanted, page: view.page })
  const hidden = useHidden('diff', COLUMNS)
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead
        title={texts.differences}
        note={diff.data && totalOf(diff.data)}
        lead={causes.data && texts.ofLevelsAreEqualTheOthersAnd(whole(causes.data.levelsEqual), whole(causes.data.levels))}
        actions={
          <Button component="a" variant="default" href={address('/diff/export', wanted)} download>
            {texts.export}
          </Button>
        }
      />
      <Panel title={texts.levelsThatAreNotEqual} isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.searchSku} value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label={texts.cause}
            value={view.get('cause')}
            options={(causes.data?.groups ?? []).map(group => ({
              value: group.cause,
              label: texts.units(group.said, whole(group.units)),
              count: group.levels,
            }))}
            onChange={cause => view.set({ cause })}
          />
          <Columns list="diff" columns={COLUMNS} />
        </div>
        <Shown of={diff}>
          {page => (
            <Paged of={page} empty={<Empty title={texts.noDifference}>{texts.everyLevelThatIsToldShowsWhat}</Empty>}>
              <Table
                label={texts.differences}
                hidden={hidden}
                head={
                  <tr>
                    <th className={cell.main}>{texts.skuAndLocation}</th>
                    <th className={`${cell.right} ${cell.mediumHidden}`}>{texts.erpSaid}</th>
                    <th className={`${cell.right} ${cell.mediumHidden}`}>{texts.onHand}</th>
                    <th className={cell.right}>{texts.promised}</th>
                    <th className={cell.right}>{texts.shopify}</th>
                    <th className={cell.right}>{texts.units2}</th>
                    <th className={cell.wide}>{texts.why}</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={`${row.shop} ${row.location} ${row.sku}`}>
                    <td className={cell.main}>
                      <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                        {row.sku}
                      </Link>
                      <div className={cell.dim}>
                        {row.shop} · {row.location}
                      </div>
                    </td>
                    <td className={`${cell.right} ${cell.mediumHidden}`}>{whole(row.erpUnits)}</td>
                    <td className={`${cell.right} ${cell.mediumHidden}`}>{whole(row.onHandUnits)}</td>
                    <td className={cell.right}>{whole(row.promisedUnits)}</td>
                    <td className={cell.right}>{whole(row.shopUnits)}</td>
                    <td className={cell.right}>{whole(row.units)}</td>
                    <td>
                      {row.control !== null && `${sentenceOf(row.control)}. `}
                      {row.cause !== 'paused' && withCounts(row.said)} {/^[A-Z]/.test(row.cause) && <Code code={row.cause} />}
                    </td>
                  </tr>
                ))}
              </Table>
            </Paged>
          )}
        </Shown>
      </Panel>
    </>
  )
}
