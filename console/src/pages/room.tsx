import { Link, useParams } from 'react-router'
import { useRuns } from '../api/jobs.ts'
import { type RoomOnStreet, useComparisons, useDifferences, useIntents, useOrders, useStreet } from '../api/queries.ts'
import { Back } from '../parts/back.tsx'
import { cell, Pager, Table, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { titleOf } from '../parts/room-name.ts'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { Lost } from './lost.tsx'
import { KIND } from './proof-words.ts'
import classes from './room.module.css'
import { RunTable } from './run-table.tsx'

const ELSEWHERE: Record<string, { to: string; label: string }> = {
  feed: { to: '/files', label: 'See the files' },
  import: { to: '/files', label: 'See the files' },
  inventory: { to: '/stock', label: 'See the stock' },
  availability: { to: '/stock', label: 'See the stock' },
  channel: { to: '/shops', label: 'See the shops' },
  reconcile: { to: '/proofs', label: 'See the proofs' },
  catalog: { to: '/findings', label: 'See the findings' },
}

/** One room: how it does, why, what waits in it, and what it did lately. */
export function RoomPage() {
  const { room: name = '' } = useParams()
  const street = useStreet()
  const runs = useRuns({ room: name, pageSize: 30 })
  return (
    <>
      <Back to="/">Street</Back>
      <Shown of={street}>
        {({ rooms }) => {
          const room = rooms.find(one => one.room === name)
          return room === undefined ? <Lost /> : <Head room={room} />
        }}
      </Shown>
      <div style={{ display: 'grid', gap: 16, marginTop: 16 }}>
        {name === 'orders' && <Orders />}
        {(name === 'outbox' || name === 'channel') && <Intents />}
        {name === 'reconcile' && <Differences />}
        {name === 'reconcile' && <Comparisons />}
        <Panel title="What it did lately" isFlush>
          <Shown of={runs}>
            {({ rows }) =>
              rows.length === 0 ? <Empty title="No work yet">Steps that found something to do stand here.</Empty> : <RunTable rows={rows} />
            }
          </Shown>
        </Panel>
      </div>
    </>
  )
}

function Head({ room }: { room: RoomOnStreet }) {
  const place = ELSEWHERE[room.room]
  return (
    <>
      <PageHead title={titleOf(room.room)} lead={room.question} actions={place && <Link to={place.to}>{place.label}</Link>} />
      <Panel>
        <p style={{ marginTop: 0 }}>
          <State tone={room.state} word={room.word} /> {room.reason}
        </p>
        <Facts
          facts={[
            ['Waiting', whole(room.backlog)],
            ['Oldest', room.oldestAt === null ? 'nothing waits' : <When key="oldest" at={room.oldestAt} style="age" />],
            ['Stuck', whole(room.stuck)],
            ['Last step', <When key="last" at={room.lastStep?.at ?? null} />],
            room.lastStep?.code ? ['Failed with', <Code key="code" code={room.lastStep.code} />] : null,
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
    <Panel title="Not confirmed yet" note={intents.data && whole(intents.data.total)} isFlush>
      <Shown of={intents}>
        {page =>
          page.rows.length === 0 ? (
            <Empty title="Nothing to tell">Every promise was confirmed by its shop.</Empty>
          ) : (
            <>
              <Hints rows={page.rows} />
              <Table
                label="Promises"
                head={
                  <tr>
                    <th>SKU</th>
                    <th className={cell.wide}>Location</th>
                    <th className={cell.right}>Units</th>
                    <th>State</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>Since</th>
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
                        word={{ pending: 'Queued', sending: 'Sent', confirmed: 'Confirmed', blocked: 'Blocked' }[row.state]}
                        isQuiet
                      />
                    </td>
                    <td className={`${cell.right} ${cell.narrowHidden}`}>
                      <When at={row.createdAt} style="age" />
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

function Differences() {
  const view = useView()
  const differences = useDifferences({ page: view.page }, true)
  return (
    <Panel title="Levels that differ" note={differences.data && whole(differences.data.total)} isFlush>
      <Shown of={differences}>
        {page =>
          page.rows.length === 0 ? (
            <Empty title="None that was read back">
              A level that shows something else than it was told stands here until it is set right.
            </Empty>
          ) : (
            <>
              <Table
                label="Differences"
                head={
                  <tr>
                    <th>SKU</th>
                    <th className={cell.wide}>Location</th>
                    <th className={cell.right}>Expected</th>
                    <th className={cell.right}>Shopify shows</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>Read</th>
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
                    </td>
                    <td className={cell.right}>{whole(row.expectedUnits)}</td>
                    <td className={cell.right}>{row.shopUnits === null ? 'not stocked' : whole(row.shopUnits)}</td>
                    <td className={`${cell.right} ${cell.narrowHidden}`}>
                      <When at={row.readAt} />
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
  )
}

function Comparisons() {
  const comparisons = useComparisons(true)
  return (
    <Panel title="Comparisons" note="newest first" isFlush>
      <Shown of={comparisons}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="Nothing was compared yet">Each reading back of a shop stands here with what it found.</Empty>
          ) : (
            <Table
              label="Comparisons"
              head={
                <tr>
                  <th className={cell.wide}>Comparison</th>
                  <th className={cell.right}>Levels</th>
                  <th className={cell.right}>Equal</th>
                  <th className={cell.right}>Different</th>
                  <th className={cell.right}>Waiting</th>
                  <th className={cell.right}>Finished</th>
                </tr>
              }
            >
              {rows.map(row => (
                <tr key={row.runId}>
                  <td>
                    {KIND[row.kind]} <span className={cell.dim}>{row.shop}</span>
                    {row.reason && (
                      <div>
                        {row.reason} {row.code && <Code code={row.code} />}
                      </div>
                    )}
                  </td>
                  <td className={cell.right}>{whole(row.levelsCompared)}</td>
                  <td className={cell.right}>{whole(row.levelsEqual)}</td>
                  <td className={cell.right}>{whole(row.levelsDifferent + row.levelsNotStocked)}</td>
                  <td className={cell.right}>{whole(row.levelsWaiting)}</td>
                  <td className={cell.right}>{row.finishedAt === null ? 'not yet' : <When at={row.finishedAt} />}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Panel>
  )
}

function Orders() {
  const orders = useOrders(true)
  return (
    <Panel title="What we know of each shop's orders" isFlush>
      <Shown of={orders}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="No shop is connected yet">Its open orders stand here, and up to when they are known.</Empty>
          ) : (
            <Table
              label="Orders"
              head={
                <tr>
                  <th className={cell.wide}>Shop</th>
                  <th className={cell.right}>Open orders</th>
                  <th className={cell.right}>Units they hold</th>
                  <th className={cell.right}>Known until</th>
                </tr>
              }
            >
              {rows.map(row => (
                <tr key={row.shop}>
                  <td>
                    {row.shop} {row.message} {row.code && <Code code={row.code} />}
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
