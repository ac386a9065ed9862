import { Command, InvalidArgumentError, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { jobAsked, jobDetail, jobPeople, runList, scheduleChanged } from '../http/contract/job.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { jobListCommand, jobShowCommand } from './job-list.ts'
import { type Asking, forWhom, jobPath, paramOption, type WhoseOptions, whoseQuery, withWhose } from './job-options.ts'
import { jobQueuedCommand, jobTakeBackCommand } from './job-queued.ts'
import { follow, jobRunsCommand } from './job-runs.ts'
import { jobScheduleCommand } from './job-schedule.ts'
import { nextOf, whoMay } from './job-words.ts'

type RunOptions = WhoseOptions & { param: Record<string, string>; wait?: number }
type ReasonOptions = WhoseOptions & { reason: string }
type PeopleOptions = CommonOptions & { only?: string[]; everybody?: true }
type Job = Wire<typeof jobDetail>

/** `trueup job …`: the jobs as the Job Manager has them. */
export function jobCommand(hands: Hands, ended: (status: number) => void): Command {
  const asking: Asking = async (options, ask) =>
    ended(await answer(hands, options, async () => ask(await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch }))))
  return new Command('job')
    .description('Shows the jobs, runs them, and says when they run by themselves.')
    .addCommand(jobListCommand(hands, asking))
    .addCommand(jobShowCommand(hands, asking))
    .addCommand(runCommand(hands, asking))
    .addCommand(pauseCommand(asking))
    .addCommand(onSchedule('resume', 'Lets a paused job run by itself again, and at once.', 'it runs by itself', asking))
    .addCommand(onSchedule('skip', 'Passes over the next run of a job, once.', 'the run after it is the next', asking))
    .addCommand(jobScheduleCommand(asking))
    .addCommand(jobRunsCommand(hands, asking))
    .addCommand(jobQueuedCommand(hands, asking))
    .addCommand(jobTakeBackCommand(asking))
    .addCommand(againCommand(asking))
    .addCommand(terminateCommand(asking))
    .addCommand(peopleCommand(asking))
}

function runCommand(hands: Hands, asking: Asking): Command {
  const exits = { yes: 'it is asked for; with --wait: it ran', no: 'with --wait: it failed, was terminated, or still runs' }
  const example = "trueup job run 'Hard Sync' --shop corner --wait 60"
  return withWhose(withDataDir(newCommand('run', 'Runs a job now, besides its schedule.', exits, example)))
    .argument('<job>', 'its name, its slug, or the id that HotWax gives it')
    .addOption(paramOption())
    .option('--wait <seconds>', 'wait so long for its end', secondsIn)
    .action((name: string, options: RunOptions) =>
      asking(options, async api => {
        const { shop, source, param, wait } = options
        const parameters = { ...param, ...(shop === undefined ? {} : { shop }), ...(source === undefined ? {} : { source }) }
        const job = await api.get<Job>(jobPath(name))
        const [newest] = wait === undefined ? [] : (await api.get<Wire<typeof runList>>('/jobs/runs?pageSize=1')).rows
        const asked = await api.post<Wire<typeof jobAsked>>(`${jobPath(job.slug)}/run`, { parameters })
        const said = asked.isQueued
          ? `${plain(job.name)}${forWhom(options)} is asked for.`
          : `A run of ${plain(job.name)}${forWhom(options)} waits already: it stands for this one.`
        if (wait === undefined) return { status: EXIT.yes, json: asked, text: said }
        return follow(hands, api, { job, whose: shop ?? source ?? '', afterRunId: newest?.runId ?? 0, waitMs: wait * 1_000 })
      }),
    )
}

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (!Number.isFinite(seconds) || seconds < 0) throw new InvalidArgumentError('It is a number of seconds.')
  return seconds
}

function pauseCommand(asking: Asking): Command {
  const example = "trueup job pause process-uploads-to-ecommerce --shop corner --reason 'stocktaking until noon'"
  const summary = 'Lets nothing run a job but a person; what comes meanwhile waits.'
  return withWhose(withDataDir(newCommand('pause', summary, { yes: 'it is paused', no: 'there is no such job' }, example)))
    .argument('<job>', 'its name, its slug, or the id that HotWax gives it')
    .requiredOption('--reason <text>', 'why; everybody sees it')
    .action((name: string, options: ReasonOptions) =>
      asking(options, async api => {
        const { reason } = options
        const done = await api.post<Wire<typeof scheduleChanged>>(`${jobPath(name)}/pause${whoseQuery(options)}`, { reason })
        return { status: EXIT.yes, json: done, text: `${plain(name)}${forWhom(options)} is paused.` }
      }),
    )
}

