import { useCallback } from 'react'
import { useRuns } from '../api/jobs.ts'
import { Columns } from '../parts/columns.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { jobs as texts } from '../texts/jobs.ts'
import { JobTabs } from './job-tabs.tsx'
import { JobTimeline } from './job-timeline.tsx'
import { OUTCOME_CHOICES } from './job-words.ts'
import { Pending } from './pipeline-pending.tsx'
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
