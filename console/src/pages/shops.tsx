import { type Shop, useShops } from '../api/queries.ts'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

const HEALTH: Record<Shop['health']['state'], { tone: Tone; word: string }> = {
  unknown: { tone: 'unknown', word: 'Not asked yet' },
  reachable: { tone: 'ok', word: 'Answers' },
  unreachable: { tone: 'stopped', word: 'Does not answer' },
  refused: { tone: 'stopped', word: 'Refuses us' },
}

const ACCESS: Record<Shop['accessScope'], string> = { no_access: 'No access', read_only: 'Read only', read_and_write: 'Read and write' }

/** The shops, what we may do there, and how they do. */
export function Shops() {
  const shops = useShops()
  return (
    <>
      <PageHead
        title="Shopify Shop"
        note={shops.data && whole(shops.data.rows.length)}
        lead="Where stock is promised, and what we may do there."
      />
      <Shown of={shops}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Panel>
              <Empty title="No shop is connected yet">
                Connect one on the command line: <code>npx trueup shop add --help</code>
              </Empty>
            </Panel>
          ) : (
            <div style={{ display: 'grid', gap: 16 }}>
              {rows.map(shop => (
                <ShopCard key={shop.code} shop={shop} />
              ))}
            </div>
          )
        }
      </Shown>
    </>
  )
}

function ShopCard({ shop }: { shop: Shop }) {
  const { health } = shop
  return (
    <Panel title={shop.name} note={<span className="mono">{shop.code}</span>} actions={<State {...HEALTH[health.state]} />}>
      {health.message && (
        <p style={{ marginTop: 0 }}>
          {health.message} {health.code && <Code code={health.code} />}{' '}
          {health.retryAt && (
            <>
              Tried again <When at={health.retryAt} />.
            </>
          )}
        </p>
      )}
      <Facts
        facts={[
          ['Access scope', ACCESS[shop.accessScope]],
          ['Locations mapped', `${whole(shop.locationsMapped)} of ${whole(shop.locations)} active`],
          ['Items linked', whole(shop.itemsLinked)],
          ['Catalogue read', <When key="catalog" at={shop.catalogReadAt} />],
          ['Orders known until', <When key="orders" at={shop.ordersKnownUntil} />],
          ['API', `${shop.apiVersion}`],
        ]}
      />
      <p style={{ margin: '16px 0 0' }}>
        Granted by Shopify:{' '}
        {health.grantedScopes === null ? 'not asked yet' : <span className="mono">{health.grantedScopes.join(', ')}</span>}
      </p>
    </Panel>
  )
}
