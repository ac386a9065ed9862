import { Link, useParams } from 'react-router'
import { useRuns } from '../api/jobs.ts'
import { type RoomOnStreet, useIntents, useOrders, useStreet } from '../api/queries.ts'
import { Back } from '../parts/back.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Table, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { titleOf } from '../parts/room-name.ts'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { rooms as texts } from '../texts/rooms.ts'
import { Lost } from './lost.tsx'
import classes from './room.module.css'
import { Comparisons, Differences } from './room-differences.tsx'
import { RunTable } from './run-table.tsx'

const ELSEWHERE: Record<string, { to: string; label: string }> = {
  feed: { to: '/files', label: texts.seeTheFiles },
  import: { to: '/files', label: texts.seeTheFiles },
  inventory: { to: '/stock', label: texts.seeTheStock },
  availability: { to: '/stock', label: texts.seeTheStock },
  outbox: { to: '/findings', label: texts.seeTheFindings },
  channel: { to: '/shops', label: texts.seeTheShops },
  reconcile: { to: '/proofs', label: texts.seeTheProofs },
  catalog: { to: '/findings', label: texts.seeTheFindings },
}

/** One room: how it does, why, what waits in it, and what it did lately. */
export function RoomPage() {
  const { room: name = '' } = useParams()
  const street = useStreet()
  return (
    <>
      <Back to="/">{texts.street}</Back>
      <Shown of={street}>
        {({ rooms }) => {
          const room = rooms.find(one => one.room === name)
          if (room === undefined) return <Lost />
          return (
            <>
              <Head room={room} />
              <div style={{ display: 'grid', gap: 16, marginTop: 16 }}>
                {name === 'orders' && <Orders />}
                {(name === 'outbox' || name === 'channel') && <Intents />}
                {name === 'reconcile' && <Differences />}
                {name === 'reconcile' && <Comparisons />}
                <Lately room={name} />
              </div>
            </>
          )
        }}
      </Shown>
    </>
  )
}

function Lately({ room }: { room: string }) {
  const runs = useRuns({ room, pageSize: 30 })
  return (
    <Panel title={texts.whatItDidLately} isFlush>
      <Shown of={runs}>
        {({ rows }) =>
          rows.length === 0 ? <Empty title={texts.noWorkYet}>{texts.stepsThatFoundSomethingToDoStand}</Empty> : <RunTable rows={rows} />
        }
      </Shown>
    </Panel>
  )
}

function Head({ room }: { room: RoomOnStreet }) {
  const place = ELSEWHERE[room.room]
  return (
    <>
      <PageHead title={titleOf(room.room)} lead={room.question} actions={place && <Link to={place.to}>{place.label}</Link>} />
      <Panel>
        <p style={{ marginTop: 0 }}>
          <State tone={room.state} word={room.word} /> {withCounts(room.reason)}
        </p>
        <Facts
          facts={[
            [texts.waiting, whole(room.backlog)],
            [texts.oldest, room.oldestAt === null ? texts.nothingWaits : <When key="oldest" at={room.oldestAt} style="age" />],
            [texts.stuck, whole(room.stuck)],
            [texts.lastStep, <When key="last" at={room.lastStep?.at ?? null} />],
            room.lastStep?.code ? [texts.failedWith, <Code key="code" code={room.lastStep.code} />] : null,
          ]}
        />
      </Panel>
    </>
  )
}

function Intents() {
  const view = useView()
  const intents = useIntents({ page: view.page }, true)
  return (
    <Panel
      title={texts.notConfirmedYet}
      note={intents.data && whole(intents.data.total)}
      actions={<Export {...intents.asked} what={texts.notConfirmedYet} />}
      isFlush
    >
      <Shown of={intents}>
        {page => (
          <Paged of={page} empty={<Empty title={texts.nothingToTell}>{texts.everyPromiseWasConfirmedByItsShop}</Empty>}>
            <Hints rows={page.rows} />
            <Table
              label={texts.promises}
              head={
                <tr>
                  <th>{texts.sku}</th>
                  <th className={cell.wide}>{texts.location}</th>
                  <th className={cell.right}>{texts.units}</th>
                  <th>{texts.state}</th>
                  <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.since}</th>
                </tr>
              }
            >
              {page.rows.map(row => (
                <tr key={`${row.shop} ${row.location} ${row.sku}`}>
                  <td className={cell.nowrap}>
                    <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                      {row.sku}
                    </Link>
                  </td>
                  <td>
                    {row.location} <span className={cell.dim}>{row.shop}</span>
                    {row.code && (
                      <div>
                        <Code code={row.code} />
                      </div>
                    )}
                  </td>
                  <td className={cell.right}>{whole(row.units)}</td>
                  <td>
                    <State
                      tone={row.state === 'blocked' ? 'stuck' : 'working'}
                      word={{ pending: texts.queued, sending: texts.sent, confirmed: texts.confirmed, blocked: texts.blocked }[row.state]}
                      isQuiet
                    />
                  </td>
                  <td className={`${cell.right} ${cell.narrowHidden}`}>
                    <When at={row.createdAt} style="age" />
                  </td>
                </tr>
              ))}
            </Table>
          </Paged>
        )}
      </Shown>
    </Panel>
  )
}

/** What helps, said once for all rows that it helps. */
function Hints({ rows }: { rows: readonly { code: string | null; hint: string | null }[] }) {
  const hints = new Map(rows.flatMap(row => (row.code === null || row.hint === null ? [] : [[row.code, row.hint] as const])))
  if (hints.size === 0) return null
  return (
    <ul className={classes.hints}>
      {[...hints].map(([code, hint]) => (
        <li key={code}>
          <Code code={code} /> {hint}
        </li>
      ))}
    </ul>
  )
}

function Orders() {
  const orders = useOrders(true)
  return (
    <Panel
      title={texts.whatWeKnowOfEachShopsOrders}
      actions={<Export {...orders.asked} what={texts.whatWeKnowOfEachShopsOrders} />}
      isFlush
    >
      <Shown of={orders}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title={texts.noShopIsConnectedYet}>{texts.itsOpenOrdersStandHereAndUp}</Empty>
          ) : (
            <Table
              label={texts.orders}
              head={
                <tr>
                  <th className={cell.wide}>{texts.shop}</th>
                  <th className={cell.right}>{texts.openOrders}</th>
                  <th className={cell.right}>{texts.unitsTheyHold}</th>
                  <th className={cell.right}>{texts.knownUntil}</th>
                </tr>
              }
            >
              {rows.map(row => (
                <tr key={row.shop}>
                  <td>
                    {row.shop} {withCounts(row.message)} {row.code && <Code code={row.code} />}
                  </td>
                  <td className={cell.right}>{whole(row.orders)}</td>
                  <td className={cell.right}>{whole(row.openUnits)}</td>
                  <td className={cell.right}>
                    <When at={row.knownUntil} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Panel>
  )
}
