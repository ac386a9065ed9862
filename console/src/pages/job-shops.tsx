import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { type JobDetail, usePause, useResume, useSchedule, useUnschedule } from '../api/jobs.ts'
import { useSession, useShops } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Trouble } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { JobSchedule } from './job-schedule.tsx'
import { frequency, stateOf } from './job-words.ts'

/** The shops that have a schedule of their own for this job; the job's is for all the others. */
export function JobShops({ job }: { job: JobDetail }) {
  const session = useSession()
  const [edited, setEdited] = useState<string | null>(null)
  const isViewer = session.data?.role === 'viewer'
  const own = job.shops.find(one => one.shop === edited)
  return (
    <>
      <Panel
        title="Shops with a schedule of their own"
        actions={isViewer ? undefined : <GiveOne job={job} taken={job.shops.map(one => one.shop)} given={setEdited} />}
        isFlush
      >
        {job.shops.length === 0 ? (
          <Empty title="Every shop runs by the schedule above">Choose a shop to give it another frequency, time zone or pause.</Empty>
        ) : (
          <Table
            label="Shops with a schedule of their own"
            head={
              <tr>
                <th>Shop</th>
                <th>State</th>
                <th className={`${cell.wide} ${cell.narrowHidden}`}>Frequency</th>
                <th className={`${cell.nowrap} ${cell.mediumHidden}`}>Last run</th>
                <th className={`${cell.nowrap} ${cell.narrowHidden}`}>Next run</th>
                <th>
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            }
          >
            {job.shops.map(one => (
              <ShopRow
                key={one.shop}
                job={job}
                one={one}
                isViewer={isViewer}
                edit={() => setEdited(one.shop === edited ? null : one.shop)}
              />
            ))}
          </Table>
        )}
      </Panel>
      {own && <JobSchedule key={own.shop} job={job} schedule={own.schedule} shop={own.shop} />}
    </>
  )
}

type OwnSchedule = JobDetail['shops'][number]

function ShopRow({ job, one, isViewer, edit }: { job: JobDetail; one: OwnSchedule; isViewer: boolean; edit: () => void }) {
  const pause = usePause(job.slug, one.shop)
  const resume = useResume(job.slug, one.shop)
  const remove = useUnschedule(job.slug, one.shop)
  return (
    <tr>
      <td>
        {one.shop}
        {one.schedule.paused && <div className={cell.dim}>“{one.schedule.paused.reason}”</div>}
        {one.findings.map(finding => (
          <div key={finding.code}>
            {finding.evidence} <Code code={finding.code} />
          </div>
        ))}
      </td>
      <td className={cell.nowrap}>
        <State {...stateOf(one)} isQuiet />
      </td>
      <td className={cell.narrowHidden}>{frequency(one.schedule)}</td>
      <td className={`${cell.nowrap} ${cell.mediumHidden}`}>
        {one.lastRun === null ? <span className={cell.dim}>not yet</span> : <When at={one.lastRun.startedAt} />}
      </td>
      <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
        {one.nextAt[0] === undefined ? <span className={cell.dim}>none</span> : <When at={one.nextAt[0]} />}
      </td>
      <td className={cell.right}>
        {!isViewer && (
          <div style={{ display: 'inline-flex', gap: 4 }}>
            {one.schedule.paused === null ? (
              <AskWhy
                label="Pause …"
                name={`Pause ${job.name} for ${one.shop}`}
                title={`Pause ${job.name} for ${one.shop}`}
                confirm={`Pause ${job.name} for ${one.shop}`}
                note="It stands beside the job, on the street and in the audit log."
                tone="default"
                size="xs"
                deed={pause}
              >
                <p style={{ margin: 0 }}>Nothing will run it for this shop but a person. What comes meanwhile waits.</p>
              </AskWhy>
            ) : (
              <Button
                size="xs"
                onClick={() => resume.mutate()}
                loading={resume.isPending}
                aria-label={`Resume ${job.name} for ${one.shop}`}
              >
                Resume
              </Button>
            )}
            <Button size="xs" variant="default" onClick={edit} aria-label={`Change the schedule of ${one.shop}`}>
              Change
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => remove.mutate()}
              loading={remove.isPending}
              aria-label={`Let ${one.shop} run with all the others`}
            >
              With all others
            </Button>
          </div>
        )}
        <Trouble error={resume.error ?? remove.error} />
      </td>
    </tr>
  )
}

function GiveOne({ job, taken, given }: { job: JobDetail; taken: readonly string[]; given: (shop: string) => void }) {
  const shops = useShops()
  const [shop, setShop] = useState('')
  const save = useSchedule(job.slug, shop)
  const { cron, timeZone } = job.schedule
  const left = (shops.data?.rows ?? []).filter(one => !taken.includes(one.code))
  if (left.length === 0) return null
  return (
    <div style={{ display: 'inline-flex', gap: 8, alignItems: 'center' }}>
      <NativeSelect
        aria-label="Shop"
        size="xs"
        value={shop}
        onChange={event => setShop(event.currentTarget.value)}
        data={[{ value: '', label: 'Choose a shop' }, ...left.map(one => ({ value: one.code, label: one.name }))]}
      />
      <Button
        size="xs"
        variant="default"
        disabled={shop === ''}
        loading={save.isPending}
        onClick={() => save.mutate({ cron, timeZone }, { onSuccess: () => given(shop) })}
      >
        Give it its own schedule
      </Button>
      <Trouble error={save.error} />
    </div>
  )
}
