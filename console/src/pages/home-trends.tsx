import { useQuery } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { streetHistory } from '../../../src/http/contract/street.ts'
import { getJson } from '../api/client.ts'
import { decimal, whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { Trend } from '../parts/trend.tsx'
import { street as texts } from '../texts/street.ts'
import classes from './home.module.css'

const REFETCH_MS = 60_000
const MINUTE_MS = 60_000
/** The age that nothing should reach: the objective from the change to the shop. */
const AGE_SHOWN_MS_MIN = 10 * MINUTE_MS

/** The last day at a look: how much was equal, how much waited, and for how long. */
export function HomeTrends() {
  const history = useQuery({
    queryKey: ['street', 'history'],
    queryFn: ({ signal }) => getJson<Wire<typeof streetHistory>>('/street/history', {}, signal),
    refetchInterval: REFETCH_MS,
  })
  if (history.data === undefined || history.data.points.length === 0) return null
  const { points, spanMs, since } = history.data
  const over = { since: Date.parse(since), spanMs, now: Date.parse(since) + 24 * 60 * MINUTE_MS }
  const equal = points.filter(point => point.levels > 0).map(({ at, levels, levelsEqual }) => ({ at, value: levelsEqual / levels }))
  return (
    <Panel title={texts.theLast24Hours}>
      <div className={classes.trends}>
        <Trend {...over} title={texts.levelsEqual} points={equal} most={1} least={leastOf(equal)} shown={percent} worstIs="least" />
        <Trend
          {...over}
          title={texts.waitingOnTheStreet}
          points={points.map(({ at, backlog }) => ({ at, value: backlog }))}
          most={10}
          shown={whole}
        />
        <Trend
          {...over}
          title={texts.oldestChangeThatWaits}
          points={points.map(({ at, oldestMs }) => ({ at, value: oldestMs ?? 0 }))}
          most={AGE_SHOWN_MS_MIN}
          shown={age}
        />
      </div>
    </Panel>
  )
}

/** A hundredth is seen where nearly all is equal; where much is not, the whole scale is shown. */
function leastOf(points: readonly { value: number }[]): number {
  return Math.min(0.9, ...points.map(point => point.value)) < 0.9 ? 0 : 0.9
}

function percent(share: number): string {
  return `${decimal(Math.floor(share * 10_000) / 100, { max: 2 })} %`
}

function age(ms: number): string {
  if (ms === 0) return 'none'
  return ms < 2 * MINUTE_MS ? `${Math.round(ms / 1_000)} s` : `${whole(Math.round(ms / MINUTE_MS))} min`
}
