import type { JobRun } from '../api/queries.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

const CAUSE = { tick: 'by schedule', nudge: 'because something came', person: 'asked for by a person' }

export function Runs({ rows }: { rows: readonly JobRun[] }) {
  return (
    <Table
      label="Runs"
      head={
        <tr>
          <th className={cell.narrowHidden}>Outcome</th>
          <th className={cell.wide}>Job</th>
          <th className={cell.right}>Read</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>Wrote</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>Took</th>
          <th className={cell.right}>Started</th>
        </tr>
      }
    >
      {rows.map(run => (
        <tr key={run.runId}>
          <td className={cell.narrowHidden}>
            <Outcome run={run} />
          </td>
          <td>
            <div className={cell.narrowOnly}>
              <Outcome run={run} />
            </div>
            {run.job}{' '}
            <span className={cell.dim}>
              {run.room}, {CAUSE[run.cause]}
            </span>
            {run.message && (
              <div>
                {run.message} {run.code && <Code code={run.code} />}
              </div>
            )}
          </td>
          <td className={cell.right}>{whole(run.read)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(run.wrote)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>
            {run.finishedAt === null ? '' : took(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}
          </td>
          <td className={cell.right}>
            <When at={run.startedAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Outcome({ run }: { run: JobRun }) {
  if (run.outcome === null) return <State tone="working" word="Running" isQuiet />
  return run.outcome === 'finished' ? <State tone="ok" word="Finished" isQuiet /> : <State tone="stuck" word="Failed" isQuiet />
}

const took = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`)