function onSchedule(verb: 'resume' | 'skip', summary: string, yes: string, asking: Asking): Command {
  const exits = { yes, no: 'there is no such job' }
  return withWhose(withDataDir(newCommand(verb, summary, exits, `trueup job ${verb} 'Hard Sync'`)))
    .argument('<job>', 'its name, its slug, or the id that HotWax gives it')
    .action((name: string, options: WhoseOptions) =>
      asking(options, async api => {
        const done = await api.post<Wire<typeof scheduleChanged>>(`${jobPath(name)}/${verb}${whoseQuery(options)}`)
        return { status: EXIT.yes, json: done, text: `${plain(name)}${forWhom(options)}: ${nextOf(done.nextAt)}` }
      }),
    )
}

function againCommand(asking: Asking): Command {
  const exits = { yes: 'it is asked for', no: 'there is no such run' }
  const summary = 'Runs the job of an earlier run again, with the parameters of that run.'
  return withDataDir(newCommand('again', summary, exits, 'trueup job again 4711'))
    .argument('<run>', 'its number, as `trueup job runs` shows it')
    .action((run: string, options: CommonOptions) =>
      asking(options, async api => {
        const asked = await api.post<Wire<typeof jobAsked>>(`/jobs/runs/${encodeURIComponent(run)}/again`)
        return { status: EXIT.yes, json: asked, text: `${plain(asked.job)} is asked for, as in run ${plain(run)}.` }
      }),
    )
}

function terminateCommand(asking: Asking): Command {
  const exits = { yes: 'it ends after its present step', no: 'nothing of it runs' }
  const summary = 'Ends a running run after its present step; what it did stays done.'
  return withDataDir(newCommand('terminate', summary, exits, "trueup job terminate 4711\n  trueup job terminate 'Hard Sync'"))
    .argument('<run>', 'its number, or the job: whatever of it runs')
    .action((what: string, options: CommonOptions) =>
      asking(options, async api => {
        const ending: Wire<typeof jobAsked>[] = []
        for (const run of await runsMeant(api, what)) ending.push(await api.post(`/jobs/runs/${run}/end`))
        const isEnding = ending.some(one => one.isQueued)
        const text = isEnding ? `${plain(what)} ends after its present step.` : `Nothing of ${plain(what)} runs.`
        return { status: isEnding ? EXIT.yes : EXIT.no, json: { isEnding, ending }, text }
      }),
    )
}

async function runsMeant(api: Api, what: string): Promise<(string | number)[]> {
  if (/^\d+$/.test(what)) return [what]
  const { name } = await api.get<Job>(jobPath(what))
  const running = await api.get<Wire<typeof runList>>(`/jobs/runs?outcome=running&job=${encodeURIComponent(name)}`)
  return running.rows.map(run => run.runId)
}

function peopleCommand(asking: Asking): Command {
  const exits = { yes: 'these are the people', no: 'there is no such job' }
  const example = "trueup job people 'Hard Sync' --only olga,nightly-script"
  return withDataDir(newCommand('people', 'Says who may run and change a job beside admins.', exits, example))
    .argument('<job>', 'its name, its slug, or the id that HotWax gives it')
    .addOption(new Option('--only <names>', 'these people and tokens, with commas between').argParser(namesIn).conflicts('everybody'))
    .option('--everybody', 'every operator')
    .action((name: string, options: PeopleOptions) =>
      asking(options, async api => {
        const wanted = options.everybody ? null : options.only
        const { people } =
          wanted === undefined
            ? await api.get<Job>(jobPath(name))
            : await api.put<Wire<typeof jobPeople>>(`${jobPath(name)}/people`, { people: wanted })
        return { status: EXIT.yes, json: { people }, text: `${plain(name)} may be run and changed by ${whoMay(people)}.` }
      }),
    )
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
}
