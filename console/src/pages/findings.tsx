import { useCallback } from 'react'
import { Link } from 'react-router'
import { useFindings, useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { catalogue as texts } from '../texts/catalogue.ts'
import classes from './feeds.module.css'
import { UnknownNames } from './unknown-names.tsx'

const WORDS: Record<string, string> = {
  CATALOG_SKU_DUPLICATE: texts.theSkuIsThereMoreThanOnce,
  CATALOG_SKU_NEAR: texts.theSkuDiffersOnlyInCaseOr,
  CATALOG_ITEM_NO_SKU: texts.theItemHasNoSku,
  CATALOG_ITEM_NOT_IN_ERP: texts.theShopSellsItTheErpDoes,
  CATALOG_ITEM_UNTRACKED: texts.shopifyDoesNotTrackItsStock,
  CATALOG_ITEM_BUNDLE_PARENT: texts.aBundleItsStockFollowsFromIts,
  CATALOG_PRODUCT_NOT_IN_SHOP: texts.theErpHasItTheShopDoes,
  CATALOG_ITEM_LEFT_CHOICE: texts.noLongerChosen,
  CATALOG_ITEM_SOLD_AT_ZERO: texts.theShopSellsItOnWhenNothing,
}

/** What the link between our products and a shop's items could not say for sure. It never guesses. */
export function Findings() {
  const view = useView()
  const session = useSession()
  const findings = useFindings({ search: view.get('search'), code: view.get('code'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead title={texts.catalogueLink} note={findings.data && totalOf(findings.data)} lead={texts.skusAndItemsThatCouldNotBe} />
      <div className={classes.page}>
        <UnknownNames mayDecide={session.data?.role === 'operator' || session.data?.role === 'admin'} />
        <Panel isFlush>
          <div className={cell.toolbar}>
            <Search label={texts.searchSkuOrName} value={view.get('search') ?? ''} onChange={search} />
            <Chips
              label={texts.reason}
              value={view.get('code')}
              options={(findings.data?.byCode ?? []).map(one => ({
                value: one.code,
                label: WORDS[one.code] ?? one.code,
                count: one.findings,
              }))}
              onChange={code => view.set({ code })}
            />
            <Export {...findings.asked} what={texts.catalogueLink} />
          </div>
          <Shown of={findings}>
            {page => (
              <Paged of={page} empty={<Empty title={texts.nothingToReport}>{texts.everyItemOfEveryShopThatWas}</Empty>}>
                <Table
                  label={texts.findings}
                  head={
                    <tr>
                      <th>{texts.sku}</th>
                      <th className={cell.wide}>{texts.whatIsTheMatter}</th>
                      <th className={cell.narrowHidden}>{texts.shop}</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.seen}</th>
                    </tr>
                  }
                >
                  {page.rows.map(row => (
                    <tr key={`${row.code} ${row.sku} ${row.inventoryItemGid}`}>
                      <td className={`mono ${cell.nowrap}`}>
                        {row.product === null ? (
                          row.sku || texts.none
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
              </Paged>
            )}
          </Shown>
        </Panel>
      </div>
    </>
  )
}
