import { useCallback } from 'react'
import { Link } from 'react-router'
import { useFindings, useSession } from '../api/queries.ts'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import classes from './feeds.module.css'
import { UnknownNames } from './unknown-names.tsx'

const WORDS: Record<string, string> = {
  CATALOG_SKU_DUPLICATE: 'The SKU is there more than once',
  CATALOG_SKU_NEAR: 'The SKU differs only in case or white space',
  CATALOG_ITEM_NO_SKU: 'The item has no SKU',
  CATALOG_ITEM_NOT_IN_ERP: 'The shop sells it, the ERP does not know it',
  CATALOG_ITEM_UNTRACKED: 'Shopify does not track its stock',
  CATALOG_ITEM_BUNDLE_PARENT: 'A bundle: its stock follows from its parts',
  CATALOG_PRODUCT_NOT_IN_SHOP: 'The ERP has it, the shop does not sell it',
}

/** What the link between our products and a shop's items could not say for sure. It never guesses. */
export function Findings() {
  const view = useView()
  const session = useSession()
  const findings = useFindings({ search: view.get('search'), code: view.get('code'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead
        title="Catalogue link"
        note={findings.data && totalOf(findings.data)}
        lead="SKUs and items that could not be linked for sure. Nothing is guessed: what is not linked stays as it is."
      />
      <div className={classes.page}>
        <UnknownNames mayDecide={session.data?.role === 'operator' || session.data?.role === 'admin'} />
        <Panel isFlush>
          <div className={cell.toolbar}>
            <Search label="Search SKU or name" value={view.get('search') ?? ''} onChange={search} />
            <Chips
              label="Reason"
              value={view.get('code')}
              options={(findings.data?.byCode ?? []).map(one => ({
                value: one.code,
                label: WORDS[one.code] ?? one.code,
                count: one.findings,
              }))}
              onChange={code => view.set({ code })}
            />
          </div>
          <Shown of={findings}>
            {page =>
              page.rows.length === 0 ? (
                <Empty title="Nothing to report">Every item of every shop that was read is linked to its product.</Empty>
              ) : (
                <>
                  <Table
                    label="Findings"
                    head={
                      <tr>
                        <th>SKU</th>
                        <th className={cell.wide}>What is the matter</th>
                        <th className={cell.narrowHidden}>Shop</th>
                        <th className={`${cell.right} ${cell.narrowHidden}`}>Seen</th>
                      </tr>
                    }
                  >
                    {page.rows.map(row => (
                      <tr key={`${row.code} ${row.sku} ${row.inventoryItemGid}`}>
                        <td className={`mono ${cell.nowrap}`}>
                          {row.product === null ? (
                            row.sku || 'none'
                          ) : (
                            <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                              {row.sku}
                            </Link>
                          )}
                        </td>
                        <td>
                          {WORDS[row.code] ?? row.code} <Code code={row.code} />
                          <div className={cell.dim}>
                            {[row.product, row.inventoryItemGid?.replace('gid://shopify/', ''), row.detail].filter(Boolean).join(' · ')}
                          </div>
                        </td>
                        <td className={`${cell.nowrap} ${cell.narrowHidden}`}>{row.shop}</td>
                        <td className={`${cell.right} ${cell.narrowHidden}`}>
                          <When at={row.foundAt} />
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
      </div>
    </>
  )
}
