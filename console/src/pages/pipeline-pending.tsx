import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { type Job, type QueuedRun, useJobs, useQueued, useTakeBack } from '../api/jobs.ts'
import { useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { exact } from '../parts/zone.ts'
import { jobs as texts } from '../texts/jobs.ts'
import { JobActions } from './job-actions.tsx'
import { causeOf, frequency, mayAct } from './job-words.ts'

/** What will run: first what waits on its queue, then the next tick of every job and of each shop and source with a schedule of its own. */
export function Pending() {
  const jobs = useJobs()
  const queued = useQueued()
  return (
    <Panel title={texts.pending} note={texts.nextFirst} actions={<Export path="/jobs" what={texts.pending} />} isFlush>
      <Shown of={jobs}>
        {({ rows }) => (
          <Shown of={queued}>
            {({ rows: asked }) => {
              const ticks = nextTicks(rows)
              if (asked.length + ticks.length === 0) return <Empty title={texts.nothingWillRun}>{texts.everyJobIsPausedOrHasNo}</Empty>
              return <PendingTable asked={asked} ticks={ticks} />
            }}
          </Shown>
        )}
      </Shown>
    </Panel>
  )
}

type Tick = { job: Job; whose: string | null; schedule: Job['schedule']; backlog: number; at: string }

/** The next tick of every schedule, the job's own or that of one shop or source, next first. */
function nextTicks(jobs: readonly Job[]): Tick[] {
  return jobs
    .flatMap(job => [{ ...job, whose: null }, ...job.own].map(one => ({ one, job })))
    .flatMap(({ one: { whose, schedule, waiting, nextAt }, job }) =>
      nextAt[0] === undefined ? [] : [{ job, whose, schedule, backlog: waiting.backlog, at: nextAt[0] }],
    )
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
}

const nameOf = (job: string, whose: string | null | undefined) => (whose ? texts.jobFor(job, whose) : job)

function PendingTable({ asked, ticks }: { asked: readonly QueuedRun[]; ticks: readonly Tick[] }) {
  return (
    <Table
      label={texts.pending}
      head={
        <tr>
          <th className={cell.wide}>{texts.job}</th>
          <th className={cell.narrowHidden}>{texts.frequency}</th>
          <th className={cell.right}>{texts.waiting2}</th>
          <th className={cell.right}>{texts.runsNext}</th>
          <th>
            <span className="sr-only">{texts.actions}</span>
          </th>
        </tr>
      }
    >
      {asked.map(one => (
        <tr key={one.queuedId}>
          <td>
            <Link to={`/jobs/${one.slug}`} data-row>
              {nameOf(one.job, one.parameters.shop ?? one.parameters.source)}
            </Link>
            <div className={cell.dim}>{causeOf({ cause: one.cause, askedBy: one.by })}</div>
          </td>
          <td className={`${cell.narrowHidden} ${cell.nowrap}`}>{texts.once}</td>
          <td className={cell.right} />
          <td className={cell.right} title={exact(one.queuedAt)}>
            {texts.asked} <When at={one.queuedAt} />
          </td>
          <td className={cell.right}>
            <TakeBack run={one} />
          </td>
        </tr>
      ))}
      {ticks.map(({ job, whose, schedule, backlog, at }) => (
        <tr key={`${job.slug} ${whose}`}>
          <td>
            <Link to={`/jobs/${job.slug}`} data-row>
              {nameOf(job.name, whose)}
            </Link>
            <div className={cell.dim}>{job.category}</div>
          </td>
          <td className={`${cell.narrowHidden} ${cell.nowrap}`}>{frequency(schedule)}</td>
          <td className={cell.right}>{whole(backlog)}</td>
          <td className={cell.right} title={exact(at)}>
            <When at={at} />
          </td>
          <td className={cell.right}>{whose === null && <JobActions job={job} />}</td>
        </tr>
      ))}
    </Table>
  )
}

/** For who may run the job: what it was asked for is not done. */
function TakeBack({ run }: { run: QueuedRun }) {
  const session = useSession()
  const jobs = useJobs()
  const takeBack = useTakeBack()
  const people = jobs.data?.rows.find(job => job.slug === run.slug)?.people ?? null
  if (jobs.data === undefined || !mayAct(session.data, people)) return null
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => takeBack.mutate(run.queuedId)}
        loading={takeBack.isPending}
        aria-label={texts.takeBackTheRunOf(nameOf(run.job, run.parameters.shop ?? run.parameters.source))}
      >
        {texts.takeBack}
      </Button>
      <Trouble error={takeBack.error} />
    </>
  )
}
