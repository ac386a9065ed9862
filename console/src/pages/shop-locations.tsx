import { type MappingCheck, type ShopDetail, useMapping } from '../api/shops.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { LeaveButton } from './shop-leaving.tsx'
import { MapButton, standsForSomething } from './shop-mapping.tsx'

/** Which location stands for which facilities, and what is wrong with that. */
export function Locations({ shop }: { shop: ShopDetail }) {
  const mapping = useMapping(shop.code)
  return (
    <Shown of={mapping}>
      {({ locations, problems }) => (
        <>
          <Panel
            title="Mapping checker"
            note={problems.length === 0 ? 'nothing is wrong' : whole(problems.length)}
            isFlush={problems.length > 0}
          >
            {problems.length === 0 ? (
              <p style={{ margin: 0 }}>
                Each open location stands for something, nothing is shown twice, and no counted stock is left out.
              </p>
            ) : (
              <Table
                label="What is wrong with the mapping"
                head={
                  <tr>
                    <th className={cell.wide}>What is the matter</th>
                    <th className={cell.right}>Units at stake</th>
                  </tr>
                }
              >
                {problems.map(problem => (
                  <tr key={`${problem.code} ${problem.location} ${problem.facility}`}>
                    <td>
                      {wordsOf(problem)} <Code code={problem.code} />
                    </td>
                    <td className={`num ${cell.right}`}>{problem.units === null ? 'unknown' : whole(problem.units)}</td>
                  </tr>
                ))}
              </Table>
            )}
          </Panel>
          <Panel title="Locations" note={whole(locations.length)} isFlush>
            {locations.length === 0 ? (
              <Empty title="No location was read yet">They are read when the shop is connected, and each time one changes.</Empty>
            ) : (
              <Table
                label="Locations"
                head={
                  <tr>
                    <th>Location</th>
                    <th className={cell.wide}>Stands for</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>Levels</th>
                    <th className={cell.right}>Units promised</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>
                      <span className="sr-only">Map, move or end, and the location in Shopify</span>
                    </th>
                  </tr>
                }
              >
                {locations.map(location => (
                  <tr key={location.locationId}>
                    <td>
                      {location.name} <StateOf location={location} />
                    </td>
                    <td>{standsFor(location)}</td>
                    <td className={`num ${cell.right} ${cell.narrowHidden}`}>{whole(location.levels)}</td>
                    <td className={`num ${cell.right}`}>{whole(location.promisedUnits)}</td>
                    <td className={`${cell.right} ${cell.narrowHidden} ${cell.nowrap}`}>
                      <MapButton shop={shop} location={location} />{' '}
                      {standsForSomething(location) && <LeaveButton shop={shop} location={location} />}{' '}
                      {location.link !== null && <Outside href={location.link}>In Shopify</Outside>}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </Panel>
        </>
      )}
    </Shown>
  )
}

type Location = MappingCheck['locations'][number]

function StateOf({ location }: { location: Location }) {
  if (!location.isActive) return <State tone="paused" word="Closed" isQuiet />
  return location.isFulfillmentService ? <State tone="unknown" word="Fulfilment service" isQuiet /> : null
}

function standsFor(location: Location): string {
  if (location.group !== null) return `Group ${location.group}: ${location.facilities.join(', ') || 'no facility'}`
  return location.facilities.length === 0 ? 'Nothing: its stock is left as it is' : `Facility ${location.facilities.join(', ')}`
}

function wordsOf(problem: MappingCheck['problems'][number]): string {
  switch (problem.code) {
    case 'CATALOG_MAPPING_LOCATION_UNMAPPED':
      return `${problem.location} is open and stands for nothing: nobody keeps its stock.`
    case 'CATALOG_MAPPING_LOCATION_INACTIVE':
      return `${problem.location} is closed in Shopify and still mapped.`
    case 'CATALOG_MAPPING_LOCATION_OF_SERVICE':
      return `${problem.location} belongs to a fulfilment service, which keeps its own stock.`
    case 'CATALOG_MAPPING_FACILITY_TWICE':
      return `${problem.facility} is shown twice: at ${problem.locations.join(' and ')}.`
    case 'CATALOG_MAPPING_FACILITY_UNSHOWN':
      return `${problem.facility} has stock that no location of this shop shows.`
  }
}
