import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { type Job, type JobRun, useJobs, useRunJob, useRuns, useSession } from '../api/queries.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { Runs } from './runs.tsx'

/** The jobs by the names that operators know, when they ran and will run, and what ran lately. */
export function Jobs() {
  const jobs = useJobs()
  const runs = useRuns({ limit: 25 })
  return (
    <>
      <PageHead title="Job Manager" lead="A file that comes in is taken on at once; the schedules see to what a nudge missed." />
      <Shown of={jobs}>
        {({ rows }) => (
          <div style={{ display: 'grid', gap: 16 }}>
            {[...new Set(rows.map(job => job.category))].map(category => (
              <Panel key={category} title={category} isFlush>
                <JobTable label={category} rows={rows.filter(job => job.category === category)} />
              </Panel>
            ))}
          </div>
        )}
      </Shown>
      <div style={{ marginTop: 16 }}>
        <Panel title="History" note="newest first" isFlush>
          <Shown of={runs}>
            {({ rows }) =>
              rows.length === 0 ? <Empty title="Nothing ran yet">Runs stand here with what they did.</Empty> : <Runs rows={rows} />
            }
          </Shown>
        </Panel>
      </div>
    </>
  )
}

function JobTable({ label, rows }: { label: string; rows: readonly Job[] }) {
  return (
    <Table
      label={label}
      head={
        <tr>
          <th className={cell.wide}>Job</th>
          <th className={`${cell.nowrap} ${cell.narrowHidden}`}>Last run</th>
          <th className={`${cell.nowrap} ${cell.narrowHidden}`}>Next</th>
          <th>
            <span className="sr-only">Run</span>
          </th>
        </tr>
      }
    >
      {rows.map(job => (
        <tr key={job.slug}>
          <td>
            <b>{job.name}</b>
            <div className={cell.dim}>{job.description}</div>
            <div className={cell.narrowOnly}>
              <LastRun run={job.lastRun} />
            </div>
          </td>
          <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
            <LastRun run={job.lastRun} />
          </td>
          <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
            <When at={job.nextAt} />
            <div className={`${cell.dim} mono`} title="Minute, hour, day, month, weekday; in UTC">
              {job.cron}
            </div>
          </td>
          <td className={cell.right}>
            <RunNow job={job} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function LastRun({ run }: { run: JobRun | null }) {
  if (run === null) return <span className={cell.dim}>not yet</span>
  if (run.outcome === null) return <State tone="working" word="Running" isQuiet />
  return (
    <>
      <State tone={run.outcome === 'finished' ? 'ok' : 'stuck'} word={run.outcome === 'finished' ? 'Finished' : 'Failed'} isQuiet />
      <div className={cell.dim}>
        <When at={run.finishedAt} />
        {run.read > 0 && `, ${whole(run.read)} read`} {run.code && <Code code={run.code} />}
      </div>
    </>
  )
}

function RunNow({ job }: { job: Job }) {
  const session = useSession()
  const run = useRunJob()
  if (session.data?.role === 'viewer') return null
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        onClick={() => run.mutate(job.slug)}
        loading={run.isPending}
        aria-label={`Run ${job.name} now`}
      >
        Run now
      </Button>
      <span className="sr-only" role="status">
        {run.data && (run.data.isQueued ? `${job.name} was queued` : `${job.name} waits to run already`)}
      </span>
      <Trouble error={run.error} />
    </>
  )
}
