import { Empty } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { exact } from '../parts/zone.ts'
import { shops as texts } from '../texts/shops.ts'
import classes from './shop.module.css'

type Point = { at: string; availablePoints: number; maxPoints: number; requests: number }

const WIDTH = 720
const HEIGHT = 96
const SPAN_MS = 6 * 3_600_000

/** What was left in the bucket after each answer: near nothing means that the shop is worked to its limit. */
export function ThrottleChart({ points, now = Date.now() }: { points: readonly Point[]; now?: number }) {
  const last = points.at(-1)
  if (last === undefined) return <Empty title={texts.nothingWasAskedInTheLastSix}>{texts.whatIsLeftOfTheShopsPoints}</Empty>
  const max = Math.max(...points.map(point => point.maxPoints), 1)
  const x = (at: string) => WIDTH - ((now - Date.parse(at)) / SPAN_MS) * WIDTH
  const y = (units: number) => HEIGHT - (Math.max(0, units) / max) * (HEIGHT - 4)
  const least = points.reduce((one, other) => (other.availablePoints < one.availablePoints ? other : one))
  return (
    <figure className={classes.chart}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={labelOf(last, least)}>
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={classes.floor} />
        {points.map(point => (
          <line key={point.at} x1={x(point.at)} x2={x(point.at)} y1={HEIGHT} y2={y(point.availablePoints)} className={classes.bar} />
        ))}
      </svg>
      <figcaption className="num">
        {whole(last.availablePoints)} {texts.ofWord2} {whole(last.maxPoints)} {texts.pointsLeftNowLeast} {whole(least.availablePoints)}{' '}
        {texts.at} {exact(least.at)}.
      </figcaption>
    </figure>
  )
}

function labelOf(last: Point, least: Point): string {
  return texts.ofPointsLeftAtLeastInThe(whole(last.availablePoints), whole(last.maxPoints), whole(least.availablePoints))
}
