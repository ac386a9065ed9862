import classes from './trend.module.css'
import { exact } from './when.tsx'

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
  tone = 'ok',
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
  tone?: 'ok' | 'stopped'
}) {
  const last = points.at(-1)
  const worst = points.reduce<TrendPoint | null>((one, other) => (one === null || isWorse(other, one, tone) ? other : one), null)
  const top = Math.max(most, ...points.map(point => point.value))
  const x = (at: number) => ((Math.max(at, since) - since) / Math.max(1, now - since)) * WIDTH
  const y = (value: number) => HEIGHT - 2 - ((Math.max(value, least) - least) / Math.max(1e-9, top - least)) * (HEIGHT - 6)
  const said = last === undefined ? `${title}: nothing was kept yet` : `${title}: ${shown(last.value)} now`
  return (
    <figure className={classes.trend} data-tone={tone}>
      <div className={classes.head}>
        <span>{title}</span>
        <b className="num">{last === undefined ? '–' : shown(last.value)}</b>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={said}>
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
        <span>24 h ago</span>
        {worst !== null && worst.value !== last?.value && (
          <span title={exact(worst.at)}>
            {tone === 'ok' ? 'least' : 'most'} {shown(worst.value)}
          </span>
        )}
        <span>now</span>
      </figcaption>
    </figure>
  )
}

function isWorse(one: TrendPoint, other: TrendPoint, tone: 'ok' | 'stopped'): boolean {
  return tone === 'ok' ? one.value < other.value : one.value > other.value
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
