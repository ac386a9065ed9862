import type { JobDetail } from '../api/jobs.ts'
import { cell, Table } from '../parts/list.tsx'
import { Empty } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { exact } from '../parts/zone.ts'
import { jobs as texts } from '../texts/jobs.ts'

/** Who changed a job, or what a shop or source has of its own, from what to what. */
export function JobEdits({ job }: { job: Pick<JobDetail, 'edits'> }) {
  return (
    <Panel title={texts.changes} note={texts.newestFirst} isFlush>
      {job.edits.length === 0 ? (
        <Empty title={texts.nobodyChangedIt}>{texts.itRunsAsItWasMade}</Empty>
      ) : (
        <Table
          label={texts.changes}
          head={
            <tr>
              <th>{texts.who}</th>
              <th className={cell.wide}>{texts.what}</th>
              <th className={cell.right}>{texts.when}</th>
            </tr>
          }
        >
          {job.edits.map(edit => (
            <tr key={edit.seq}>
              <td>{edit.who}</td>
              <td>
                {DEEDS[edit.action] ?? edit.action} {edit.reason && `“${edit.reason}”`}
                {edit.action === 'job.schedule' && <div className={cell.dim}>{difference(edit.before, edit.after)}</div>}
              </td>
              <td className={cell.right}>
                <When at={edit.at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

const DEEDS: Record<string, string> = {
  'job.run': texts.ranIt,
  'job.end': texts.terminatedARun,
  'job.pause': texts.pausedIt,
  'job.resume': texts.resumedIt,
  'job.skip': texts.skippedARun,
  'job.schedule': texts.changedItsSchedule,
  'job.people': texts.choseWhoMayRunIt,
}

function difference(before: unknown, after: unknown): string {
  const [was, is] = [fields(before), fields(after)]
  const changed = Object.keys(is).filter(name => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
  return changed.map(name => `${name}: ${said(was[name])} → ${said(is[name])}`).join(', ')
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function said(value: unknown): string {
  if (typeof value === 'number') return exact(new Date(value).toISOString())
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
