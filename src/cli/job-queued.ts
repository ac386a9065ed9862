import type { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { jobAsked, jobDetail, queuedRuns } from '../http/contract/job.ts'
import { plain } from '../kernel/plain.ts'
import type { Api } from './api.ts'
import { type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { type Asking, forWhom, jobPath } from './job-options.ts'
import { ageOf, tableOf } from './table.ts'

type Queued = Wire<typeof queuedRuns>['rows'][number]

/** `trueup job queued`: what was asked for, by people or schedules, and has not begun. */
export function jobQueuedCommand(hands: Hands, asking: Asking): Command {
  const exits = { yes: 'these wait', no: 'nothing waits' }
  return withDataDir(
    newCommand('queued', 'Shows what was asked for and has not begun, the oldest first.', exits, 'trueup job queued'),
  ).action((options: CommonOptions) =>
    asking(options, async api => {
      const list = await api.get<Wire<typeof queuedRuns>>('/jobs/queued')
      const text = list.rows.length === 0 ? 'Nothing waits.' : queuedText(list.rows, hands.now())
      return { status: list.rows.length === 0 ? EXIT.no : EXIT.yes, json: list, text }
    }),
  )
}

/** `trueup job take-back`: what waits, by its id or all of a job. */
export function jobTakeBackCommand(asking: Asking): Command {
  const exits = { yes: 'it is not run', no: 'nothing of it waits: it has begun, or was not asked for' }
  const summary = 'Takes back what was asked for and has not begun; what runs is ended by `trueup job terminate`.'
  return withDataDir(newCommand('take-back', summary, exits, "trueup job take-back 'Hard Sync'"))
    .argument('<run>', 'its id, as `trueup job queued` shows it, or the job: whatever of it waits')
    .action((what: string, options: CommonOptions) =>
      asking(options, async api => {
        const taken: Queued[] = []
        for (const run of await queuedMeant(api, what)) {
          const { isQueued } = await api.post<Wire<typeof jobAsked>>(`/jobs/queued/${run.queuedId}/end`)
          if (isQueued) taken.push(run)
        }
        const said = taken.map(run => `${plain(run.job)}${forWhom(run.parameters)} is taken back.`)
        const text = taken.length === 0 ? `Nothing of ${plain(what)} waits.` : said.join('\n')
        return { status: taken.length === 0 ? EXIT.no : EXIT.yes, json: { taken }, text }
      }),
    )
}

async function queuedMeant(api: Api, what: string): Promise<Queued[]> {
  const { rows } = await api.get<Wire<typeof queuedRuns>>('/jobs/queued')
  if (/^[0-9a-f-]{36}$/i.test(what)) return rows.filter(run => run.queuedId === what.toLowerCase())
  const { slug } = await api.get<Wire<typeof jobDetail>>(jobPath(what))
  return rows.filter(run => run.slug === slug)
}

function queuedText(queued: readonly Queued[], now: number): string {
  const rows = queued.map(run => [
    run.queuedId,
    plain(run.job),
    plain(run.parameters.shop ?? run.parameters.source ?? ''),
    plain(run.by ?? run.cause),
    ageOf(now - Date.parse(run.queuedAt)),
  ])
  return tableOf(['Id', 'Job', 'For', 'By', '>Waits'], rows)
}
