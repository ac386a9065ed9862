import { useCallback } from 'react'
import { type Channel, type Facility, useChannels, useFacilities, useSwitchPlace } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { facilities as texts } from '../texts/facilities.ts'
import { CloseOrOpen } from './facility-closing.tsx'

/** Where stock lies and where it is sold together, each with its switches. */
export function Facilities() {
  const view = useView()
  const facilities = useFacilities({ search: view.get('search'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <>
      <PageHead title={texts.facilities} note={facilities.data && totalOf(facilities.data)} lead={texts.whereStockLiesAndTheGroupsThat} />
      <div style={{ display: 'grid', gap: 16 }}>
        <Channels />
        <Panel title={texts.facilities} isFlush>
          <div className={cell.toolbar}>
            <Search label={texts.searchCodeOrName} value={view.get('search') ?? ''} onChange={search} />
            <Export {...facilities.asked} what={texts.facilities} />
          </div>
          <Shown of={facilities}>
            {page => (
              <Paged
                of={page}
                empty={
                  <Empty title={texts.noFacilityHere}>
                    {texts.facilitiesComeInByAFileFor} <span className="mono">{texts.facilities2}</span>.
                  </Empty>
                }
              >
                <Table
                  label={texts.facilities}
                  head={
                    <tr>
                      <th className={cell.wide}>{texts.facility}</th>
                      <th>{texts.sellsOnline}</th>
                      <th>{texts.forPickup}</th>
                      <th className={cell.narrowHidden}>{texts.groups}</th>
                      <th className={`${cell.mediumHidden} ${cell.main}`}>{texts.locationsOfItsOwn}</th>
                      <th>
                        <span className="sr-only">{texts.closeOrOpen}</span>
                      </th>
                    </tr>
                  }
                >
                  {page.rows.map(facility => (
                    <FacilityRow key={facility.code} of={facility} />
                  ))}
                </Table>
              </Paged>
            )}
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
          {facility.externalId !== null && facility.externalId !== facility.code && texts.erp(facility.externalId)} ·{' '}
          {facility.type.toLowerCase().replaceAll('_', ' ')}
        </div>
        {facility.closed !== null && (
          <div>
            <State tone="stopped" word={texts.closed} isQuiet /> <When at={facility.closed.at} /> {texts.by} {facility.closed.by}:{' '}
            {facility.closed.reason}
          </div>
        )}
      </td>
      <td>
        <Switch
          isOn={facility.allowBrokering}
          path={path}
          isShut={facility.closed !== null}
          to={{ allowBrokering: !facility.allowBrokering }}
          deed={`${facility.allowBrokering ? texts.stopSelling : texts.sell} the stock of ${facility.name} online`}
        />
      </td>
      <td>
        <Switch
          isOn={facility.allowPickup}
          path={path}
          isShut={facility.closed !== null}
          to={{ allowPickup: !facility.allowPickup }}
          deed={`${facility.allowPickup ? texts.stopPromising : texts.promise} the stock of ${facility.name} for pickup`}
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
    <Panel
      title={texts.soldTogether}
      note={channels.data && whole(channels.data.rows.length)}
      actions={<Export {...channels.asked} what={texts.soldTogether} />}
      isFlush
    >
      <Shown of={channels}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title={texts.noGroupYet}>
              {texts.aGroupSellsTheStockOfSeveral} <span className="mono">{texts.trueupGroupAdd}</span>.
            </Empty>
          ) : (
            <Table
              label={texts.groups}
              head={
                <tr>
                  <th>{texts.group}</th>
                  <th>{texts.sells}</th>
                  <th>{texts.holdsStockForPreOrders}</th>
                  <th className={`${cell.narrowHidden} ${cell.wide}`}>{texts.facilities}</th>
                  <th className={`${cell.mediumHidden} ${cell.main}`}>{texts.locations}</th>
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
          deed={`${channel.isSelling ? texts.stopSelling : texts.sell} at the locations of ${channel.name}`}
        />
      </td>
      <td>
        <Switch
          isOn={channel.holdPreorder}
          path={path}
          isUsuallyOff
          to={{ holdPreorder: !channel.holdPreorder }}
          deed={`${channel.holdPreorder ? texts.promiseProductsForWhichPreOrdersWait : texts.holdStockForPreOrders} in ${channel.name}`}
        />
      </td>
      <td className={cell.narrowHidden}>{channel.facilities.join(', ')}</td>
      <td className={cell.mediumHidden}>{channel.locations.join(', ') || '–'}</td>
    </tr>
  )
}

type Switched = { isOn: boolean; path: string; to: object; deed: string; isUsuallyOff?: boolean; isShut?: boolean }

function Switch({ isOn, path, to, deed: title, isUsuallyOff = false, isShut = false }: Switched) {
  const session = useSession()
  const deed = useSwitchPlace({ path, to })
  // Whatever the switch says, nothing of what is closed is sold.
  if (isShut) return <State tone="stopped" word={texts.no} isQuiet />
  return (
    <div style={{ display: 'flex', gap: 8, alignItems: 'center', justifyContent: 'space-between' }}>
      <State tone={isOn ? 'ok' : isUsuallyOff ? 'unknown' : 'paused'} word={isOn ? texts.yes : texts.no} isQuiet />
      {session.data?.role !== 'viewer' && (
        <AskWhy
          label={isOn ? texts.switchOff : texts.switchOn}
          title={title}
          confirm={isOn ? texts.switchOff : texts.switchOn}
          tone="default"
          size="xs"
          deed={deed}
        >
          <p className={cell.dim}>{texts.everyPromiseThatDrawsOnItFollows}</p>
        </AskWhy>
      )}
    </div>
  )
}
