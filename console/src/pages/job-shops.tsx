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
import { jobs as texts } from '../texts/jobs.ts'
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
        title={texts.shopsWithAScheduleOfTheirOwn}
        actions={isViewer ? undefined : <GiveOne job={job} taken={job.shops.map(one => one.shop)} given={setEdited} />}
        isFlush
      >
        {job.shops.length === 0 ? (
          <Empty title={texts.everyShopRunsByTheScheduleAbove}>{texts.chooseAShopToGiveItAnother}</Empty>
        ) : (
          <Table
            label={texts.shopsWithAScheduleOfTheirOwn}
            head={
              <tr>
                <th>{texts.shop}</th>
                <th>{texts.state}</th>
                <th className={`${cell.wide} ${cell.narrowHidden}`}>{texts.frequency}</th>
                <th className={`${cell.nowrap} ${cell.mediumHidden}`}>{texts.lastRun}</th>
                <th className={`${cell.nowrap} ${cell.narrowHidden}`}>{texts.nextRun}</th>
                <th>
                  <span className="sr-only">{texts.actions}</span>
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
        {one.lastRun === null ? <span className={cell.dim}>{texts.notYet}</span> : <When at={one.lastRun.startedAt} />}
      </td>
      <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
        {one.nextAt[0] === undefined ? <span className={cell.dim}>{texts.none}</span> : <When at={one.nextAt[0]} />}
      </td>
      <td className={cell.right}>
        {!isViewer && (
          <div style={{ display: 'inline-flex', gap: 4 }}>
            {one.schedule.paused === null ? (
              <AskWhy
                label={texts.pause}
                name={texts.pauseFor(job.name, one.shop)}
                title={texts.pauseFor(job.name, one.shop)}
                confirm={texts.pauseFor(job.name, one.shop)}
                note={texts.itStandsBesideTheJobOnThe}
                tone="default"
                size="xs"
                deed={pause}
              >
                <p style={{ margin: 0 }}>{texts.nothingWillRunItForThisShop}</p>
              </AskWhy>
            ) : (
              <Button size="xs" onClick={() => resume.mutate()} loading={resume.isPending} aria-label={texts.resumeFor(job.name, one.shop)}>
                {texts.resume2}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={edit} aria-label={texts.changeTheScheduleOf(one.shop)}>
              {texts.change}
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => remove.mutate()}
              loading={remove.isPending}
              aria-label={texts.letRunWithAllTheOthers(one.shop)}
            >
              {texts.withAllOthers}
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
        aria-label={texts.shop}
        size="xs"
        value={shop}
        onChange={event => setShop(event.currentTarget.value)}
        data={[{ value: '', label: texts.chooseAShop }, ...left.map(one => ({ value: one.code, label: one.name }))]}
      />
      <Button
        size="xs"
        variant="default"
        disabled={shop === ''}
        loading={save.isPending}
        onClick={() => save.mutate({ cron, timeZone }, { onSuccess: () => given(shop) })}
      >
        {texts.giveItItsOwnSchedule}
      </Button>
      <Trouble error={save.error} />
    </div>
  )
}
