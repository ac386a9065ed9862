import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { Navigate, useParams } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type ShopDetail, useCheckShop, useShop } from '../api/shops.ts'
import { Back } from '../parts/back.tsx'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'
import { WhatIsWritten } from './shop-choice.tsx'
import { ShopConfig } from './shop-config.tsx'
import { Controls } from './shop-controls.tsx'
import { ChangedByOthers } from './shop-foreign.tsx'
import { JobLog } from './shop-job-log.tsx'
import { Leaving } from './shop-leaving.tsx'
import { Locations } from './shop-locations.tsx'
import { Shadow } from './shop-shadow.tsx'
import { Webhooks } from './shop-webhooks.tsx'
import { sentenceOf, toneOf } from './shop-words.ts'
import { CodeOf } from './shops.tsx'

/** One shop: how it is and whose turn it is, and behind the tabs what we may do there, its locations and its job log. */
export function ShopPage() {
  const { code = '', tab = 'config' } = useParams()
  const shop = useShop(code)
  return (
    <>
      <Back to="/shops">{texts.shopifyShop}</Back>
      <Shown of={shop}>{found => <Found shop={found} tab={tab} />}</Shown>
    </>
  )
}

function Found({ shop, tab }: { shop: ShopDetail; tab: string }) {
  const at = `/shops/${encodeURIComponent(shop.code)}`
  return (
    <>
      <PageHead
        title={shop.name}
        note={shop.name === shop.code ? undefined : <span className="mono">{shop.code}</span>}
        lead={
          <>
            <State {...toneOf(shop)} /> {shop.stopped === null ? sentenceOf(shop) : `${shop.stopped.reason} ${sentenceOf(shop)}`}{' '}
            <CodeOf shop={shop} />
          </>
        }
        actions={<Actions shop={shop} />}
      />
      <Tabs
        label={texts.shop(shop.name)}
        tabs={[
          { to: at, label: texts.shopifyConfig },
          { to: `${at}/locations`, label: texts.locations },
          { to: `${at}/job-log`, label: texts.jobLog },
          { to: `${at}/controls`, label: texts.controls },
          { to: `${at}/shadow`, label: texts.shadow },
          { to: `${at}/webhooks`, label: texts.webhooks },
        ]}
        beside={<Outside href={shop.links.status}>{texts.shopifysStatusPage}</Outside>}
      />
      <div style={{ display: 'grid', gap: 16 }}>
        {tab === 'config' && <Summary shop={shop} />}
        {tab === 'config' && <ShopConfig shop={shop} />}
        {tab === 'locations' && <Locations shop={shop} />}
        {tab === 'locations' && <ChangedByOthers shop={shop} />}
        {tab === 'job-log' && <JobLog shop={shop} />}
        {tab === 'controls' && <WhatIsWritten shop={shop} />}
        {tab === 'controls' && <Leaving shop={shop} />}
        {tab === 'controls' && <Controls shop={shop} />}
        {tab === 'shadow' && <Shadow shop={shop} />}
        {tab === 'webhooks' && <Webhooks shop={shop} />}
        {!['config', 'locations', 'job-log', 'controls', 'shadow', 'webhooks'].includes(tab) && <Navigate to={at} replace />}
      </div>
    </>
  )
}

function Summary({ shop }: { shop: ShopDetail }) {
  return (
    <Panel>
      <Facts
        facts={[
          [texts.changesWaiting, whole(shop.waiting)],
          [texts.locationsMapped, texts.ofOpen(whole(shop.locationsMapped), whole(shop.locations))],
          [texts.itemsLinked, whole(shop.itemsLinked)],
          [texts.catalogueRead, <When key="catalog" at={shop.catalogReadAt} />],
          [texts.ordersKnownUntil, <When key="orders" at={shop.ordersKnownUntil} />],
        ]}
      />
    </Panel>
  )
}

function Actions({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const check = useCheckShop(shop.code)
  return (
    <>
      {shop.links.admin !== null && <Outside href={shop.links.admin}>{texts.openInShopify}</Outside>}
      {session.data?.role !== 'viewer' && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={check.isPending}
          onClick={() => check.mutate(undefined)}
        >
          {texts.askShopifyAgain}
        </Button>
      )}
      <Trouble error={check.error} />
    </>
  )
}
