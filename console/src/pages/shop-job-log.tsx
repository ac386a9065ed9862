import { UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useCallback, useState } from 'react'
import { Link } from 'react-router'
import { referenceOf } from '../../../src/channel/admin-url.ts'
import { type Exchange, type ShopDetail, useExchangeRows, useJobLog, useThrottle } from '../api/shops.ts'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'
import classes from './shop.module.css'
import { ThrottleChart } from './throttle-chart.tsx'

/** Every request to the shop: what it cost, how long it took, what was answered. */
export function JobLog({ shop }: { shop: ShopDetail }) {
  const view = useView()
  const log = useJobLog(shop.code, {
    ...{ search: view.get('search'), class: view.get('class'), effect: view.get('effect'), page: view.page },
  })
  const throttle = useThrottle(shop.code)
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <Panel title={texts.pointsLeftInTheShopsBucket} note={texts.lastSixHours}>
        <Shown of={throttle}>{({ points }) => <ThrottleChart points={points} />}</Shown>
      </Panel>
      <Panel
        title={texts.jobLog}
        note={log.data && texts.requestsKeptDays(totalOf(log.data), whole(log.data.daysKept), whole(log.data.rowsMax))}
        isFlush
      >
        <div className={cell.toolbar}>
          <Search label={texts.skuRequestIdKeyOrBulkOperation} value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label={texts.kind}
            value={view.get('effect')}
            options={[
              { value: 'write', label: texts.writes },
              { value: 'read', label: texts.reads },
            ]}
            onChange={effect => view.set({ effect })}
          />
          <Chips
            label={texts.classOfTrouble}
            value={view.get('class')}
            options={shop.troubles.map(trouble => ({ value: trouble.class, label: trouble.word, count: trouble.requests }))}
            onChange={of => view.set({ class: of })}
          />
          <Export {...log.asked} what={texts.jobLog} />
        </div>
        <Shown of={log}>
          {page => (
            <Paged
              of={page}
              empty={
                <Empty title={view.get('search') ? texts.nothingWasAskedAboutThis : texts.nothingWasAskedYet}>
                  {texts.eachRequestToShopifyStandsHereWith}
                </Empty>
              }
            >
              <Table
                label={texts.jobLog}
                head={
                  <tr>
                    <th>{texts.when}</th>
                    <th className={cell.wide}>{texts.whatWasAskedAndWhatCameBack}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.items}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.points}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.took}</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <Line key={row.exchangeId} shop={shop} row={row} />
                ))}
              </Table>
            </Paged>
          )}
        </Shown>
      </Panel>
    </>
  )
}

const OUTCOME: Record<Exchange['outcome'], { tone: Tone; word: string }> = {
  answered: { tone: 'ok', word: texts.answered },
  user_errors: { tone: 'stuck', word: texts.refusedInPart },
  throttled: { tone: 'waiting', word: texts.throttled },
  no_answer: { tone: 'stopped', word: texts.noAnswer },
  refused: { tone: 'stopped', word: texts.refused },
}

function Line({ shop, row }: { shop: ShopDetail; row: Exchange }) {
  const [isOpen, setOpen] = useState(false)
  const Arrow = isOpen ? IconChevronDown : IconChevronRight
  return (
    <>
      <tr>
        <td className={cell.nowrap}>
          <When at={row.at} />
        </td>
        <td>
          <UnstyledButton className={classes.opener ?? ''} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <Arrow size={16} aria-hidden /> {inWords(row.operation)}
          </UnstyledButton>{' '}
          <State {...OUTCOME[row.outcome]} isQuiet />
          {row.message && (
            <div className={cell.dim}>
              {withCounts(row.message)}{' '}
              {row.code?.startsWith('CHANNEL_') ? <Code code={row.code} /> : <span className="mono">{row.code}</span>}
            </div>
          )}
        </td>
        <td className={`num ${cell.right} ${cell.narrowHidden}`}>{row.items === 0 ? '' : whole(row.items)}</td>
        <td className={`num ${cell.right} ${cell.narrowHidden}`}>{row.costPoints === null ? '' : whole(row.costPoints)}</td>
        <td className={`num ${cell.right} ${cell.narrowHidden} ${cell.nowrap}`}>
          {whole(row.tookMs)} {texts.ms}
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <Inside shop={shop} row={row} />
          </td>
        </tr>
      )}
    </>
  )
}

function Inside({ shop, row }: { shop: ShopDetail; row: Exchange }) {
  const rows = useExchangeRows(shop.code, row.exchangeId, row.callId !== null)
  const facts: [string, string | null][] = [
    [texts.requestIdOfShopify, row.requestId],
    ['HTTP', row.httpStatus === null ? null : String(row.httpStatus)],
    [texts.idempotencyKey, row.idempotencyKey],
    [texts.bulkOperation, row.bulkOperationGid],
    [texts.ourReferenceInShopifysHistory, row.callId === null ? null : referenceOf(row.callId)],
  ]
  return (
    <div className={classes.inside}>
      <dl className={classes.ids}>
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <dt>{label}</dt>
                <dd className="mono">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {row.uploadId !== null && <Link to={`/uploads/${row.uploadId}`}>{texts.itsUpload}</Link>}{' '}
      {row.bulkOperationGid !== null && shop.links.uploads !== null && (
        <Outside href={shop.links.uploads}>{texts.theAppsPageInShopify}</Outside>
      )}
      {row.answer !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
        <section className={classes.answer} tabIndex={0} aria-label={texts.whatWasAnswered}>
          {row.answer}
        </section>
      )}
      {row.callId !== null && rows.data && (
        <ul className={classes.rows}>
          {rows.data.rows.map(level => (
            <li key={`${level.sku} ${level.location}`}>
              <Link to={`/stock/${encodeURIComponent(level.sku)}`}>{level.sku}</Link> {texts.at} {level.location}:{' '}
              <span className="num">
                {level.fromUnits === null ? '' : `${whole(level.fromUnits)} → `}
                {whole(level.units)}
              </span>{' '}
              {level.code && <Code code={level.code} />}{' '}
              {level.link !== null && <Outside href={level.link}>{texts.inventoryHistoryInShopify}</Outside>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const WORDS: Record<string, string> = {
  Installation: texts.askedWhatIsGranted,
  Locations: texts.readTheLocations,
  LevelsOfItems: texts.readLevels,
  SetQuantities: texts.setLevels,
  AdjustQuantities: texts.changedLevelsByDifferences,
  Activate: texts.stockedAnItemAtALocation,
  Orders: texts.readOrders,
  OrdersById: texts.readOrders,
  MoreFulfillmentOrders: texts.readOrders,
  MoreLines: texts.readOrders,
  MoreShippedLines: texts.readOrders,
  MoreRefundLines: texts.readOrders,
  RunBulkQuery: texts.startedABulkRead,
  PollBulk: texts.askedHowFarABulkReadIs,
  LookAtBulk: texts.askedHowFarAnUploadIs,
  StageUpload: texts.madeRoomForAnUpload,
  RunBulkMutation: texts.startedAnUpload,
  CancelBulk: texts.cancelledAnUpload,
  ListWebhooks: texts.lookedAtTheWebhooks,
  SubscribeWebhook: texts.subscribedToAWebhook,
  UnsubscribeWebhook: texts.endedAWebhook,
  VariantsFound: texts.readVariants,
  VariantsOfItems: texts.readVariants,
}

function inWords(operation: string | null): string {
  if (operation === null) return texts.askedSomething
  return WORDS[operation] ?? operation.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
