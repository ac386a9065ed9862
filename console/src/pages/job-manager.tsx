import { Link, useParams } from 'react-router'
import { type Job, useJobs } from '../api/jobs.ts'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { jobs as texts } from '../texts/jobs.ts'
import { JobActions } from './job-actions.tsx'
import { JobTabs } from './job-tabs.tsx'
import { frequency, outcomeOf, stateOf } from './job-words.ts'

/** The jobs by the names that operators know: of one category, or all of them. */
export function JobManager() {
  const { category } = useParams()
  const jobs = useJobs()
  return (
    <>
      <PageHead
        title={texts.jobManager}
        lead={texts.whatComesInIsTakenOnAt}
        actions={<Export path="/jobs" size="sm" what={texts.jobManager} />}
      />
      <JobTabs />
      <Shown of={jobs}>
        {({ rows }) => {
          const shown = rows.filter(job => category === undefined || job.category.toLowerCase() === category)
          if (shown.length === 0) return <Empty title={texts.noJobsHere}>{texts.everyJobIsInTheCatalogue}</Empty>
          return (
            <div style={{ display: 'grid', gap: 16 }}>
              {[...new Set(shown.map(job => job.category))].map(one => (
                <Panel key={one} title={one} isFlush>
                  <JobTable label={one} rows={shown.filter(job => job.category === one)} />
                </Panel>
              ))}
            </div>
          )
        }}
      </Shown>
    </>
  )
}

function JobTable({ label, rows }: { label: string; rows: readonly Job[] }) {
  return (
    <Table
      label={label}
      head={
        <tr>
          <th className={cell.wide}>{texts.job}</th>
          <th className={`${cell.nowrap} ${cell.narrowHidden}`}>{texts.state}</th>
          <th className={`${cell.nowrap} ${cell.mediumHidden}`}>{texts.frequency}</th>
          <th className={`${cell.nowrap} ${cell.narrowHidden}`}>{texts.lastRun}</th>
          <th className={`${cell.nowrap} ${cell.narrowHidden}`}>{texts.nextRun}</th>
          <th>
            <span className="sr-only">{texts.actions}</span>
          </th>
        </tr>
      }
    >
      {rows.map(job => (
        <tr key={job.slug}>
          <td>
            <Link to={`/jobs/${job.slug}`} data-row>
              {job.name}
            </Link>
            <div className={cell.dim}>{job.description}</div>
            <div className={cell.narrowOnly}>
              <State {...stateOf(job)} isQuiet />
            </div>
            {job.per !== null && job.own.length > 0 && <div className={cell.dim}>{texts.perWhat[job.per].has(job.own.length)}</div>}
            {[...job.findings, ...job.own.flatMap(one => one.findings)].map(finding => (
              <div key={finding.evidence}>
                {withCounts(finding.evidence)} <Code code={finding.code} />
              </div>
            ))}
          </td>
          <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
            <State {...stateOf(job)} isQuiet />
          </td>
          <td className={`${cell.nowrap} ${cell.mediumHidden}`}>{frequency(job.schedule)}</td>
          <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
            <LastRun job={job} />
          </td>
          <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
            {job.nextAt[0] === undefined ? <span className={cell.dim}>{texts.none}</span> : <When at={job.nextAt[0]} />}
          </td>
          <td className={cell.right}>
            <JobActions job={job} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function LastRun({ job: { lastRun } }: { job: Job }) {
  if (lastRun === null) return <span className={cell.dim}>{texts.notYet}</span>
  return (
    <>
      <State {...outcomeOf(lastRun)} isQuiet />
      <div className={cell.dim}>
        <When at={lastRun.finishedAt ?? lastRun.startedAt} />
        {lastRun.read > 0 && texts.read(whole(lastRun.read))}
      </div>
    </>
  )
}
