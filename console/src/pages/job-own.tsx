import { ActionIcon, Button, Menu, NativeSelect } from '@mantine/core'
import { IconDots, IconPlayerPlay, IconPlayerSkipForward } from '@tabler/icons-react'
import { useState } from 'react'
import { useSources } from '../api/feeds.ts'
import { type JobDetail, type Of, usePause, useResume, useRunJob, useSchedule, useSkip, useUnschedule } from '../api/jobs.ts'
import { useSession, useShops } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Trouble } from '../parts/nothing.tsx'
import { withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { jobs as texts } from '../texts/jobs.ts'
import { JobSchedule } from './job-schedule.tsx'
import { frequency, mayAct, stateOf } from './job-words.ts'

/** The shops, or sources, that have a schedule of their own for this job; the job's is for all the others. `only`: of this one. */
export function JobOwn({ job, only }: { job: JobDetail; only?: string }) {
  const session = useSession()
  const [edited, setEdited] = useState<string | null>(only ?? null)
  const { per } = job
  if (per === null) return null
  const words = texts.perWhat[per]
  const isViewer = !mayAct(session.data, job.people)
  const rows = job.own.filter(one => only === undefined || one.whose === only)
  const shown = rows.find(one => one.whose === edited)
  return (
    <>
      <Panel
        title={only === undefined ? words.withAScheduleOfTheirOwn : texts.scheduleOf(only)}
        actions={isViewer ? undefined : <GiveOne job={job} per={per} only={only} given={setEdited} />}
        isFlush
      >
        {rows.length === 0 ? (
          only === undefined ? (
            <Empty title={words.allRunByTheScheduleAbove}>{words.chooseOneToGiveItAnother}</Empty>
          ) : (
            <Empty title={texts.itRunsWithAllTheOthers(frequency(job.schedule))}>{texts.giveItItsOwnToPauseItAlone}</Empty>
          )
        ) : (
          <Table
            label={only === undefined ? words.withAScheduleOfTheirOwn : texts.scheduleOf(only)}
            head={
              <tr>
                <th>{words.one}</th>
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
            {rows.map(one => (
              <OwnRow
                key={one.whose}
                job={job}
                per={per}
                one={one}
                isViewer={isViewer}
                edit={() => setEdited(one.whose === edited ? null : one.whose)}
              />
            ))}
          </Table>
        )}
      </Panel>
      {shown && <JobSchedule key={shown.whose} job={job} schedule={shown.schedule} of={{ per, whose: shown.whose }} />}
    </>
  )
}

type OwnSchedule = JobDetail['own'][number]

function OwnRow({ job, per, one, isViewer, edit }: { job: JobDetail; per: Of['per']; one: OwnSchedule; isViewer: boolean; edit(): void }) {
  const of = { per, whose: one.whose }
  const name = texts.jobFor(job.name, one.whose)
  const pause = usePause(job.slug, of)
  const resume = useResume(job.slug, of)
  const remove = useUnschedule(job.slug, of)
  const run = useRunJob(job.slug)
  const skip = useSkip(job.slug, of)
  const runIt = () => run.mutate({ [per]: one.whose })
  return (
    <tr>
      <td>
        {one.whose}
        {one.schedule.paused && <div className={cell.dim}>“{one.schedule.paused.reason}”</div>}
        {one.findings.map(finding => (
          <div key={finding.code}>
            {withCounts(finding.evidence)} <Code code={finding.code} />
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
          <div style={{ display: 'inline-flex', gap: 4, flexWrap: 'wrap', justifyContent: 'flex-end' }}>
            {one.schedule.paused === null ? (
              <AskWhy
                label={texts.pause}
                name={texts.pause2(name)}
                title={texts.pause2(name)}
                confirm={texts.pause2(name)}
                note={texts.itStandsBesideTheJobOnThe}
                tone="default"
                size="xs"
                deed={pause}
              >
                <p style={{ margin: 0 }}>{texts.perWhat[per].nothingWillRunItButAPerson}</p>
              </AskWhy>
            ) : (
              <Button size="xs" onClick={() => resume.mutate()} loading={resume.isPending} aria-label={texts.resume(name)}>
                {texts.resume2}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={edit} aria-label={texts.changeTheScheduleOf(one.whose)}>
              {texts.change}
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => remove.mutate()}
              loading={remove.isPending}
              aria-label={texts.letRunWithAllTheOthers(one.whose)}
            >
              {texts.withAllOthers}
            </Button>
            <Menu position="bottom-end" width={220}>
              <Menu.Target>
                <ActionIcon variant="default" size={30} aria-label={texts.moreFor(name)}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={runIt}>
                  {texts.runOnceNow}
                </Menu.Item>
                {one.schedule.paused === null && (
                  <Menu.Item
                    leftSection={<IconPlayerSkipForward size={16} />}
                    disabled={one.nextAt.length === 0}
                    onClick={() => skip.mutate()}
                  >
                    {texts.skipOnce}
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          </div>
        )}
        <span className="sr-only" role="status">
          {run.data && (run.data.isQueued ? texts.wasQueued(name) : texts.waitsToRunAlready(name))}
        </span>
        <Trouble error={resume.error ?? remove.error ?? run.error ?? skip.error} />
      </td>
    </tr>
  )
}

function GiveOne({ job, per, only, given }: { job: JobDetail; per: Of['per']; only?: string | undefined; given(whose: string): void }) {
  const shops = useShops()
  const sources = useSources()
  const [chosen, setChosen] = useState(only ?? '')
  const save = useSchedule(job.slug, { per, whose: chosen })
  const { cron, timeZone } = job.schedule
  const there = {
    shop: (shops.data?.rows ?? []).map(one => ({ value: one.code, label: one.name })),
    source: (sources.data?.rows ?? []).map(one => ({ value: one.name, label: one.name })),
  }
  const left = there[per].filter(one => !job.own.some(own => own.whose === one.value) && (only === undefined || one.value === only))
  if (left.length === 0) return null
  const words = texts.perWhat[per]
  return (
    <div style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' }}>
      {only === undefined && (
        <NativeSelect
          aria-label={words.one}
          size="xs"
          value={chosen}
          onChange={event => setChosen(event.currentTarget.value)}
          data={[{ value: '', label: words.chooseOne }, ...left]}
        />
      )}
      <Button
        size="xs"
        variant="default"
        disabled={chosen === ''}
        loading={save.isPending}
        onClick={() => save.mutate({ cron, timeZone }, { onSuccess: () => given(chosen) })}
      >
        {texts.giveItItsOwnSchedule}
      </Button>
      <Trouble error={save.error} />
    </div>
  )
}
