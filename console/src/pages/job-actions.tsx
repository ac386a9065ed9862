import { ActionIcon, Button, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlayerSkipForward, IconRotateClockwise } from '@tabler/icons-react'
import { type Job, usePause, useResume, useRunJob, useSkip } from '../api/jobs.ts'
import { useSession } from '../api/queries.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { jobs as texts } from '../texts/jobs.ts'
import { mayAct } from './job-words.ts'

/** What can be done with a job. The schedule stays as it is when somebody runs one. */
export function JobActions({ job }: { job: Job }) {
  const session = useSession()
  const run = useRunJob(job.slug)
  const resume = useResume(job.slug)
  const skip = useSkip(job.slug)
  const pause = usePause(job.slug)
  const [isPausing, pausing] = useDisclosure(false)
  if (!mayAct(session.data, job.people)) return null
  const waiting = job.waiting.backlog > 0 ? texts.waiting(whole(job.waiting.backlog)) : ''
  return (
    <>
      <div style={{ display: 'inline-flex', gap: 4 }}>
        {job.schedule.paused === null ? (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            onClick={() => run.mutate({})}
            loading={run.isPending}
            aria-label={texts.runNow(job.name)}
          >
            {texts.runNow2}
          </Button>
        ) : (
          <Button
            size="xs"
            leftSection={<IconRotateClockwise size={14} aria-hidden />}
            onClick={() => resume.mutate()}
            loading={resume.isPending}
            aria-label={texts.resume(job.name)}
          >
            {texts.resume2}
            {waiting}
          </Button>
        )}
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={texts.moreFor(job.name)}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {job.schedule.paused !== null && (
              <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => run.mutate({})}>
                {texts.runOnceNow}
              </Menu.Item>
            )}
            {job.schedule.paused === null && (
              <Menu.Item leftSection={<IconPlayerSkipForward size={16} />} disabled={job.nextAt.length === 0} onClick={() => skip.mutate()}>
                {texts.skipOnce}
              </Menu.Item>
            )}
            {job.schedule.paused === null && (
              <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={pausing.open}>
                {texts.pause}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      <span className="sr-only" role="status">
        {run.data && (run.data.isQueued ? texts.wasQueued(job.name) : texts.waitsToRunAlready(job.name))}
      </span>
      <Trouble error={run.error ?? resume.error ?? skip.error} />
      {isPausing && (
        <ReasonDialog
          title={texts.pause2(job.name)}
          confirm={texts.pause2(job.name)}
          note={texts.itStandsBesideTheJobOnThe}
          deed={pause}
          onSay={reason => pause.mutate(reason, { onSuccess: pausing.close })}
          close={pausing.close}
        >
          <p style={{ margin: 0 }}>{texts.nothingWillRunItButAPerson}</p>
        </ReasonDialog>
      )}
    </>
  )
}
