import { Button } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { address } from '../api/client.ts'
import { useDiff, useDiffCauses } from '../api/promise.ts'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'

/** ERP beside Trueup beside Shopify: every level that is not equal, by cause, with the units at stake. */
export function Diff() {
  const view = useView()
  const causes = useDiffCauses()
  const wanted = { cause: view.get('cause'), search: view.get('search') }
  const diff = useDiff({ ...wanted, page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead
        title="Differences"
        note={diff.data && totalOf(diff.data)}
        lead={
          causes.data &&
          `${whole(causes.data.levelsEqual)} of ${whole(causes.data.levels)} levels are equal. The others, and why they are not, largest first.`
        }
        actions={
          <Button component="a" variant="default" href={address('/diff/export', wanted)} download>
            Export
          </Button>
        }
      />
      <Panel title="Levels that are not equal" isFlush>
        <div className={cell.toolbar}>
          <Search label="Search SKU" value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label="Cause"
            value={view.get('cause')}
            options={(causes.data?.groups ?? []).map(group => ({
              value: group.cause,
              label: `${group.said}, ${whole(group.units)} units`,
              count: group.levels,
            }))}
            onChange={cause => view.set({ cause })}
          />
        </div>
        <Shown of={diff}>
          {page =>
            page.rows.length === 0 ? (
              <Empty title="No difference">Every level that is told shows what it should, or none is of this kind.</Empty>
            ) : (
              <>
                <Table
                  label="Differences"
                  head={
                    <tr>
                      <th>SKU and location</th>
                      <th className={`${cell.right} ${cell.mediumHidden}`}>ERP said</th>
                      <th className={`${cell.right} ${cell.mediumHidden}`}>On hand</th>
                      <th className={cell.right}>Promised</th>
                      <th className={cell.right}>Shopify</th>
                      <th className={cell.right}>Units</th>
                      <th className={`${cell.wide} ${cell.narrowHidden}`}>Why</th>
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
                      <td className={cell.narrowHidden}>
                        {row.said} {/^[A-Z]/.test(row.cause) && <Code code={row.cause} />}
                      </td>
                    </tr>
                  ))}
                </Table>
                <Pager of={page} onPage={to => view.set({ page: String(to) })} />
              </>
            )
          }
        </Shown>
      </Panel>
    </>
  )
}
