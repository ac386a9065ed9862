import type { Explanation } from '../api/queries.ts'
import { signed, whole } from '../parts/number.ts'
import { stock as texts } from '../texts/stock.ts'
import classes from './waterfall.module.css'

type Step = { label: string; from: number; to: number; kind: 'plus' | 'minus' | 'total'; said: string }

/** From what is there to what may be sold, step by step: each bar begins where the one before ended. */
export function Waterfall({ of }: { of: Explanation }) {
  const steps = stepsOf(of)
  const largest = Math.max(1, ...steps.map(step => Math.max(step.from, step.to)))
  const least = Math.min(0, ...steps.map(step => Math.min(step.from, step.to)))
  const share = (units: number) => `${((units - least) / (largest - least)) * 100}%`
  return (
    <table className={classes.waterfall} aria-label={texts.howTheNumberIsMade}>
      <tbody>
        {steps.map(step => (
          <tr key={step.label} data-kind={step.kind}>
            <th scope="row">{step.label}</th>
            <td className={classes.units}>{step.said}</td>
            <td className={classes.track} aria-hidden>
              <i
                style={{
                  left: share(Math.min(step.from, step.to)),
                  width: `calc(${share(Math.max(step.from, step.to))} - ${share(Math.min(step.from, step.to))})`,
                }}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function stepsOf(of: Explanation): Step[] {
  const only = of.target.kind === 'facility' ? of.facilities[0] : undefined
  const steps: Step[] = []
  let at = 0
  const add = (label: string, units: number, isAlways = false) => {
    if (units === 0 && !isAlways) return
    steps.push({
      label,
      from: at,
      to: at + units,
      kind: units < 0 ? 'minus' : 'plus',
      said: steps.length === 0 ? whole(units) : signed(units),
    })
    at += units
  }
  if (only) {
    if (only.isSwitchedOff) add('Not sold from here', 0, true)
    else if (only.components.length > 0) add('Kits, as the scarcest part allows', only.spareUnits, true)
    else if (only.onHandUnits === null)
      steps.push({ label: texts.neverCounted3(only.facility), from: 0, to: 0, kind: 'plus', said: texts.unknown })
    else {
      add('On hand', only.onHandUnits, true)
      add('Reserved', -only.reservedUnits)
      add('Safety stock', -only.safetyStockUnits)
    }
  } else {
    for (const facility of of.facilities) {
      if (facility.onHandUnits === null && facility.components.length === 0)
        steps.push({ label: texts.neverCounted3(facility.facility), from: at, to: at, kind: 'plus', said: texts.unknown })
      else add(facility.isSwitchedOff ? `${facility.facility}: switched off` : facility.facility, facility.spareUnits, true)
    }
  }
  add('Threshold', -of.thresholdUnits)
  add('Queued orders', -of.queuedUnits)
  if (at > 0 && of.isSwitchedOff) add('Not sold in this channel', -at)
  if (at > 0 && of.isHeldForPreorders) add('Held for pre-orders', -at)
  if (at < 0) add('Never below nothing', -at)
  steps.push({ label: texts.promised, from: 0, to: of.sellableUnits, kind: 'total', said: whole(of.sellableUnits) })
  return steps
}
