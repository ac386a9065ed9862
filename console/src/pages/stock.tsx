import { NativeSelect } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { useStock } from '../api/queries.ts'
import { cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'

/** Every SKU with what is there, what is held, and what is promised. */
export function Stock() {
  const view = useView()
  const stock = useStock({ search: view.get('search'), sort: view.get('sort'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead title="Stock" note={stock.data && totalOf(stock.data)} lead="Open a SKU to see why its number is what it is." />
      <Panel isFlush>
        <div className={cell.toolbar}>
          <Search label="Search SKU or name" value={view.get('search') ?? ''} onChange={search} />
          <NativeSelect
            aria-label="Order"
            value={view.get('sort') ?? 'sku'}
            onChange={event => view.set({ sort: event.currentTarget.value === 'sku' ? null : event.currentTarget.value })}
            data={[
              { value: 'sku', label: 'By SKU' },
              { value: 'name', label: 'By name' },
            ]}
          />
        </div>
        <Shown of={stock}>
          {page =>
            page.rows.length === 0 ? (
              <Empty title={view.get('search') ? 'No SKU fits' : 'The catalogue is empty'}>
                {view.get('search') ? 'Part of a SKU or of a name is enough.' : 'Import a file of products, and they stand here.'}
              </Empty>
            ) : (
              <>
                <Table
                  label="Stock"
                  head={
                    <tr>
                      <th className={cell.wide}>SKU and name</th>
                      <th className={cell.right}>On hand</th>
                      <th className={cell.right}>Reserved</th>
                      <th className={`${cell.right} ${cell.wrapped}`} title="At locations that stand for one facility">
                        Promised singly
                      </th>
                      <th
                        className={`${cell.right} ${cell.narrowHidden} ${cell.wrapped}`}
                        title="At locations that stand for a group of facilities"
                      >
                        Promised as a group
                      </th>
                      <th className={`${cell.right} ${cell.mediumHidden}`}>Facilities</th>
                      <th className={`${cell.right} ${cell.mediumHidden}`}>Locations</th>
                    </tr>
                  }
                >
                  {page.rows.map(row => (
                    <tr key={row.sku}>
                      <td className={cell.main}>
                        <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                          {row.sku}
                        </Link>
                        <div className={cell.dim}>{row.name}</div>
                      </td>
                      <td className={cell.right} title={row.onHandUnits === null ? 'Never counted' : undefined}>
                        {whole(row.onHandUnits)}
                      </td>
                      <td className={cell.right}>{whole(row.reservedUnits)}</td>
                      <td className={cell.right}>{whole(row.sellableByFacilityUnits)}</td>
                      <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(row.sellableByGroupUnits)}</td>
                      <td className={`${cell.right} ${cell.mediumHidden}`}>{whole(row.facilities)}</td>
                      <td className={`${cell.right} ${cell.mediumHidden}`}>{whole(row.targets)}</td>
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
