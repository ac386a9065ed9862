import { useParams } from 'react-router'
import { useSources } from '../api/feeds.ts'
import { type Of, useJob, useRuns } from '../api/jobs.ts'
import { Back } from '../parts/back.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { jobs as jobTexts } from '../texts/jobs.ts'
import { sources as texts } from '../texts/sources.ts'
import { JobEdits } from './job-edits.tsx'
import { JobOwn } from './job-own.tsx'
import { JobPeople } from './job-people.tsx'
import { RunTable } from './run-table.tsx'
import { SourceCard } from './sources.tsx'

/** The job that looks at sources. */
const LOOKING = 'import-inventory'

/** One source: how it does, when it is looked at, what its runs came to, and who changed that. */
export function SourcePage() {
  const { name = '' } = useParams()
  const sources = useSources()
  return (
    <>
      <Back to="/sources">{texts.sources}</Back>
      <PageHead title={name} />
      <Shown of={sources}>
        {({ rows }) => {
          const source = rows.find(one => one.name === name)
          if (source === undefined)
            return (
              <Panel>
                <Empty title={texts.noSuchSource(name)}>{texts.itMayHaveBeenRemoved}</Empty>
              </Panel>
            )
          return (
            <div style={{ display: 'grid', gap: 16 }}>
              <SourceCard source={source} isAlone />
              <Looking name={name} />
            </div>
          )
        }}
      </Shown>
    </>
  )
}

function Looking({ name }: { name: string }) {
  const of: Of = { per: 'source', whose: name }
  const job = useJob(LOOKING, of)
  const runs = useRuns({ job: job.data?.name ?? '', whose: name, pageSize: 10 })
  return (
    <Shown of={job}>
      {found => (
        <>
          <JobOwn job={found} only={name} />
          <Panel title={jobTexts.runs2} note={jobTexts.newestFirst} isFlush>
            <Shown of={runs}>
              {({ rows }) =>
                rows.length === 0 ? (
                  <Empty title={jobTexts.itDidNotRunYet}>{jobTexts.itsRunsStandHereWithWhatThey}</Empty>
                ) : (
                  <RunTable rows={rows} />
                )
              }
            </Shown>
          </Panel>
          <JobPeople job={found} />
          <JobEdits job={found} />
        </>
      )}
    </Shown>
  )
}
