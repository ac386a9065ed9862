import { useCallback } from 'react'
import { Link } from 'react-router'
import { useUploads } from '../api/uploads.ts'
import { Columns, useHidden } from '../parts/columns.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { uploads as texts } from '../texts/uploads.ts'
import { ours } from './upload-words.ts'

const COLUMNS = {
  ...{ ours: texts.ours, theirs: texts.shopifySays, levels: texts.levels, calls: texts.callsDone, began: texts.began },
}

/** Full loads that were handed to the shops as one. */
export function Uploads() {
  const view = useView()
  const uploads = useUploads({ state: view.get('state'), sku: view.get('sku'), page: view.page })
  const hidden = useHidden('uploads', COLUMNS)
  const search = useCallback((text: string) => view.set({ sku: text }), [view.set])
  return (
    <>
      <PageHead title={texts.uploads} note={uploads.data && totalOf(uploads.data)} lead={texts.fullLoadsThatAShopWasGiven} />
      <Panel title={texts.uploads} isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.heldThisSku} value={view.get('sku') ?? ''} onChange={search} />
          <Chips
            label={texts.state}
            value={view.get('state')}
            options={[
              { value: 'open', label: texts.underWay },
              { value: 'ended', label: texts.ended },
            ]}
            onChange={state => view.set({ state })}
          />
          <Export {...uploads.asked} what={texts.uploads} />
          <Columns list="uploads" columns={COLUMNS} />
        </div>
        <Shown of={uploads}>
          {page => (
            <Paged of={page} empty={<Empty title={texts.noUploads}>{texts.aLoadIsHandedOverAsOne}</Empty>}>
              <Table
                label={texts.uploads}
                hidden={hidden}
                head={
                  <tr>
                    <th className={cell.wide}>{texts.upload2}</th>
                    <th>{texts.ours}</th>
                    <th className={cell.narrowHidden}>{texts.shopifySays}</th>
                    <th className={cell.right}>{texts.levels}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.callsDone}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.began}</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={row.uploadId}>
                    <td>
                      <Link to={`/uploads/${row.uploadId}`} data-row>
                        {texts.upload2} {row.uploadId}
                      </Link>{' '}
                      <span className={cell.dim}>{row.shop}</span>
                    </td>
                    <td className={cell.nowrap}>
                      <State {...ours(row)} isQuiet />
                    </td>
                    <td className={`mono ${cell.narrowHidden}`}>{row.shopStatus ?? texts.notAskedYet}</td>
                    <td className={cell.right}>{whole(row.levels)}</td>
                    <td className={`${cell.right} ${cell.narrowHidden}`}>
                      {whole(row.callsDone)} {texts.ofWord2} {whole(row.calls)}
                    </td>
                    <td className={`${cell.right} ${cell.narrowHidden}`}>
                      <When at={row.createdAt} />
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
