import { useCallback } from 'react'
import { Link } from 'react-router'
import { type Job, useJobs, useRuns } from '../api/jobs.ts'
import { Columns } from '../parts/columns.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { exact } from '../parts/zone.ts'
import { jobs as texts } from '../texts/jobs.ts'
import { JobActions } from './job-actions.tsx'
import { JobTabs } from './job-tabs.tsx'
import { JobTimeline } from './job-timeline.tsx'
import { frequency, OUTCOME_CHOICES } from './job-words.ts'
import { RUN_COLUMNS, RunTable } from './run-table.tsx'

const SECTIONS = [
  { value: 'pending', label: texts.pending },
  { value: 'running', label: texts.running },
  { value: 'history', label: texts.history },
  { value: 'timeline', label: texts.timeline },
]

/** The job pipeline: what will run, what runs, and what ran. */
export function Pipeline() {
  const view = useView()
  const section = view.get('section') ?? 'history'
  return (
    <>
      <PageHead title={texts.jobManager} lead={texts.thePipelineWhatWillRunWhatRuns} />
      <JobTabs />
      <div style={{ marginBottom: 16 }}>
        <Chips
          label={texts.partOfThePipeline}
          value={section}
          options={SECTIONS}
          onChange={to => view.set({ section: to ?? section, outcome: null })}
        />
      </div>
      {section === 'pending' && <Pending />}
      {section === 'running' && <Running />}
      {section === 'history' && <History />}
      {section === 'timeline' && <JobTimeline />}
    </>
  )
}

function Pending() {
  const jobs = useJobs()
  return (
    <Panel title={texts.pending} note={texts.nextFirst} actions={<Export path="/jobs" what={texts.pending} />} isFlush>
      <Shown of={jobs}>
        {({ rows }) => {
          const next = rows
            .filter(job => job.nextAt.length > 0)
            .toSorted((one, other) => Date.parse(one.nextAt[0] ?? '') - Date.parse(other.nextAt[0] ?? ''))
          if (next.length === 0) return <Empty title={texts.nothingWillRun}>{texts.everyJobIsPausedOrHasNo}</Empty>
          return <PendingTable rows={next} />
        }}
      </Shown>
    </Panel>
  )
}

function PendingTable({ rows }: { rows: readonly Job[] }) {
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
      {rows.map(job => (
        <tr key={job.slug}>
          <td>
            <Link to={`/jobs/${job.slug}`} data-row>
              {job.name}
            </Link>
            <div className={cell.dim}>{job.category}</div>
          </td>
          <td className={cell.narrowHidden}>{frequency(job.schedule)}</td>
          <td className={cell.right}>{whole(job.waiting.backlog)}</td>
          <td className={cell.right} title={job.nextAt[0] && exact(job.nextAt[0])}>
            <When at={job.nextAt[0] ?? null} />
          </td>
          <td className={cell.right}>
            <JobActions job={job} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Running() {
  const runs = useRuns({ outcome: 'running' })
  return (
    <Panel title={texts.running} isFlush>
      <Shown of={runs}>
        {({ rows }) =>
          rows.length === 0 ? <Empty title={texts.nothingRunsAtThisMoment}>{texts.aRunThatAScheduleOrA}</Empty> : <RunTable rows={rows} />
        }
      </Shown>
    </Panel>
  )
}

function History() {
  const view = useView()
  const runs = useRuns({
    outcome: view.get('outcome'),
    cause: view.get('cause'),
    search: view.get('search'),
    job: view.get('job'),
    page: view.page,
  })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <Panel title={texts.history} note={runs.data && totalOf(runs.data)} isFlush>
      <div className={cell.toolbar}>
        <Search label={texts.searchJobMessageOrCode} value={view.get('search') ?? ''} onChange={search} />
        <Chips label={texts.state} value={view.get('outcome')} options={OUTCOME_CHOICES} onChange={outcome => view.set({ outcome })} />
        <Chips
          label={texts.whyItRan}
          value={view.get('cause')}
          options={[
            { value: 'tick', label: texts.bySchedule },
            { value: 'person', label: texts.byAPerson },
            { value: 'nudge', label: texts.becauseSomethingCame },
          ]}
          onChange={cause => view.set({ cause })}
        />
        <Export {...runs.asked} what={texts.history} />
        <Columns list="runs" columns={RUN_COLUMNS} />
      </div>
      <Shown of={runs}>
        {page => (
          <Paged of={page} empty={<Empty title={texts.nothingFits}>{texts.takeAFilterAwayToSeeMore}</Empty>}>
            <RunTable rows={page.rows} />
          </Paged>
        )}
      </Shown>
    </Panel>
  )
}
