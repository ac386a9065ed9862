import { type StockHistory, useHistory } from '../api/ledger.ts'
import type { StockOfSku } from '../api/queries.ts'
import { Chips, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { exact } from '../parts/zone.ts'
import { stock as texts } from '../texts/stock.ts'
import classes from './sku-history.module.css'

const DAY_MS = 24 * 3_600_000
const SPANS = [
  { value: '1', label: texts.text24Hours },
  { value: '7', label: texts.text7Days },
  { value: '30', label: texts.text30Days },
]

/** What was there, promised and told over time, at the location that is looked at. */
export function History({ stock }: { stock: StockOfSku }) {
  const view = useView()
  const at = view.get('at')
  const chosen = stock.targets.find(({ target }) => `${target.shopId}-${target.locationId}` === at) ?? stock.targets[0]
  const days = view.get('days')
  const from = days === null ? undefined : startOf(Number(days))
  const history = useHistory(stock.sku, { locationId: chosen?.target.locationId, from })
  return (
    <Panel
      title={texts.overTime}
      note={chosen?.target.location ?? texts.everyFacility}
      actions={<Chips label={texts.howFarBack} value={days} options={SPANS} onChange={value => view.set({ days: value })} />}
    >
      <Shown of={history}>{found => <Chart of={found} />}</Shown>
    </Panel>
  )
}

/** To the minute: a look again a second later is the same question. */
function startOf(days: number): string {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000 - days * DAY_MS).toISOString()
}

type Step = { at: string; units: number }
type Line = { name: string; style: string | undefined; steps: readonly Step[] }

const WIDTH = 960
const HEIGHT = 150
const TOP = 6
const MARKS = 14

function Chart({ of: history }: { of: StockHistory }) {
  const lines: Line[] = [
    { name: texts.onHand, style: classes.onHand, steps: history.stock.map(step => ({ at: step.at, units: step.onHandUnits })) },
    { name: texts.promised, style: classes.promised, steps: history.promised },
    { name: texts.toldToTheShop, style: classes.told, steps: history.told },
  ].filter(line => line.steps.length > 0)
  const begun = lines.map(line => Date.parse(line.steps[0]?.at ?? history.observedAt))
  if (begun.length === 0) {
    return <Empty title={texts.nothingMovedInThisTime}>{texts.whatIsOnHandPromisedAndTold}</Empty>
  }
  const [first, last] = [Math.min(...begun), Date.parse(history.observedAt)]
  const most = Math.max(1, ...lines.flatMap(line => line.steps.map(step => step.units)))
  const least = Math.min(0, ...lines.flatMap(line => line.steps.map(step => step.units)))
  const x = (at: string) => ((Date.parse(at) - first) / Math.max(1, last - first)) * WIDTH
  const y = (units: number) => TOP + ((most - units) / (most - least)) * (HEIGHT - TOP)
  const said = texts.since(
    lines.map(line => `${line.name} ${whole(line.steps.at(-1)?.units ?? 0)}`).join(', '),
    exact(new Date(first).toISOString()),
    history.isMore ? texts.andThereIsMoreBefore : '',
  )
  return (
    <figure className={classes.chart}>
      <ul className={classes.legend}>
        {lines.map(line => (
          <li key={line.name}>
            <svg viewBox="0 0 24 8" aria-hidden>
              <line x1={0} x2={24} y1={4} y2={4} className={line.style} />
            </svg>
            {line.name} <span className="num">{whole(line.steps.at(-1)?.units ?? null)}</span>
          </li>
        ))}
        <li>
          <span className={classes.keys} aria-hidden>
            <i className={classes.file} /> {texts.file2} <i className={classes.order} /> {texts.order} <i className={classes.deed} />{' '}
            {texts.deed} <i className={classes.upload} /> {texts.told}
          </span>
        </li>
      </ul>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + MARKS}`} preserveAspectRatio="none" role="img" aria-label={said} className={classes.drawing}>
        <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} className={classes.floor} />
        {lines.map(line => (
          <path key={line.name} d={pathOf(line.steps, { x, y, end: WIDTH })} className={line.style} />
        ))}
        {history.stock.map(step => (
          <rect key={`${step.at}`} x={x(step.at) - 1} y={HEIGHT + 4} width={2} height={10} className={classes[step.by]} />
        ))}
        {history.told.map(step => (
          <rect key={step.at} x={x(step.at) - 1} y={HEIGHT + 8} width={2} height={6} className={classes.upload} />
        ))}
      </svg>
      <div className={classes.ends} aria-hidden>
        <span>{exact(new Date(first).toISOString())}</span>
        <span className="num">
          {whole(least)} {texts.to} {whole(most)} {texts.units}
        </span>
        <span>{texts.now}</span>
      </div>
      <figcaption className="sr-only">{said}</figcaption>
    </figure>
  )
}

/** A number holds until the next one: across, then up or down. */
function pathOf(steps: readonly Step[], { x, y, end }: { x: (at: string) => number; y: (units: number) => number; end: number }): string {
  const [first, ...rest] = steps
  if (first === undefined) return ''
  const moves = rest.map(step => `H${x(step.at).toFixed(1)}V${y(step.units).toFixed(1)}`)
  return `M${x(first.at).toFixed(1)} ${y(first.units).toFixed(1)}${moves.join('')}H${end}`
}
