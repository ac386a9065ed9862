import type { Explanation, StockOfSku } from '../api/queries.ts'
import { cell, Table } from '../parts/list.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { stock as texts } from '../texts/stock.ts'

/** Facilities down, locations across: what each gives to each, and what is taken off before it is promised. */
export function Matrix({ stock }: { stock: StockOfSku }) {
  const { targets } = stock
  const facilities = [...new Set(targets.flatMap(target => target.facilities.map(one => one.facility)))]
  if (targets.length === 0 || facilities.length < 2) return null
  return (
    <Panel title={texts.whichFacilitySellsWhere} note={texts.unitsThatEachGives} isFlush>
      <Table
        label={texts.facilitiesAndLocations}
        head={
          <tr>
            <th className={cell.wide}>{texts.facility}</th>
            {targets.map(target => (
              <th key={keyOf(target)} className={cell.right}>
                {target.target.location}
              </th>
            ))}
          </tr>
        }
      >
        {facilities.map(facility => (
          <tr key={facility}>
            <td>{facility}</td>
            {targets.map(target => (
              <td key={keyOf(target)} className={cell.right}>
                <Given by={facility} to={target} />
              </td>
            ))}
          </tr>
        ))}
        <Less said="Queued" targets={targets} units={target => target.queuedUnits} />
        <Less said="Threshold" targets={targets} units={target => target.thresholdUnits} />
        <tr>
          <td>
            <strong>{texts.promised}</strong>
          </td>
          {targets.map(target => (
            <td key={keyOf(target)} className={cell.right}>
              <strong>{whole(target.sellableUnits)}</strong>
            </td>
          ))}
        </tr>
      </Table>
    </Panel>
  )
}

function Given({ by, to }: { by: string; to: Explanation }) {
  const given = to.facilities.find(one => one.facility === by)
  if (given === undefined) return <span className={cell.dim}>–</span>
  if (given.isSwitchedOff) return <span className={cell.dim}>{texts.off}</span>
  if (given.onHandUnits === null && given.components.length === 0) return <span className={cell.dim}>{texts.unknown}</span>
  return whole(given.spareUnits)
}

function Less({ said, targets, units }: { said: string; targets: readonly Explanation[]; units: (target: Explanation) => number }) {
  if (targets.every(target => units(target) === 0)) return null
  return (
    <tr>
      <td className={cell.dim}>{said}</td>
      {targets.map(target => (
        <td key={keyOf(target)} className={`${cell.right} ${cell.dim}`}>
          {units(target) === 0 ? '' : `−${whole(units(target))}`}
        </td>
      ))}
    </tr>
  )
}

const keyOf = (target: Explanation): string => `${target.target.shopId}-${target.target.locationId}`
