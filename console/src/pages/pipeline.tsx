import { useCallback } from 'react'
import { Link } from 'react-router'
import { type Job, useJobs, useRuns } from '../api/jobs.ts'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { exact, When } from '../parts/when.tsx'
import { JobActions } from './job-actions.tsx'
import { JobTabs } from './job-tabs.tsx'
import { JobTimeline } from './job-timeline.tsx'
import { frequency, OUTCOME_CHOICES } from './job-words.ts'
import { RunTable } from './run-table.tsx'

const SECTIONS = [
  { value: 'pending', label: 'Pending' },
  { value: 'running', label: 'Running' },
  { value: 'history', label: 'History' },
  { value: 'timeline', label: 'Timeline' },
]

/** The job pipeline: what will run, what runs, and what ran. */
export function Pipeline() {
  const view = useView()
  const section = view.get('section') ?? 'history'
  return (
    <>
      <PageHead title="Job Manager" lead="The pipeline: what will run, what runs, and what ran." />
      <JobTabs />
      <div style={{ marginBottom: 16 }}>
        <Chips
          label="Part of the pipeline"
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
    <Panel title="Pending" note="next first" isFlush>
      <Shown of={jobs}>
        {({ rows }) => {
          const next = rows
            .filter(job => job.nextAt.length > 0)
            .toSorted((one, other) => Date.parse(one.nextAt[0] ?? '') - Date.parse(other.nextAt[0] ?? ''))
          if (next.length === 0) return <Empty title="Nothing will run">Every job is paused or has no next time.</Empty>
          return <PendingTable rows={next} />
        }}
      </Shown>
    </Panel>
  )
}

function PendingTable({ rows }: { rows: readonly Job[] }) {
  return (
    <Table
      label="Pending"
      head={
        <tr>
          <th className={cell.wide}>Job</th>
          <th className={cell.narrowHidden}>Frequency</th>
          <th className={cell.right}>Waiting</th>
          <th className={cell.right}>Runs next</th>
          <th>
            <span className="sr-only">Actions</span>
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
    <Panel title="Running" isFlush>
      <Shown of={runs}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="Nothing runs at this moment">A run that a schedule or a person began stands here with how far it is.</Empty>
          ) : (
            <RunTable rows={rows} />
          )
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
    <Panel title="History" note={runs.data && totalOf(runs.data)} isFlush>
      <div className={cell.toolbar}>
        <Search label="Search job, message or code" value={view.get('search') ?? ''} onChange={search} />
        <Chips label="State" value={view.get('outcome')} options={OUTCOME_CHOICES} onChange={outcome => view.set({ outcome })} />
        <Chips
          label="Why it ran"
          value={view.get('cause')}
          options={[
            { value: 'tick', label: 'By schedule' },
            { value: 'person', label: 'By a person' },
            { value: 'nudge', label: 'Because something came' },
          ]}
          onChange={cause => view.set({ cause })}
        />
      </div>
      <Shown of={runs}>
        {page =>
          page.rows.length === 0 ? (
            <Empty title="Nothing fits">Take a filter away to see more.</Empty>
          ) : (
            <>
              <RunTable rows={page.rows} />
              <Pager of={page} onPage={to => view.set({ page: String(to) })} />
            </>
          )
        }
      </Shown>
    </Panel>
  )
}
