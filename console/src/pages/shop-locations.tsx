import { type MappingCheck, type ShopDetail, useMapping } from '../api/shops.ts'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { shops as texts } from '../texts/shops.ts'
import { LeaveButton } from './shop-leaving.tsx'
import { MapButton, standsForSomething } from './shop-mapping.tsx'

/** Which location stands for which facilities, and what is wrong with that. */
export function Locations({ shop }: { shop: ShopDetail }) {
  const mapping = useMapping(shop.code)
  return (
    <Shown of={mapping}>
      {({ locations, problems, facilityNames }) => (
        <>
          <Panel
            title={texts.mappingChecker}
            note={problems.length === 0 ? texts.nothingIsWrong : whole(problems.length)}
            isFlush={problems.length > 0}
          >
            {problems.length === 0 ? (
              <p style={{ margin: 0 }}>{texts.eachOpenLocationStandsForSomething}</p>
            ) : (
              <Table
                label={texts.whatIsWrongWithTheMapping}
                head={
                  <tr>
                    <th className={cell.wide}>{texts.whatIsTheMatter}</th>
                    <th className={cell.right}>{texts.unitsAtStake}</th>
                  </tr>
                }
              >
                {problems.map(problem => (
                  <tr key={`${problem.code} ${problem.location} ${problem.facility}`}>
                    <td>
                      {wordsOf(problem, facilityNames)} <Code code={problem.code} />
                    </td>
                    <td className={`num ${cell.right}`}>{problem.units === null ? texts.unknown2 : whole(problem.units)}</td>
                  </tr>
                ))}
              </Table>
            )}
          </Panel>
          <Panel
            title={texts.locations}
            note={whole(locations.length)}
            actions={<Export path={`/shops/${encodeURIComponent(shop.code)}/mapping`} query={{ of: 'locations' }} what={texts.locations} />}
            isFlush
          >
            {locations.length === 0 ? (
              <Empty title={texts.noLocationWasReadYet}>{texts.theyAreReadWhenTheShopIs}</Empty>
            ) : (
              <Table
                label={texts.locations}
                head={
                  <tr>
                    <th className={cell.main}>{texts.location}</th>
                    <th className={cell.wide}>{texts.standsFor}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.levels}</th>
                    <th className={cell.right}>{texts.unitsPromised}</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>
                      <span className="sr-only">{texts.mapMoveOrEndAndTheLocation}</span>
                    </th>
                  </tr>
                }
              >
                {locations.map(location => (
                  <tr key={location.locationId}>
                    <td>
                      {location.name} <StateOf location={location} />
                    </td>
                    <td>{standsFor(location, facilityNames)}</td>
                    <td className={`num ${cell.right} ${cell.narrowHidden}`}>{whole(location.levels)}</td>
                    <td className={`num ${cell.right}`}>{whole(location.promisedUnits)}</td>
                    <td className={`${cell.right} ${cell.narrowHidden} ${cell.nowrap}`}>
                      <MapButton shop={shop} location={location} />{' '}
                      {standsForSomething(location) && <LeaveButton shop={shop} location={location} />}{' '}
                      {location.link !== null && <Outside href={location.link}>{texts.inShopify}</Outside>}
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
  if (!location.isActive) return <State tone="paused" word={texts.closed} isQuiet />
  return location.isFulfillmentService ? <State tone="unknown" word={texts.fulfilmentService} isQuiet /> : null
}

type Names = MappingCheck['facilityNames']

function named(facility: string | null, names: Names): string | null {
  const name = facility === null ? undefined : names[facility]
  return name === undefined ? facility : `${name} (${facility})`
}

function standsFor(location: Location, names: Names): string {
  const facilities = location.facilities.map(facility => named(facility, names)).join(', ')
  if (location.group !== null) return texts.group(location.group, facilities || texts.noFacility)
  return location.facilities.length === 0 ? texts.nothingItsStockIsLeftAsIt : texts.facility(facilities)
}

function wordsOf(problem: MappingCheck['problems'][number], names: Names): string {
  const facility = named(problem.facility, names)
  switch (problem.code) {
    case 'CATALOG_MAPPING_LOCATION_UNMAPPED':
      return texts.isOpenAndStandsForNothingNobody(problem.location)
    case 'CATALOG_MAPPING_LOCATION_INACTIVE':
      return texts.isClosedInShopifyAndStillMapped(problem.location)
    case 'CATALOG_MAPPING_LOCATION_OF_SERVICE':
      return texts.belongsToAFulfilmentServiceWhich(problem.location)
    case 'CATALOG_MAPPING_FACILITY_TWICE':
      return texts.isShownTwiceAt(facility, problem.locations.join(' and '))
    case 'CATALOG_MAPPING_FACILITY_UNSHOWN':
      return texts.hasStockThatNoLocationOfThis(facility)
  }
}
