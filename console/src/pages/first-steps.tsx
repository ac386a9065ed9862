import { Button } from '@mantine/core'
import { Link, useParams } from 'react-router'
import { useFiles, useShops } from '../api/queries.ts'
import { type ShopDetail, useShop } from '../api/shops.ts'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { StateIcon } from '../parts/state.tsx'
import { firstSteps as texts } from '../texts/first-steps.ts'
import classes from './first-steps.module.css'
import { FileStep } from './first-steps-file.tsx'
import { ShopStep } from './first-steps-shop.tsx'
import { SourceStep } from './first-steps-source.tsx'
import { GoingLive } from './going-live.tsx'
import { LocationMapping } from './location-mapping.tsx'

const STEPS = ['source', 'file', 'shop', 'locations', 'live'] as const
type Step = (typeof STEPS)[number]

/** From an empty house to stock that is equal. What is done is read off the house, so that every step can be left and taken up again. */
export function FirstSteps() {
  const { step: asked } = useParams()
  const progress = useProgress()
  const step = STEPS.find(one => one === asked) ?? progress.next
  const following = STEPS[STEPS.indexOf(step) + 1]
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      <div className={classes.page}>
        <nav aria-label={texts.stepsLabel}>
          <ol className={classes.steps}>
            {STEPS.map((one, at) => (
              <li key={one}>
                <Link to={`/first-steps/${one}`} aria-current={one === step ? 'step' : undefined}>
                  <StateIcon tone={progress.isDone[one] ? 'ok' : one === progress.next ? 'working' : 'unknown'} />
                  <span>
                    <span className={classes.number}>
                      {texts.stepOf(at + 1)} · {progress.isDone[one] ? texts.done : one === progress.next ? texts.now : texts.open}
                    </span>
                    {texts.steps[one]}
                  </span>
                </Link>
              </li>
            ))}
          </ol>
        </nav>
        <div className={classes.body}>
          <Body step={step} shop={progress.shop} />
          <div className={classes.foot}>
            {following ? (
              <Button component={Link} to={`/first-steps/${following}`} variant={progress.isDone[step] ? 'filled' : 'default'}>
                {texts.next(texts.steps[following])}
              </Button>
            ) : (
              <Button component={Link} to="/" variant={progress.isDone.live ? 'filled' : 'default'}>
                {texts.toStreet}
              </Button>
            )}
          </div>
        </div>
      </div>
    </>
  )
}

/** How far the house is, as it stands. The shop that is set up is the first one that is not live yet. */
function useProgress() {
  const applied = useFiles({ state: 'applied', pageSize: 1 })
  const shops = useShops()
  const rows = shops.data?.rows ?? []
  const shop = rows.find(one => one.accessScope !== 'read_and_write' && one.isEnabled) ?? rows[0]
  const isDone: Record<Step, boolean> = {
    // The built-in server is there without anybody's doing: a first file shows that it is reached.
    source: (applied.data?.total ?? 0) > 0,
    file: (applied.data?.total ?? 0) > 0,
    shop: shop !== undefined && shop.catalogReadAt !== null,
    locations: (shop?.locationsMapped ?? 0) > 0,
    live: shop !== undefined && shop.accessScope === 'read_and_write',
  }
  return { isDone, next: STEPS.find(one => !isDone[one]) ?? 'live', shop: shop?.code ?? null }
}

function Body({ step, shop }: { step: Step; shop: string | null }) {
  switch (step) {
    case 'source':
      return <SourceStep />
    case 'file':
      return <FileStep />
    case 'shop':
      return <ShopStep shop={shop} />
    case 'locations':
      return shop === null ? (
        <NoShop />
      ) : (
        <>
          <p className={classes.lead}>{texts.locationsLead}</p>
          <LocationMapping shop={shop} />
        </>
      )
    case 'live':
      return shop === null ? <NoShop /> : <LiveStep code={shop} />
  }
}

function LiveStep({ code }: { code: string }) {
  const shop = useShop(code)
  return <Shown of={shop}>{found => <Live shop={found} />}</Shown>
}

function Live({ shop }: { shop: ShopDetail }) {
  if (shop.accessScope === 'read_and_write' && !shop.isShadow)
    return (
      <Panel title={texts.liveDone}>
        <p className={classes.lead}>{texts.liveDoneText}</p>
      </Panel>
    )
  return (
    <>
      <p className={classes.lead}>{texts.liveLead}</p>
      <GoingLive shop={shop} />
    </>
  )
}

function NoShop() {
  return (
    <Panel>
      <Empty title={texts.noShop}>{texts.noShopText}</Empty>
    </Panel>
  )
}
