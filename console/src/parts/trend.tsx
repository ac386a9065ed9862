import { parts as texts } from '../texts/parts.ts'
import classes from './trend.module.css'
import { exact } from './zone.ts'

export type TrendPoint = { at: string; value: number }

const WIDTH = 480
const HEIGHT = 72

/** One figure over time, as steps. Where nothing was kept there is a gap: the program was off, which is not the same as nothing. */
export function Trend({
  title,
  points,
  since,
  spanMs,
  now,
  most,
  least = 0,
  shown,
  worstIs = 'most',
}: {
  title: string
  points: readonly TrendPoint[]
  since: number
  spanMs: number
  now: number
  /** What the top stands for at the least. */
  most: number
  least?: number
  /** The figure as people read it. */
  shown: (value: number) => string
  worstIs?: 'least' | 'most'
}) {
  const worst = points.reduce<TrendPoint | null>((one, other) => (one === null || isWorse(other, one, worstIs) ? other : one), null)
  const top = Math.max(most, ...points.map(point => point.value))
  const x = (at: number) => ((Math.max(at, since) - since) / Math.max(1, now - since)) * WIDTH
  const y = (value: number) => HEIGHT - 2 - ((Math.max(value, least) - least) / Math.max(1e-9, top - least)) * (HEIGHT - 6)
  // Of nothing there is no highest.
  const isNothing = worst?.value === 0 && worstIs === 'most'
  const said =
    worst === null
      ? texts.nothingWasKeptYet
      : isNothing
        ? shown(0)
        : (worstIs === 'most' ? texts.highest : texts.lowest)(shown(worst.value))
  return (
    <figure className={classes.trend}>
      <div className={classes.head}>
        <span>{title}</span>
        <b className="num" title={worst === null ? undefined : exact(worst.at)}>
          {said}
        </b>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={texts.in24Hours(title, said)}>
        <line x1={0} x2={WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} className={classes.floor} />
        {runsOf(points, spanMs).map(run => {
          const steps = run.map(point => {
            const from = x(Date.parse(point.at))
            return `${from},${y(point.value)} ${Math.min(WIDTH, x(Date.parse(point.at) + spanMs))},${y(point.value)}`
          })
          const first = x(Date.parse(run[0]?.at ?? ''))
          const end = Math.min(WIDTH, x(Date.parse(run.at(-1)?.at ?? '') + spanMs))
          return (
            <g key={run[0]?.at}>
              <polygon points={`${first},${HEIGHT} ${steps.join(' ')} ${end},${HEIGHT}`} className={classes.area} />
              <polyline points={steps.join(' ')} className={classes.line} />
            </g>
          )
        })}
      </svg>
      <figcaption className="num">
        <span>{texts.text24HAgo}</span>
        <span>{texts.now}</span>
      </figcaption>
    </figure>
  )
}

function isWorse(one: TrendPoint, other: TrendPoint, worstIs: 'least' | 'most'): boolean {
  return worstIs === 'least' ? one.value < other.value : one.value > other.value
}

/** Points that follow each other without a gap. */
function runsOf(points: readonly TrendPoint[], spanMs: number): TrendPoint[][] {
  const runs: TrendPoint[][] = []
  for (const point of points) {
    const before = runs.at(-1)?.at(-1)
    if (before !== undefined && Date.parse(point.at) - Date.parse(before.at) <= 2 * spanMs) runs.at(-1)?.push(point)
    else runs.push([point])
  }
  return runs
}
