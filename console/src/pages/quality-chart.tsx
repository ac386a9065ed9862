import type { Source } from '../api/feeds.ts'
import { bytes, whole } from '../parts/number.ts'
import { sources as texts } from '../texts/sources.ts'
import classes from './feeds.module.css'

type Hour = Source['quality'][number]

const HOURS = 48
const HOUR_MS = 3_600_000
const WIDTH = 720
const HEIGHT = 72
const BAR = WIDTH / HOURS

/** Drops in each of the last 48 hours as bars, and how long an answer took as a line. “A stable connection” is a measurement. */
export function QualityChart({ hours, now = Date.now() }: { hours: readonly Hour[]; now?: number }) {
  if (hours.length === 0) return null
  const firstHour = Math.floor(now / HOUR_MS) - HOURS + 1
  const x = (hour: Hour) => (Math.floor(Date.parse(hour.hour) / HOUR_MS) - firstHour) * BAR
  const shown = hours.filter(hour => x(hour) >= 0)
  const dropsMax = Math.max(4, ...shown.map(hour => hour.drops + hour.refusals))
  const latencyMax = Math.max(10, ...shown.map(hour => hour.latencyMs ?? 0))
  const drops = sum(shown, hour => hour.drops)
  const refusals = sum(shown, hour => hour.refusals)
  const worst = Math.max(0, ...shown.map(hour => hour.latencyMsMax ?? 0))
  const said = texts.in48HoursDropsAndVisitsThat(whole(drops), whole(refusals), bytes(sum(shown, hour => hour.bytes)), whole(worst))
  const line = shown.filter(hour => hour.latencyMs !== null)
  return (
    <figure className={classes.chart}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={said}>
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={classes.floor} />
        {shown.map(hour => {
          const height = ((hour.drops + hour.refusals) / dropsMax) * (HEIGHT - 6)
          return (
            <g key={hour.hour}>
              <rect x={x(hour) + 1} y={HEIGHT - 3} width={BAR - 2} height={3} className={classes.connected} />
              <rect x={x(hour) + 1} y={HEIGHT - height} width={BAR - 2} height={height} className={classes.dropped} />
            </g>
          )
        })}
        <polyline
          points={line.map(hour => `${x(hour) + BAR / 2},${HEIGHT - ((hour.latencyMs ?? 0) / latencyMax) * (HEIGHT - 6)}`).join(' ')}
          className={classes.latency}
        />
      </svg>
      <figcaption className="num">{said}</figcaption>
    </figure>
  )
}

function sum(hours: readonly Hour[], of: (hour: Hour) => number): number {
  return hours.reduce((total, hour) => total + of(hour), 0)
}
