import { useCallback } from 'react'
import { Link } from 'react-router'
import { useUploads } from '../api/uploads.ts'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { ours } from './upload-words.ts'

/** Full loads that were handed to the shops as one. */
export function Uploads() {
  const view = useView()
  const uploads = useUploads({ state: view.get('state'), sku: view.get('sku'), page: view.page })
  const search = useCallback((text: string) => view.set({ sku: text }), [view.set])
  return (
    <>
      <PageHead
        title="Uploads"
        note={uploads.data && totalOf(uploads.data)}
        lead="Full loads that a shop was given as one bulk operation. Small changes go by direct calls and stand in the shop’s job log."
      />
      <Panel title="Uploads" isFlush>
        <div className={cell.toolbar}>
          <Search label="Held this SKU" value={view.get('sku') ?? ''} onChange={search} />
          <Chips
            label="State"
            value={view.get('state')}
            options={[
              { value: 'open', label: 'Under way' },
              { value: 'ended', label: 'Ended' },
            ]}
            onChange={state => view.set({ state })}
          />
        </div>
        <Shown of={uploads}>
          {page =>
            page.rows.length === 0 ? (
              <Empty title="No uploads">A load is handed over as one where that is sooner there than direct calls.</Empty>
            ) : (
              <>
                <Table
                  label="Uploads"
                  head={
                    <tr>
                      <th className={cell.wide}>Upload</th>
                      <th>Ours</th>
                      <th className={cell.narrowHidden}>Shopify says</th>
                      <th className={cell.right}>Levels</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>Calls done</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>Began</th>
                    </tr>
                  }
                >
                  {page.rows.map(row => (
                    <tr key={row.uploadId}>
                      <td>
                        <Link to={`/uploads/${row.uploadId}`} data-row>
                          Upload {row.uploadId}
                        </Link>{' '}
                        <span className={cell.dim}>{row.shop}</span>
                      </td>
                      <td className={cell.nowrap}>
                        <State {...ours(row)} isQuiet />
                      </td>
                      <td className={`mono ${cell.narrowHidden}`}>{row.shopStatus ?? 'not asked yet'}</td>
                      <td className={cell.right}>{whole(row.levels)}</td>
                      <td className={`${cell.right} ${cell.narrowHidden}`}>
                        {whole(row.callsDone)} of {whole(row.calls)}
                      </td>
                      <td className={`${cell.right} ${cell.narrowHidden}`}>
                        <When at={row.createdAt} />
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
