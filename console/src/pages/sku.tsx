import { Group } from '@mantine/core'
import { Link, useParams } from 'react-router'
import { type Explanation, type LevelOfTarget, type StockOfSku, useLevelsOf, useStockOf } from '../api/queries.ts'
import { Back } from '../parts/back.tsx'
import { cell, Table, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { stock as texts } from '../texts/stock.ts'
import { Chain } from './chain.tsx'
import { SwitchedOff, SwitchOff } from './control.tsx'
import { levelState } from './level.ts'
import classes from './sku.module.css'
import { Correct } from './sku-correction.tsx'
import { History } from './sku-history.tsx'
import { Movements } from './sku-ledger.tsx'
import { Matrix } from './sku-matrix.tsx'
import { SafetyStock } from './sku-safety.tsx'
import { ScheduledChanges } from './sku-scheduled.tsx'
import { SyncNow } from './sync-now.tsx'
import { Waterfall } from './waterfall.tsx'

/** One SKU: what is where, what each location may sell of it and why, and which movements made it so. */
export function SkuPage() {
  const { sku = '' } = useParams()
  const stock = useStockOf(sku)
  return (
    <>
      <Back to="/stock">{texts.stock}</Back>
      <Shown of={stock}>{found => <Found stock={found} />}</Shown>
    </>
  )
}

function Found({ stock }: { stock: StockOfSku }) {
  const counted = stock.facilities.filter(facility => facility.onHandUnits !== null)
  const sum = (of: (facility: StockOfSku['facilities'][number]) => number) =>
    stock.facilities.reduce((total, facility) => total + of(facility), 0)
  const promised = (kind: Explanation['target']['kind']) => {
    const targets = stock.targets.filter(target => target.target.kind === kind)
    return targets.length === 0 ? 'nowhere' : whole(targets.reduce((total, target) => total + target.sellableUnits, 0))
  }
  return (
    <>
      <PageHead title={stock.name} lead={<span className="mono">{stock.sku}</span>} />
      <div className={classes.page}>
        <Panel>
          <Facts
            facts={[
              [texts.onHand, counted.length === 0 ? texts.neverCounted : whole(sum(facility => facility.onHandUnits ?? 0))],
              [texts.reserved, whole(sum(facility => facility.reservedUnits))],
              [texts.promisedSingly, promised('facility')],
              [texts.promisedAsAGroup, promised('group')],
              [texts.facilities, whole(counted.length)],
              [texts.locations, whole(stock.targets.length)],
              [
                texts.alsoKnownAs,
                stock.identifiers
                  .filter(one => one.type !== 'SKU')
                  .map(one => `${one.type.replaceAll('_', '_\u200b')} ${one.value}`)
                  .join(', ') || texts.nothingElse,
              ],
            ]}
          />
        </Panel>
        <Promises stock={stock} />
        <History stock={stock} />
        <Matrix stock={stock} />
        <div className={classes.columns}>
          <Movements stock={stock} />
          <div className={classes.page}>
            <Facilities stock={stock} />
            <ScheduledChanges sku={stock.sku} />
          </div>
        </div>
      </div>
    </>
  )
}

function Promises({ stock }: { stock: StockOfSku }) {
  const view = useView()
  const levels = useLevelsOf(stock.sku)
  const levelOf = (target: Explanation) =>
    levels.data?.rows.find(level => level.shopId === target.target.shopId && level.locationId === target.target.locationId)
  const at = view.get('at')
  const chosen = stock.targets.find(target => keyOf(target) === at) ?? stock.targets[0]
  if (chosen === undefined) {
    return (
      <Panel title={texts.whatEachLocationMaySell}>
        <Empty title={texts.promisedNowhere}>
          {texts.eitherNoFacilityCountedItOrNo} <Link to="/findings">{texts.seeTheCatalogueLink}</Link>
        </Empty>
      </Panel>
    )
  }
  return (
    <div className={classes.promises}>
      <Panel title={texts.whatEachLocationMaySell} note={whole(stock.targets.length)} isFlush>
        <Table
          label={texts.locations}
          head={
            <tr>
              <th className={cell.wide}>{texts.location}</th>
              <th className={cell.right}>{texts.promised}</th>
              <th className={cell.right}>{texts.shopifyShows}</th>
              <th className={cell.narrowHidden}>{texts.state}</th>
            </tr>
          }
        >
          {stock.targets.map(target => {
            const level = levelOf(target)
            return (
              <tr
                key={keyOf(target)}
                className={target === chosen ? cell.current : undefined}
                aria-current={target === chosen || undefined}
              >
                <td>
                  <Link to={`?at=${keyOf(target)}`} replace preventScrollReset data-row>
                    {target.target.location}
                  </Link>
                  <div className={cell.narrowOnly}>{levels.data && <State {...levelState(level)} isQuiet />}</div>
                  <div className={cell.dim}>
                    {target.target.shop} ·{' '}
                    {target.target.kind === 'group' ? texts.facilitiesTogether(target.facilities.length) : texts.oneFacility}
                  </div>
                </td>
                <td className={cell.right}>{whole(target.sellableUnits)}</td>
                <td className={cell.right}>{whole(shownUnits(level))}</td>
                <td className={cell.narrowHidden}>{levels.data && <State {...levelState(level)} isQuiet />}</td>
              </tr>
            )
          })}
        </Table>
      </Panel>
      <Why target={chosen} level={levelOf(chosen)} sku={stock.sku} />
    </div>
  )
}

/** The newer of the two looks at the shop: the one before a write, and the one after. */
function shownUnits(level: LevelOfTarget | undefined): number | null {
  const shown = level?.shown ?? null
  const observed = level?.observed ?? null
  if (observed !== null && (shown === null || observed.readAt >= shown.readAt)) return observed.shopUnits
  return shown?.availableUnits ?? null
}

function Why({ target, level, sku }: { target: Explanation; level: LevelOfTarget | undefined; sku: string }) {
  const isBehind = target.sellableUnits !== target.storedUnits
  return (
    <Panel
      title={texts.whyAt(whole(target.sellableUnits), target.target.location)}
      note={target.target.shop}
      actions={
        <Group gap="xs">
          <SyncNow of={{ shop: target.target.shop, locationId: target.target.locationId, sku }} />
          <SwitchOff
            of={{ shop: target.target.shop, locationId: target.target.locationId, sku }}
            what={texts.at(sku, target.target.location, target.target.shop)}
          />
        </Group>
      }
    >
      <SwitchedOff controls={level?.controls ?? []} />
      <p className={classes.sentence}>{withCounts(target.sentence)}</p>
      {level?.link != null && (
        <p style={{ margin: '0 0 12px' }}>
          <Outside href={level.link}>{texts.inventoryHistoryInShopify}</Outside>
        </p>
      )}
      <Waterfall of={target} />
      {isBehind && (
        <p className={cell.dim}>
          {texts.theRoomsStillWorkWith} {whole(target.storedUnits)}
          {texts.theChangeIsOnItsWay}
        </p>
      )}
      <Chain sku={sku} at={target.target.location} shop={target.target.shop} />
    </Panel>
  )
}

function Facilities({ stock }: { stock: StockOfSku }) {
  return (
    <Panel title={texts.whatIsWhere} note={whole(stock.facilities.length)} actions={<Correct stock={stock} />} isFlush>
      {stock.facilities.length === 0 ? (
        <Empty title={texts.neverCounted2}>{texts.noFileHasSpokenOfThisSku}</Empty>
      ) : (
        <Table
          label={texts.facilities}
          head={
            <tr>
              <th className={cell.wide}>{texts.facility}</th>
              <th className={cell.right}>{texts.onHand}</th>
              <th className={cell.right}>{texts.reserved}</th>
              <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.safetyStock}</th>
              <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.counted}</th>
            </tr>
          }
        >
          {stock.facilities.map(facility => (
            <tr key={facility.code}>
              <td>
                {facility.facility} <span className={cell.dim}>{facility.code}</span>
              </td>
              <td className={cell.right}>{whole(facility.onHandUnits)}</td>
              <td className={cell.right}>{whole(facility.reservedUnits)}</td>
              <td className={`${cell.right} ${cell.narrowHidden}`}>
                <SafetyStock of={{ ...facility, sku: stock.sku }} />
              </td>
              <td className={`${cell.right} ${cell.narrowHidden}`}>
                <When at={facility.countedAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

const keyOf = (target: Explanation): string => `${target.target.shopId}-${target.target.locationId}`
