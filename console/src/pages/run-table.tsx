import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { type JobRun, useEndRun, useJobs, useRunAgain } from '../api/jobs.ts'
import { useSession } from '../api/queries.ts'
import { useHidden } from '../parts/columns.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Trouble } from '../parts/nothing.tsx'
import { decimal, whole } from '../parts/number.ts'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { jobs as texts } from '../texts/jobs.ts'
import { causeOf, mayAct, outcomeOf } from './job-words.ts'
import classes from './run-table.module.css'

/** What of a run may be left out, beside its state and its job. */
export const RUN_COLUMNS = {
  ...{ read: texts.read2, wrote: texts.wrote, errors: texts.errors, took: texts.took, started: texts.started },
}

/** The place of the first of them. */
const FIRST = 3

/** Runs with what they did, why they ran, and what can be done about them. */
export function RunTable({ rows }: { rows: readonly JobRun[] }) {
  const hidden = useHidden('runs', RUN_COLUMNS, FIRST)
  return (
    <Table
      label={texts.runs2}
      hidden={hidden}
      head={
        <tr>
          <th className={cell.narrowHidden}>{texts.state}</th>
          <th className={cell.wide}>{texts.job}</th>
          <th className={cell.right}>{texts.read2}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.wrote}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.errors}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.took}</th>
          <th className={cell.right}>{texts.started}</th>
          <th>
            <span className="sr-only">{texts.actions}</span>
          </th>
        </tr>
      }
    >
      {rows.map(run => (
        <tr key={run.runId}>
          <td className={cell.narrowHidden}>
            <State {...outcomeOf(run)} isQuiet />
          </td>
          <td>
            <div className={cell.narrowOnly}>
              <State {...outcomeOf(run)} isQuiet />
            </div>
            <Link to={`/jobs/${encodeURIComponent(run.job)}`}>{run.job}</Link>{' '}
            <span className={cell.dim}>
              {run.room}, {causeOf(run)}
              {Object.entries(run.parameters).map(([name, value]) => ` · ${name} ${value}`)}
            </span>
            {run.made.length > 0 && (
              <div>
                {run.made.map(one => (
                  <Link key={`${one.kind} ${one.id}`} to={PLACE_OF[one.kind](one)} className={classes.made}>
                    {WORD_OF[one.kind]} {one.label}
                  </Link>
                ))}
              </div>
            )}
            {run.message && (
              <div>
                {run.message} {run.code && <Code code={run.code} />}
              </div>
            )}
          </td>
          <td className={cell.right}>{whole(run.read)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(run.wrote)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{run.errors > 0 ? whole(run.errors) : ''}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>
            {run.finishedAt === null ? '' : took(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}
          </td>
          <td className={cell.right}>
            <When at={run.startedAt} />
          </td>
          <td className={cell.right}>
            <RunActions run={run} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

const WORD_OF = { file: texts.file, upload: texts.uploadTo, proof: texts.proofOf, report: texts.fileThatWentOut } as const
const PLACE_OF: Record<JobRun['made'][number]['kind'], (made: { id: number; label: string }) => string> = {
  file: ({ id }) => `/files/${id}`,
  upload: ({ id }) => `/uploads/${id}`,
  proof: ({ id }) => `/proofs/${id}`,
  report: () => '/reports',
}

function RunActions({ run }: { run: JobRun }) {
  const session = useSession()
  const jobs = useJobs()
  const again = useRunAgain()
  const end = useEndRun()
  // Until it is known to whom the job was given, nobody is offered what might be refused.
  if (jobs.data === undefined || !mayAct(session.data, jobs.data.rows.find(job => job.name === run.job)?.people ?? null)) return null
  if (run.outcome === null) {
    return (
      <>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => end.mutate(run.runId)}
          disabled={run.cancelAskedAt !== null}
          aria-label={texts.terminateTheRunOf(run.job)}
        >
          {texts.terminate}
        </Button>
        <Trouble error={end.error} />
      </>
    )
  }
  if (run.outcome !== 'failed' && run.outcome !== 'crashed' && run.outcome !== 'cancelled') return null
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => again.mutate(run.runId)} aria-label={texts.runAgain(run.job)}>
        {again.isSuccess ? texts.queued : texts.runAgain2}
      </Button>
      <Trouble error={again.error} />
    </>
  )
}

const took = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${decimal(ms / 1_000, 1)} s`)
