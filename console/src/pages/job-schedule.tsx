import { Autocomplete, Button, NativeSelect, Switch, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { FREQUENCIES } from '../../../src/http/contract/job.ts'
import { type JobDetail, type Of, type ScheduleChange, usePreview, useSchedule } from '../api/jobs.ts'
import { useSession } from '../api/queries.ts'
import { Code, Trouble } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { exact, instantOf } from '../parts/zone.ts'
import { jobs as texts } from '../texts/jobs.ts'
import classes from './job-schedule.module.css'
import { mayAct } from './job-words.ts'

const OWN = 'own'
const TYPED_PAUSE_MS = 300

/** When a job runs by itself; what it would come to is shown before it is saved. */
export function JobSchedule({ job, schedule = job.schedule, of }: { job: JobDetail; schedule?: JobDetail['schedule']; of?: Of }) {
  const session = useSession()
  const offered = FREQUENCIES.filter(one => one.isForSlowJobs || !job.isSlow)
  const [cron, setCron] = useState(schedule.cron)
  const [isOwn, setOwn] = useState(() => !offered.some(one => one.cron === schedule.cron))
  const [timeZone, setTimeZone] = useState(schedule.timeZone)
  const [firstRun, setFirstRun] = useState('')
  const [isRealTime, setRealTime] = useState(schedule.isRealTime)
  const save = useSchedule(job.slug, of)
  const wanted: ScheduleChange = {
    cron,
    timeZone,
    isRealTime,
    ...(firstRun === '' ? {} : { firstRunAt: instantOf(firstRun) }),
  }
  const [asked] = useDebouncedValue(wanted, TYPED_PAUSE_MS)
  const preview = usePreview(job.slug, asked, of)
  const isViewer = !mayAct(session.data, job.people)
  const isRefused = preview.error !== null || (preview.data?.objections ?? []).some(one => one.kind === 'refused')

  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate(wanted)
  }

  return (
    <Panel title={of === undefined ? texts.schedule : texts.scheduleOf(of.whose)}>
      <form onSubmit={submit} className={classes.form}>
        <div className={classes.fields}>
          <NativeSelect
            label={texts.frequency}
            value={isOwn ? OWN : cron}
            disabled={isViewer}
            onChange={event => {
              const chosen = event.currentTarget.value
              setOwn(chosen === OWN)
              if (chosen !== OWN) setCron(chosen)
            }}
            data={[...offered.map(one => ({ value: one.cron, label: one.name })), { value: OWN, label: texts.ownSchedule }]}
          />
          {isOwn && (
            <TextInput
              label={texts.minuteHourDayMonthWeekday}
              className="mono"
              value={cron}
              disabled={isViewer}
              onChange={event => setCron(event.currentTarget.value)}
            />
          )}
          <Autocomplete
            label={texts.timeZone}
            value={timeZone}
            disabled={isViewer}
            onChange={setTimeZone}
            data={['UTC', ...Intl.supportedValuesOf('timeZone')]}
            limit={12}
          />
          <TextInput
            type="datetime-local"
            label={texts.firstRun}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            description={texts.yourOwnTimeNothingWithTheNext}
            value={firstRun}
            disabled={isViewer}
            onChange={event => setFirstRun(event.currentTarget.value)}
          />
          <Switch
            label={texts.realTime}
            description={texts.itsRoomsAlsoRunAsSoonAs}
            checked={isRealTime}
            disabled={isViewer}
            onChange={event => setRealTime(event.currentTarget.checked)}
          />
        </div>
        <div className={classes.preview} aria-live="polite">
          <h3>{texts.nextRuns}</h3>
          <Trouble error={preview.error} />
          <ol>
            {preview.data?.nextAt.map(at => (
              <li key={at} className="num">
                {exact(at)}
              </li>
            ))}
          </ol>
          {preview.data?.objections.map(one => (
            <p key={`${one.code} ${one.reason}`}>
              {one.reason} <Code code={one.code} />
            </p>
          ))}
        </div>
        {!isViewer && (
          <div>
            <Button type="submit" loading={save.isPending} disabled={isRefused}>
              {texts.saveSchedule}
            </Button>
            <span role="status" className={classes.saved}>
              {save.isSuccess && texts.saved}
            </span>
            <Trouble error={save.error} />
          </div>
        )}
      </form>
    </Panel>
  )
}
