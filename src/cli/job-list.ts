import { type Command, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { jobDetail, jobInList, jobList } from '../http/contract/job.ts'
import { plain } from '../kernel/plain.ts'
import { EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { type Asking, jobPath, type WhoseOptions, whoseQuery, withWhose } from './job-options.ts'
import { frequencyOf, lastOf, nextOf, stateOf, whoMay } from './job-words.ts'
import { ageOf, numberOf, tableOf } from './table.ts'

type Job = Wire<typeof jobInList>
type ListOptions = WhoseOptions & { category?: string }

/** `trueup job list`: every job on a line, and what is wrong with it. */
export function jobListCommand(hands: Hands, asking: Asking): Command {
  const exits = { yes: 'every job runs as it should', no: 'one does not' }
  return withDataDir(newCommand('list', 'Lists the jobs: when they run, how the last run went, what waits.', exits, 'trueup job list'))
    .addOption(new Option('--category <name>', 'those of one page of the Job Manager, as Inventory or Miscellaneous'))
    .action((options: ListOptions) =>
      asking(options, async api => {
        const { category } = options
        const { rows } = await api.get<Wire<typeof jobList>>('/jobs')
        const shown = rows.filter(job => category === undefined || job.category.toLowerCase() === category.toLowerCase())
        const isWell = shown.every(job => [job, ...job.own].every(one => one.findings.length === 0))
        return { status: isWell ? EXIT.yes : EXIT.no, json: { rows: shown }, text: listText(shown, hands.now()) }
      }),
    )
}

function listText(jobs: readonly Job[], now: number): string {
  const line = (name: string, job: Pick<Job, 'findings' | 'schedule' | 'lastRun' | 'nextAt' | 'waiting'>) => [
    ...[name, stateOf(job), frequencyOf(job.schedule), lastOf(job.lastRun, now), job.nextAt[0] ?? '', numberOf(job.waiting.backlog)],
  ]
  const rows = jobs.flatMap(job => [line(plain(job.name), job), ...job.own.map(own => line(`  for ${plain(own.whose)}`, own))])
  const wrong = jobs.flatMap(job =>
    [job, ...job.own].flatMap(one => one.findings.map(({ code, evidence }) => `${code}: ${plain(evidence)}`)),
  )
  const table = tableOf(['Job', 'State', 'Runs', 'Last run', 'Next run', '>Waiting'], rows)
  return [table, ...(wrong.length === 0 ? [] : ['', ...wrong])].join('\n')
}

/** `trueup job show`: one job, with everything that is set of it. */
export function jobShowCommand(hands: Hands, asking: Asking): Command {
  const exits = { yes: 'it runs as it should', no: 'it does not, or there is no such job' }
  return withWhose(
    withDataDir(newCommand('show', 'Shows one job: schedule, parameters, runs, changes.', exits, "trueup job show 'Hard Sync'")),
  )
    .argument('<job>', 'its name, its slug, or the id that HotWax gives it')
    .action((name: string, options: WhoseOptions) =>
      asking(options, async api => {
        const job = await api.get<Wire<typeof jobDetail>>(`${jobPath(name)}${whoseQuery(options)}`)
        const isWell = [job, ...job.own].every(one => one.findings.length === 0)
        return { status: isWell ? EXIT.yes : EXIT.no, json: job, text: showText(job, hands.now()) }
      }),
    )
}

function showText(job: Wire<typeof jobDetail>, now: number): string {
  const { name, slug, category, description, aliases, parameters, people, own, edits } = job
  const params = parameters.map(one => {
    const kind = one.isProtected ? 'is said by the settings' : one.isRequired ? `has to be given: ${one.type}` : one.type
    const choices = one.choices.length === 0 ? '' : ` of ${one.choices.join(', ')}`
    return `  ${one.name} (${kind}${choices}${one.default === null ? '' : `, ${one.default} unless said`}): ${one.description}`
  })
  return [
    `${name} (${slug}), ${category}`,
    description,
    ...(aliases.length === 0 ? [] : [`Also called: ${aliases.join(', ')}`]),
    ...stateLines(job, now),
    `May be run and changed by: ${whoMay(people)}`,
    ...(params.length === 0 ? ['Parameters: none'] : ['Parameters:', ...params]),
    ...own.flatMap(one => [`For ${plain(one.whose)}:`, ...stateLines(one, now).map(line => `  ${line}`)]),
    ...(edits.length === 0 ? [] : ['Changes, the newest first:']),
    ...edits.map(({ at, who, action, reason }) => `  ${at}  ${plain(who)}  ${action}${reason === null ? '' : `: ${plain(reason)}`}`),
  ].join('\n')
}

function stateLines(job: Pick<Job, 'findings' | 'schedule' | 'lastRun' | 'nextAt' | 'waiting'>, now: number): string[] {
  const { schedule, lastRun, nextAt, waiting, findings } = job
  const { paused, firstRunAt, isRealTime } = schedule
  const set = Object.entries(schedule.parameters).map(([parameter, value]) => `${parameter}=${plain(value)}`)
  const oldest = waiting.oldestAt === null ? '' : `, the oldest for ${ageOf(now - Date.parse(waiting.oldestAt))}`
  const said = lastRun?.message == null ? '' : `: ${plain(lastRun.message)}`
  return [
    `Runs: ${frequencyOf(schedule)}${isRealTime ? ', and at once when something comes (real time)' : ''}`,
    ...(firstRunAt === null ? [] : [`First run: ${firstRunAt}`]),
    ...(paused === null ? [] : [`Paused: since ${paused.at} by ${plain(paused.by)}: ${plain(paused.reason)}`]),
    ...(set.length === 0 ? [] : [`With: ${set.join(', ')}`]),
    ...(nextAt.length === 0 ? [`Next: ${nextOf(nextAt)}`] : [`Next: ${nextAt.join(', ')}`]),
    `Last run: ${lastOf(lastRun, now)}${said}`,
    `Waiting: ${numberOf(waiting.backlog)}${oldest}`,
    ...findings.map(({ code, evidence, action }) => `WRONG ${code}: ${plain(evidence)} Next: ${action}.`),
  ]
}
