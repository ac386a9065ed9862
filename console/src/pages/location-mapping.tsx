import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useChannels, useFacilities } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { type LocationInList, type StandsFor, useAddGroup, useLocations, useMapLocations } from '../api/shops.ts'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { locationMapping as texts } from '../texts/first-steps.ts'
import classes from './first-steps.module.css'

const FACILITIES_OFFERED = 200
const ALL = 'all'

/** A choice for each location, in one line of text: `f` and `g` before the code of a facility or a group. */
const choiceOf = ({ facility, group }: Pick<LocationInList, 'facility' | 'group'>): string =>
  facility !== null ? `f ${facility}` : group !== null ? `g ${group}` : ''
const targetOf = (value: string): StandsFor => (value.startsWith('f ') ? { facility: value.slice(2) } : { group: value.slice(2) })

/** Says which location stands for which facility or group, all at once; what is called alike is chosen already. What is mapped is moved on the shop's page. */
export function LocationMapping({ shop }: { shop: string }) {
  const session = useSession()
  const locations = useLocations(shop)
  const facilities = useFacilities({ pageSize: FACILITIES_OFFERED })
  const groups = useChannels()
  const map = useMapLocations(shop)
  const addGroup = useAddGroup()
  const [chosen, setChosen] = useState<Readonly<Record<number, string>>>({})
  const places = (facilities.data?.rows ?? []).filter(one => one.closed === null)
  const options = [
    { value: '', label: texts.nothing },
    ...places.map(one => ({ value: `f ${one.code}`, label: texts.facility(one.name, one.code) })),
    ...(groups.data?.rows ?? []).map(one => ({ value: `g ${one.code}`, label: texts.group(one.name) })),
    ...(places.length > 1 ? [{ value: ALL, label: texts.allFacilities }] : []),
  ]
  const wantedOf = (location: LocationInList) =>
    chosen[location.locationId] ?? (choiceOf(location) || (location.proposedFacility === null ? '' : `f ${location.proposedFacility}`))

  async function save(rows: readonly LocationInList[]) {
    const changed = rows.filter(location => wantedOf(location) !== '' && wantedOf(location) !== choiceOf(location))
    const wanted: { locationId: number; to: StandsFor }[] = []
    for (const location of changed) {
      const value = wantedOf(location)
      const to = value === ALL ? { group: await groupOfAll(location.name) } : targetOf(value)
      wanted.push({ locationId: location.locationId, to })
    }
    map.mutate(wanted, { onSuccess: () => setChosen({}) })
  }

  async function groupOfAll(name: string): Promise<string> {
    const code =
      name
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, '_')
        .replace(/^_|_$/g, '') || 'ALL'
    await addGroup.mutateAsync({ code, name, facilities: places.map(one => one.code) })
    return code
  }

  const isAdmin = session.data?.role === 'admin'
  return (
    <Shown of={locations}>
      {({ rows }) => {
        const open = rows.filter(location => location.isActive && !location.isFulfillmentService)
        const changes = open.filter(location => wantedOf(location) !== '' && wantedOf(location) !== choiceOf(location)).length
        return (
          <Panel title={texts.title} note={whole(rows.length)} isFlush>
            {rows.length === 0 ? (
              <Empty title={texts.noneRead}>{texts.noneReadText}</Empty>
            ) : (
              <>
                <Table
                  label={texts.title}
                  head={
                    <tr>
                      <th className={cell.main}>{texts.location}</th>
                      <th className={cell.wide}>{texts.standsFor}</th>
                    </tr>
                  }
                >
                  {rows.map(location => (
                    <tr key={location.locationId}>
                      <td className={cell.main}>
                        {location.name}
                        {!open.includes(location) && <div className={cell.dim}>{location.isActive ? texts.ofService : texts.closed}</div>}
                      </td>
                      <td>
                        <NativeSelect
                          aria-label={texts.choiceFor(location.name)}
                          size="sm"
                          disabled={!isAdmin || !open.includes(location) || choiceOf(location) !== ''}
                          data={options}
                          value={wantedOf(location)}
                          onChange={event => {
                            const { value } = event.currentTarget
                            setChosen(before => ({ ...before, [location.locationId]: value }))
                          }}
                        />
                        {choiceOf(location) === '' && wantedOf(location) === `f ${location.proposedFacility}` && (
                          <span className={cell.dim}>{texts.proposed}</span>
                        )}
                      </td>
                    </tr>
                  ))}
                </Table>
                {isAdmin && (
                  <div className={classes.press}>
                    <Trouble error={map.error ?? addGroup.error} />
                    <Button
                      disabled={changes === 0}
                      loading={map.isPending || addGroup.isPending}
                      onClick={() => void save(open).catch(() => undefined)}
                    >
                      {changes === 0 ? texts.nothingToMap : texts.map(changes)}
                    </Button>
                  </div>
                )}
              </>
            )}
          </Panel>
        )
      }}
    </Shown>
  )
}
