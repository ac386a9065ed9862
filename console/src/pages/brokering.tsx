import { useCallback } from 'react'
import { Link } from 'react-router'
import { type QueuedItem, useQueue } from '../api/brokering.ts'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { brokering as texts } from '../texts/brokering.ts'

/** Who sends what a shop sold at a location of several facilities. */
export function Brokering() {
  const view = useView()
  const queue = useQueue({ state: view.get('state'), search: view.get('search'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  const isFiltered = view.get('state') !== null || view.get('search') !== null
  return (
    <>
      <PageHead title={texts.title} note={queue.data && totalOf(queue.data)} lead={texts.lead} />
      <Panel title={texts.table} isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.search} value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label={texts.stateLabel}
            value={view.get('state')}
            options={Object.entries(texts.states).map(([value, label]) => ({ value, label }))}
            onChange={state => view.set({ state })}
          />
          <Export {...queue.asked} what={texts.title} />
        </div>
        <Shown of={queue}>
          {page => (
            <Paged
              of={page}
              empty={
                isFiltered ? <Empty title={texts.noneFits}>{texts.noneFitsText}</Empty> : <Empty title={texts.none}>{texts.noneText}</Empty>
              }
            >
              <List rows={page.rows} />
            </Paged>
          )}
        </Shown>
      </Panel>
    </>
  )
}

/** The number by which people know an order of Shopify's. */
export const numberOf = (order: string): string => order.split('/').at(-1) ?? order

function List({ rows }: { rows: readonly QueuedItem[] }) {
  return (
    <Table
      label={texts.table}
      head={
        <tr>
          <th>{texts.order}</th>
          <th className={cell.wide}>{texts.product}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.open}</th>
          <th className={cell.right}>{texts.waits}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.placed}</th>
        </tr>
      }
    >
      {rows.map(row => (
        <tr key={`${row.shop} ${row.order} ${row.sku} ${row.location}`}>
          <td>
            <Link to={`/brokering/${encodeURIComponent(row.shop)}/${encodeURIComponent(numberOf(row.order))}`} data-row>
              {numberOf(row.order)}
            </Link>
            <div className={cell.dim}>{row.shop}</div>
          </td>
          <td className={cell.main}>
            {row.sku ?? texts.unlinked}
            <div className={cell.dim}>{row.location}</div>
          </td>
          <td className={`num ${cell.right} ${cell.narrowHidden}`}>{whole(row.openUnits)}</td>
          <td className={`num ${cell.right}`}>{whole(row.waitingUnits)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>
            <When at={row.placedAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
