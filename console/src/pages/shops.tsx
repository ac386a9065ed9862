import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useSession, useShops } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { shops as texts } from '../texts/shops.ts'
import { accessWords, sentenceOf, toneOf } from './shop-words.ts'

/** The shops, how they do, and what we may do there. Each opens its own page. */
export function Shops() {
  const shops = useShops()
  const session = useSession()
  return (
    <>
      <PageHead
        title={texts.shopifyShop}
        note={shops.data && whole(shops.data.rows.length)}
        lead={texts.whereStockIsPromisedAndWhatWe}
        actions={
          <>
            <Export {...shops.asked} size="sm" what={texts.shopifyShop} />
            {session.data?.role === 'admin' && (
              <Button component={Link} to="/first-steps/shop" variant="default" leftSection={<IconPlus size={16} aria-hidden />}>
                {texts.connectAShop}
              </Button>
            )}
          </>
        }
      />
      <Panel isFlush>
        <Shown of={shops}>
          {({ rows }) =>
            rows.length === 0 ? (
              <Empty title={texts.noShopIsConnectedYet}>
                <Link to="/first-steps/shop">{texts.connectOne}</Link>
                {texts.orASimulatedOneFromTheCommand} <code>{texts.npxTrueupShopAddHelp}</code>
              </Empty>
            ) : (
              <Table
                label={texts.shops}
                head={
                  <tr>
                    <th className={cell.wide}>{texts.shop2}</th>
                    <th>{texts.accessScope}</th>
                    <th className={cell.right}>{texts.waiting}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.locationsMapped}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.itemsLinked}</th>
                  </tr>
                }
              >
                {rows.map(shop => (
                  <tr key={shop.code}>
                    <td>
                      <Link to={`/shops/${encodeURIComponent(shop.code)}`} data-row>
                        {shop.name}
                      </Link>{' '}
                      <State {...toneOf(shop)} isQuiet />
                      <div className={cell.dim}>
                        {sentenceOf(shop)} <CodeOf shop={shop} />
                      </div>
                    </td>
                    <td className={cell.nowrap}>{accessWords(shop)}</td>
                    <td className={`num ${cell.right}`}>{whole(shop.waiting)}</td>
                    <td className={`num ${cell.right} ${cell.narrowHidden}`}>
                      {whole(shop.locationsMapped)} {texts.ofWord2} {whole(shop.locations)}
                    </td>
                    <td className={`num ${cell.right} ${cell.narrowHidden}`}>{whole(shop.itemsLinked)}</td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Shown>
      </Panel>
    </>
  )
}

/** Why, with its page; the shop's own trouble goes before what holds us. */
export function CodeOf({ shop }: { shop: { health: { code: string | null; held: { code: string } | null } } }) {
  const code = shop.health.code ?? shop.health.held?.code
  return code === undefined || code === null ? null : <Code code={code} />
}
