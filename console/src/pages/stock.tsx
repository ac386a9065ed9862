import { NativeSelect } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { useStock } from '../api/queries.ts'
import { Columns, useHidden } from '../parts/columns.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { stock as texts } from '../texts/stock.ts'

const COLUMNS = {
  ...{ onHand: texts.onHand, reserved: texts.reserved, singly: texts.promisedSingly, asAGroup: texts.promisedAsAGroup },
  ...{ facilities: texts.facilities, locations: texts.locations },
}

/** Every SKU with what is there, what is held, and what is promised. */
export function Stock() {
  const view = useView()
  const stock = useStock({ search: view.get('search'), sort: view.get('sort'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  const hidden = useHidden('stock', COLUMNS)
  return (
    <>
      <PageHead title={texts.stock} note={stock.data && totalOf(stock.data)} lead={texts.openASkuToSeeWhyIts} />
      <Panel isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.searchSkuOrName} value={view.get('search') ?? ''} onChange={search} />
          <NativeSelect
            aria-label={texts.order2}
            value={view.get('sort') ?? 'sku'}
            onChange={event => view.set({ sort: event.currentTarget.value === 'sku' ? null : event.currentTarget.value })}
            data={[
              { value: 'sku', label: texts.bySku },
              { value: 'name', label: texts.byName },
            ]}
          />
          <Export {...stock.asked} what={texts.stock} />
          <Columns list="stock" columns={COLUMNS} />
        </div>
        <Shown of={stock}>
          {page => (
            <Paged
              of={page}
              empty={
                <Empty title={view.get('search') ? texts.noSkuFits : texts.theCatalogueIsEmpty}>
                  {view.get('search') ? texts.partOfASkuOrOfA : texts.importAFileOfProductsAndThey}
                </Empty>
              }
            >
              <Table
                label={texts.stock}
                hidden={hidden}
                head={
                  <tr>
                    <th className={cell.wide}>{texts.skuAndName}</th>
                    <th className={cell.right}>{texts.onHand}</th>
                    <th className={cell.right}>{texts.reserved}</th>
                    <th className={`${cell.right} ${cell.wrapped}`} title={texts.atLocationsThatStandForOneFacility}>
                      {texts.promisedSingly}
                    </th>
                    <th className={`${cell.right} ${cell.narrowHidden} ${cell.wrapped}`} title={texts.atLocationsThatStandForAGroup}>
                      {texts.promisedAsAGroup}
                    </th>
                    <th className={`${cell.right} ${cell.mediumHidden}`}>{texts.facilities}</th>
                    <th className={`${cell.right} ${cell.mediumHidden}`}>{texts.locations}</th>
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
                    <td className={cell.right} title={row.onHandUnits === null ? texts.neverCounted2 : undefined}>
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
            </Paged>
          )}
        </Shown>
      </Panel>
    </>
  )
}
