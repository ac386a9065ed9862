import { useCallback } from 'react'
import { type Channel, type Facility, useChannels, useFacilities, useSwitchPlace } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { CloseOrOpen } from './facility-closing.tsx'

/** Where stock lies and where it is sold together, each with its switches. */
export function Facilities() {
  const view = useView()
  const facilities = useFacilities({ search: view.get('search'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead
        title="Facilities"
        note={facilities.data && totalOf(facilities.data)}
        lead="Where stock lies, and the groups that sell it together. What is switched off here is promised nowhere, and promised again as it is switched on."
      />
      <div style={{ display: 'grid', gap: 16 }}>
        <Channels />
        <Panel title="Facilities" isFlush>
          <div className={cell.toolbar}>
            <Search label="Search code or name" value={view.get('search') ?? ''} onChange={search} />
          </div>
          <Shown of={facilities}>
            {page =>
              page.rows.length === 0 ? (
                <Empty title="No facility here">
                  Facilities come in by a file for the feed <span className="mono">facilities</span>.
                </Empty>
              ) : (
                <>
                  <Table
                    label="Facilities"
                    head={
                      <tr>
                        <th className={cell.wide}>Facility</th>
                        <th>Sells online</th>
                        <th>For pickup</th>
                        <th className={cell.narrowHidden}>Groups</th>
                        <th className={cell.mediumHidden}>Locations of its own</th>
                        <th>
                          <span className="sr-only">Close or open</span>
                        </th>
                      </tr>
                    }
                  >
                    {page.rows.map(facility => (
                      <FacilityRow key={facility.code} of={facility} />
                    ))}
                  </Table>
                  <Pager of={page} onPage={to => view.set({ page: String(to) })} />
                </>
              )
            }
          </Shown>
        </Panel>
      </div>
    </>
  )
}

function FacilityRow({ of: facility }: { of: Facility }) {
  const path = `/facilities/${encodeURIComponent(facility.code)}`
  return (
    <tr>
      <td>
        {facility.name}
        <div className={cell.dim}>
          {facility.code}
          {facility.externalId !== null && facility.externalId !== facility.code && ` · ERP ${facility.externalId}`} ·{' '}
          {facility.type.toLowerCase().replaceAll('_', ' ')}
        </div>
        {facility.closed !== null && (
          <div>
            <State tone="stopped" word="Closed" isQuiet /> <When at={facility.closed.at} /> by {facility.closed.by}:{' '}
            {facility.closed.reason}
          </div>
        )}
      </td>
      <td>
        <Switch
          isOn={facility.allowBrokering}
          path={path}
          to={{ allowBrokering: !facility.allowBrokering }}
          deed={`${facility.allowBrokering ? 'Stop selling' : 'Sell'} the stock of ${facility.name} online`}
        />
      </td>
      <td>
        <Switch
          isOn={facility.allowPickup}
          path={path}
          to={{ allowPickup: !facility.allowPickup }}
          deed={`${facility.allowPickup ? 'Stop promising' : 'Promise'} the stock of ${facility.name} for pickup`}
        />
      </td>
      <td className={cell.narrowHidden}>{facility.groups.join(', ') || '–'}</td>
      <td className={cell.mediumHidden}>{facility.locations.join(', ') || '–'}</td>
      <td className={cell.right}>
        <CloseOrOpen facility={facility} />
      </td>
    </tr>
  )
}

function Channels() {
  const channels = useChannels()
  return (
    <Panel title="Sold together" note={channels.data && whole(channels.data.rows.length)} isFlush>
      <Shown of={channels}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="No group yet">
              A group sells the stock of several facilities at one location: <span className="mono">trueup group add</span>.
            </Empty>
          ) : (
            <Table
              label="Groups"
              head={
                <tr>
                  <th>Group</th>
                  <th>Sells</th>
                  <th>Holds stock for pre-orders</th>
                  <th className={`${cell.narrowHidden} ${cell.wide}`}>Facilities</th>
                  <th className={cell.mediumHidden}>Locations</th>
                </tr>
              }
            >
              {rows.map(channel => (
                <ChannelRow key={channel.code} of={channel} />
              ))}
            </Table>
          )
        }
      </Shown>
    </Panel>
  )
}

function ChannelRow({ of: channel }: { of: Channel }) {
  const path = `/groups/${encodeURIComponent(channel.code)}`
  return (
    <tr>
      <td>
        {channel.name} <div className={cell.dim}>{channel.code}</div>
      </td>
      <td>
        <Switch
          isOn={channel.isSelling}
          path={path}
          to={{ isSelling: !channel.isSelling }}
          deed={`${channel.isSelling ? 'Stop selling' : 'Sell'} at the locations of ${channel.name}`}
        />
      </td>
      <td>
        <Switch
          isOn={channel.holdPreorder}
          path={path}
          isUsuallyOff
          to={{ holdPreorder: !channel.holdPreorder }}
          deed={`${channel.holdPreorder ? 'Promise products for which pre-orders wait' : 'Hold stock for pre-orders'} in ${channel.name}`}
        />
      </td>
      <td className={cell.narrowHidden}>{channel.facilities.join(', ')}</td>
      <td className={cell.mediumHidden}>{channel.locations.join(', ') || '–'}</td>
    </tr>
  )
}

type Switched = { isOn: boolean; path: string; to: object; deed: string; isUsuallyOff?: boolean }

function Switch({ isOn, path, to, deed: title, isUsuallyOff = false }: Switched) {
  const session = useSession()
  const deed = useSwitchPlace({ path, to })
  return (
    <div style={{ display: 'flex', gap: 8, alignItems: 'center', justifyContent: 'space-between' }}>
      <State tone={isOn ? 'ok' : isUsuallyOff ? 'unknown' : 'paused'} word={isOn ? 'Yes' : 'No'} isQuiet />
      {session.data?.role !== 'viewer' && (
        <AskWhy
          label={isOn ? 'Switch off' : 'Switch on'}
          title={title}
          confirm={isOn ? 'Switch off' : 'Switch on'}
          tone="default"
          deed={deed}
        >
          <p className={cell.dim}>Every promise that draws on it follows within seconds, and the shops are told.</p>
        </AskWhy>
      )}
    </div>
  )
}
