import { UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useCallback, useState } from 'react'
import { Link } from 'react-router'
import { type Exchange, type ShopDetail, useExchangeRows, useJobLog, useThrottle } from '../api/shops.ts'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
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
      <Panel title="Points left in the shop’s bucket" note="last six hours">
        <Shown of={throttle}>{({ points }) => <ThrottleChart points={points} />}</Shown>
      </Panel>
      <Panel title="Job log" note={log.data && `${totalOf(log.data)} requests, kept ${log.data.daysKept} days`} isFlush>
        <div className={cell.toolbar}>
          <Search label="SKU, request id, key or bulk operation" value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label="Kind"
            value={view.get('effect')}
            options={[
              { value: 'write', label: 'Writes' },
              { value: 'read', label: 'Reads' },
            ]}
            onChange={effect => view.set({ effect })}
          />
          <Chips
            label="Class of trouble"
            value={view.get('class')}
            options={shop.troubles.map(trouble => ({ value: trouble.class, label: trouble.word, count: trouble.requests }))}
            onChange={of => view.set({ class: of })}
          />
        </div>
        <Shown of={log}>
          {page =>
            page.rows.length === 0 ? (
              <Empty title={view.get('search') ? 'Nothing was asked about this' : 'Nothing was asked yet'}>
                Each request to Shopify stands here, with Shopify’s own id for it.
              </Empty>
            ) : (
              <>
                <Table
                  label="Job log"
                  head={
                    <tr>
                      <th>When</th>
                      <th className={cell.wide}>What was asked, and what came back</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>Items</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>Points</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>Took</th>
                    </tr>
                  }
                >
                  {page.rows.map(row => (
                    <Line key={row.exchangeId} shop={shop} row={row} />
                  ))}
                </Table>
                <Pager of={page} onPage={to => view.set({ page: String(to) })} />
              </>
            )
          }
        </Shown>
      </Panel>
    </>
  )
}

const OUTCOME: Record<Exchange['outcome'], { tone: Tone; word: string }> = {
  answered: { tone: 'ok', word: 'Answered' },
  user_errors: { tone: 'stuck', word: 'Refused in part' },
  throttled: { tone: 'waiting', word: 'Throttled' },
  no_answer: { tone: 'stopped', word: 'No answer' },
  refused: { tone: 'stopped', word: 'Refused' },
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
              {row.message} {row.code?.startsWith('CHANNEL_') ? <Code code={row.code} /> : <span className="mono">{row.code}</span>}
            </div>
          )}
        </td>
        <td className={`num ${cell.right} ${cell.narrowHidden}`}>{row.items === 0 ? '' : whole(row.items)}</td>
        <td className={`num ${cell.right} ${cell.narrowHidden}`}>{row.costPoints === null ? '' : whole(row.costPoints)}</td>
        <td className={`num ${cell.right} ${cell.narrowHidden} ${cell.nowrap}`}>{whole(row.tookMs)} ms</td>
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
    ['Request id of Shopify', row.requestId],
    ['HTTP', row.httpStatus === null ? null : String(row.httpStatus)],
    ['Idempotency key', row.idempotencyKey],
    ['Bulk operation', row.bulkOperationGid],
    ['Our reference in Shopify’s history', row.callId === null ? null : `gid://trueup/Call/${row.callId}`],
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
      {row.bulkOperationGid !== null && shop.links.uploads !== null && (
        <Outside href={shop.links.uploads}>The app’s page in Shopify</Outside>
      )}
      {row.answer !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
        <section className={classes.answer} tabIndex={0} aria-label="What was answered">
          {row.answer}
        </section>
      )}
      {row.callId !== null && rows.data && (
        <ul className={classes.rows}>
          {rows.data.rows.map(level => (
            <li key={`${level.sku} ${level.location}`}>
              <Link to={`/stock/${encodeURIComponent(level.sku)}`}>{level.sku}</Link> at {level.location}:{' '}
              <span className="num">
                {level.fromUnits === null ? '' : `${whole(level.fromUnits)} → `}
                {whole(level.units)}
              </span>{' '}
              {level.code && <Code code={level.code} />}{' '}
              {level.link !== null && <Outside href={level.link}>Inventory history in Shopify</Outside>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const WORDS: Record<string, string> = {
  GrantedScopes: 'Asked what is granted',
  Locations: 'Read the locations',
  LevelsOfItems: 'Read levels',
  SetQuantities: 'Set levels',
  AdjustQuantities: 'Changed levels by differences',
  Activate: 'Stocked an item at a location',
  Orders: 'Read orders',
  OrdersById: 'Read orders',
  MoreFulfillmentOrders: 'Read orders',
  MoreLines: 'Read orders',
  RunBulkQuery: 'Started a bulk read',
  PollBulk: 'Asked how far a bulk read is',
  LookAtBulk: 'Asked how far an upload is',
  StageUpload: 'Made room for an upload',
  RunBulkMutation: 'Started an upload',
  CancelBulk: 'Cancelled an upload',
  ListWebhooks: 'Looked at the webhooks',
  SubscribeWebhook: 'Subscribed to a webhook',
  UnsubscribeWebhook: 'Ended a webhook',
  VariantsFound: 'Read variants',
  VariantsOfItems: 'Read variants',
}

function inWords(operation: string | null): string {
  if (operation === null) return 'Asked something'
  return WORDS[operation] ?? operation.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
