import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import { FREQUENCIES, type scheduleChange, type scheduleChanged, type schedulePreview } from '../http/contract/job.ts'
import { plain } from '../kernel/plain.ts'
import type { Api } from './api.ts'
import { type Answer, EXIT, newCommand, withDataDir } from './command.ts'
import { type Asking, forWhom, jobPath, paramOption, type WhoseOptions, whoseQuery, withWhose } from './job-options.ts'
import { frequencyOf } from './job-words.ts'

type Options = WhoseOptions & {
  cron?: string
  every?: keyof typeof EVERY
  timeZone?: string
  firstRun?: string | null
  realTime?: boolean
  param: Record<string, string>
  dryRun?: true
  remove?: true
}

/** The frequencies that have a name, in a word each. */
const EVERY = { '5m': 0, '15m': 1, '30m': 2, '1h': 3, '6h': 4, day: 5 } as const

/** `trueup job schedule`: when a job runs by itself; without anything to change, what it comes to as it is. */
export function jobScheduleCommand(asking: Asking): Command {
  const exits = { yes: 'it runs so', no: 'with --dry-run: it would be refused; or there is no such job' }
  const example =
    "trueup job schedule 'Hard Sync' --cron '0 3 * * *' --time-zone Europe/Berlin\n  trueup job schedule 'Hard Sync' --every 6h --dry-run"
  return withWhose(withDataDir(newCommand('schedule', 'Says when a job runs by itself; shows the next five runs.', exits, example)))
    .argument('<job>', 'its name, its slug, or the id that HotWax gives it')
    .addOption(new Option('--cron <fields>', 'minute, hour, day, month and weekday').conflicts('every'))
    .addOption(new Option('--every <frequency>', 'instead of the five fields').choices(Object.keys(EVERY)))
    .option('--time-zone <zone>', 'whose clock is meant, as Europe/Berlin')
    .addOption(new Option('--first-run <instant>', 'not before, as 2026-12-24T02:00:00+01:00; none: at once').argParser(instantIn))
    .option('--real-time', 'run also at once when something comes')
    .option('--no-real-time', 'run by the schedule only')
    .addOption(paramOption())
    .addOption(new Option('--dry-run', 'only say what it would come to').conflicts('remove'))
    .option('--remove', 'take away the schedule that the shop or source has of its own')
    .action((name: string, options: Options) => asking(options, api => schedule(api, name, options)))
}

/** An instant without a zone is one of whoever reads it: which, nobody could tell later. */
function instantIn(text: string): string | null {
  if (text === 'none') return null
  if (!/(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It is an instant with its zone, as 2026-12-24T02:00:00+01:00, or none.')
  return new Date(text).toISOString()
}

async function schedule(api: Api, name: string, options: Options): Promise<Answer> {
  const at = `${jobPath(name)}/schedule`
  const query = whoseQuery(options)
  const title = `${plain(name)}${forWhom(options)}`
  if (options.remove) {
    const done = await api.remove<Wire<typeof scheduleChanged>>(`${at}${query}`)
    return { status: EXIT.yes, json: done, text: changedText(`${title} has no schedule of its own any more`, done) }
  }
  const change = changeOf(options)
  if (options.dryRun || Object.keys(change).length === 0) {
    const seen = await api.post<Wire<typeof schedulePreview>>(`${at}/preview${query}`, change)
    const isRefused = seen.objections.some(one => one.kind === 'refused')
    return { status: isRefused ? EXIT.no : EXIT.yes, json: seen, text: previewText(title, seen) }
  }
  const done = await api.put<Wire<typeof scheduleChanged>>(`${at}${query}`, change)
  return { status: EXIT.yes, json: done, text: changedText(title, done) }
}

function changeOf({ cron, every, timeZone, firstRun, realTime, param }: Options): Wire<typeof scheduleChange> {
  const fields = every === undefined ? cron : FREQUENCIES[EVERY[every]].cron
  return {
    ...(fields === undefined ? {} : { cron: fields }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(firstRun === undefined ? {} : { firstRunAt: firstRun }),
    ...(realTime === undefined ? {} : { isRealTime: realTime }),
    ...(Object.keys(param).length === 0 ? {} : { parameters: param }),
  }
}

function changedText(title: string, { schedule: now, nextAt, warnings }: Wire<typeof scheduleChanged>): string {
  const paused = now.paused === null ? '' : ' It is paused.'
  return [`${title}: ${frequencyOf(now)}.${paused}`, ...runsFrom(nextAt), ...warnings.map(warning => `! ${plain(warning)}`)].join('\n')
}

function previewText(title: string, { nextAt, objections }: Wire<typeof schedulePreview>): string {
  const said = objections.map(({ kind, code, reason }) => `${kind === 'refused' ? 'REFUSED' : '!'} ${code}: ${plain(reason)}`)
  return [`${title} would run:`, ...runsFrom(nextAt), ...said].join('\n')
}

function runsFrom(nextAt: readonly string[]): string[] {
  return nextAt.length === 0 ? ['  never'] : nextAt.map(at => `  ${at}`)
}
