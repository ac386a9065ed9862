import { useParams } from 'react-router'
import { type JobDetail, useJob, useRuns } from '../api/jobs.ts'
import { Back } from '../parts/back.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { jobs as texts } from '../texts/jobs.ts'
import classes from './job.module.css'
import { JobActions } from './job-actions.tsx'
import { JobEdits } from './job-edits.tsx'
import { JobOwn } from './job-own.tsx'
import { JobPeople } from './job-people.tsx'
import { JobSchedule } from './job-schedule.tsx'
import { frequency, stateOf } from './job-words.ts'
import { RunTable } from './run-table.tsx'

/** One job: how it does, when it runs, what it was told, what it did, and who changed it. */
export function JobPage() {
  const { slug = '' } = useParams()
  const job = useJob(slug)
  return (
    <>
      <Back to="/jobs">{texts.jobManager}</Back>
      <Shown of={job}>{found => <Inside key={found.slug} job={found} />}</Shown>
    </>
  )
}

function Inside({ job }: { job: JobDetail }) {
  const runs = useRuns({ job: job.name, pageSize: 10 })
  return (
    <>
      <PageHead title={job.name} lead={job.description} actions={<JobActions job={job} />} />
      <div style={{ display: 'grid', gap: 16 }}>
        <Panel>
          <p className={classes.state}>
            <State {...stateOf(job)} /> {job.schedule.paused && texts.by(job.schedule.paused.by, job.schedule.paused.reason)}
          </p>
          {job.findings.map(finding => (
            <p key={finding.code} className={classes.state}>
              {withCounts(finding.evidence)} <Code code={finding.code} />
            </p>
          ))}
          <Facts
            facts={[
              [texts.frequency, frequency(job.schedule)],
              [texts.nextRun, job.nextAt[0] === undefined ? texts.none : <When key="next" at={job.nextAt[0]} />],
              [texts.lastRun, job.lastRun === null ? texts.notYet : <When key="last" at={job.lastRun.startedAt} />],
              [texts.waiting2, whole(job.waiting.backlog)],
            ]}
          />
          <p className={classes.also}>
            {texts.worksFor(job.steps.join(', '))}
            {job.aliases.length > 0 && ` ${texts.alsoKnownAs(job.aliases.join(', '))}`}
          </p>
        </Panel>
        <JobSchedule job={job} />
        <JobOwn job={job} />
        {job.parameters.length > 0 && <Parameters job={job} />}
        <Panel title={texts.runs2} note={texts.newestFirst} actions={<Export {...runs.asked} what={texts.runs2} />} isFlush>
          <Shown of={runs}>
            {({ rows }) =>
              rows.length === 0 ? (
                <Empty title={texts.itDidNotRunYet}>{texts.itsRunsStandHereWithWhatThey}</Empty>
              ) : (
                <RunTable rows={rows} />
              )
            }
          </Shown>
        </Panel>
        <JobPeople job={job} />
        <JobEdits job={job} />
      </div>
    </>
  )
}

function Parameters({ job }: { job: JobDetail }) {
  return (
    <Panel title={texts.parameters} isFlush>
      <Table
        label={texts.parameters}
        head={
          <tr>
            <th>{texts.name}</th>
            <th className={cell.wide}>{texts.meaning}</th>
            <th>{texts.value}</th>
          </tr>
        }
      >
        {job.parameters.map(one => (
          <tr key={one.name}>
            <td className="mono">{one.name}</td>
            <td>
              {one.description}{' '}
              {one.aliases.some(alias => alias !== one.name) && (
                <span className={cell.dim}>
                  {texts.also} {one.aliases.join(', ')}.
                </span>
              )}
            </td>
            <td className={cell.nowrap}>
              {one.isProtected ? (
                <span className={cell.dim}>{texts.setElsewhere}</span>
              ) : (
                (job.schedule.parameters[one.name] ?? one.default ?? texts.all)
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}
