import { Link } from 'react-router'
import { type JobTimeline as Timeline, useTimeline } from '../api/jobs.ts'
import { Chips, useView } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { exact } from '../parts/zone.ts'
import { jobs as texts } from '../texts/jobs.ts'
import classes from './job-timeline.module.css'

const WIDTH = 1_000
const HEIGHT = 28
const WIDTH_MIN = 3
const HOURS = ['1', '6', '24', '48']

const LEGEND = [
  [classes.ok, texts.aRun],
  [classes.bad, texts.aRunThatFailed],
  [classes.next, texts.aRunThatComes],
  [classes.missed, texts.aTickThatBeganNothing],
] as const

/** Every job on one line of time: what ran and how it ended, what comes, and the ticks that began nothing. */
export function JobTimeline() {
  const view = useView()
  const hours = view.get('hours') ?? '6'
  const timeline = useTimeline(hours)
  return (
    <Panel
      title={texts.timeline}
      actions={
        <Chips
          label={texts.howFarBack}
          value={hours}
          options={HOURS.map(value => ({ value, label: `${value} h` }))}
          onChange={to => view.set({ hours: to })}
        />
      }
      isFlush
    >
      <p className={classes.legend}>
        {LEGEND.map(([mark, said]) => (
          <span key={said}>
            <svg width={8} height={14} aria-hidden>
              <rect x={1} y={1} width={6} height={12} className={mark} />
            </svg>
            {said}
          </span>
        ))}
        {timeline.data?.isCut && <span>{texts.theOldestRunsOfThisSpanAre}</span>}
      </p>
      <Shown of={timeline}>
        {data => (
          <div className={classes.timeline}>
            {data.rows.map(row => (
              <div key={row.slug} className={classes.row}>
                <Link to={`/jobs/${row.slug}`}>{row.name}</Link>
                <Line row={row} of={data} />
              </div>
            ))}
          </div>
        )}
      </Shown>
    </Panel>
  )
}

function Line({ row, of }: { row: Timeline['rows'][number]; of: Timeline }) {
  const [from, until, now] = [of.from, of.until, of.now].map(at => Date.parse(at)) as [number, number, number]
  const x = (at: number) => ((Math.max(at, from) - from) / (until - from)) * WIDTH
  const failed = row.runs.filter(run => run.outcome === 'failed' || run.outcome === 'crashed').length
  const said = [
    texts.runs(row.runs.length),
    failed > 0 ? `${failed} failed` : null,
    row.missedAt.length > 0 ? texts.ticksBeganNothing(row.missedAt.length) : null,
    row.nextAt[0] === undefined ? texts.nothingComes : texts.nextAt(exact(row.nextAt[0])),
  ]
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${row.name}: ${said.filter(Boolean).join(', ')}`}
    >
      <line x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} className={classes.floor} />
      <line x1={x(now)} x2={x(now)} y1={0} y2={HEIGHT} className={classes.now} />
      {row.missedAt.map(at => (
        <rect key={at} x={x(Date.parse(at)) - 3} y={6} width={6} height={HEIGHT - 12} className={classes.missed}>
          <title>{texts.dueAndNothingBegan(exact(at))}</title>
        </rect>
      ))}
      {row.runs.map(run => {
        const [start, end] = [Date.parse(run.startedAt), run.finishedAt === null ? now : Date.parse(run.finishedAt)]
        return (
          <rect
            key={run.startedAt + (run.whose ?? '')}
            x={x(start)}
            y={4}
            width={Math.max(WIDTH_MIN, x(end) - x(start))}
            height={HEIGHT - 8}
            className={toneOf(run.outcome)}
          >
            <title>{`${exact(run.startedAt)}${run.whose === null ? '' : texts.forWord(run.whose)}: ${run.outcome ?? 'running'}`}</title>
          </rect>
        )
      })}
      {row.nextAt.map(at => (
        <rect key={at} x={x(Date.parse(at)) - 2} y={9} width={4} height={HEIGHT - 18} className={classes.next} />
      ))}
    </svg>
  )
}

function toneOf(outcome: Timeline['rows'][number]['runs'][number]['outcome']): string | undefined {
  if (outcome === null) return classes.working
  if (outcome === 'failed' || outcome === 'crashed') return classes.bad
  return outcome === 'cancelled' || outcome === 'skipped' ? classes.other : classes.ok
}
