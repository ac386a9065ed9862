import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import { type jobDetail, type jobRun, RUN_OUTCOMES, type runList } from '../http/contract/job.ts'
import { plain } from '../kernel/plain.ts'
import type { Api } from './api.ts'
import { type Answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { type Asking, jobPath } from './job-options.ts'
import { outcomeOf } from './job-words.ts'
import { ageOf, numberOf, tableOf } from './table.ts'

type Run = Wire<typeof jobRun>
type RunsOptions = CommonOptions & { outcome?: string; shop?: string; source?: string; search?: string; limit: number }

const RUNS_SHOWN = 20
const RUNS_SHOWN_MAX = 200

/** `trueup job runs`: the history, the newest first. */
export function jobRunsCommand(hands: Hands, asking: Asking): Command {
  const exits = { yes: 'these are the runs', no: 'there are none' }
  const example = "trueup job runs 'Hard Sync' --outcome failed"
  return withDataDir(newCommand('runs', 'Shows what ran, the newest first.', exits, example))
    .argument('[job]', 'its name, its slug, or the id that HotWax gives it (default: all of them)')
    .addOption(new Option('--outcome <word>', 'only those that ended so').choices([...RUN_OUTCOMES, 'running']))
    .addOption(new Option('--shop <code>', 'only those for this shop').conflicts('source'))
    .option('--source <name>', 'only those for this source')
    .option('--search <text>', 'only those with this in what they said')
    .addOption(new Option('--limit <number>', 'how many').default(RUNS_SHOWN).argParser(limitIn))
    .action((name: string | undefined, options: RunsOptions) =>
      asking(options, async api => {
        const job = name === undefined ? undefined : (await api.get<Wire<typeof jobDetail>>(jobPath(name))).name
        const { outcome, search, limit } = options
        const list = await api.get<Wire<typeof runList>>(
          `/jobs/runs?${queryOf({ job, outcome, search, whose: options.shop ?? options.source, pageSize: String(limit) })}`,
        )
        const text = list.rows.length === 0 ? 'Nothing ran.' : runsText(list.rows, hands.now())
        return { status: list.rows.length === 0 ? EXIT.no : EXIT.yes, json: list, text }
      }),
    )
}

function limitIn(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > RUNS_SHOWN_MAX) throw new InvalidArgumentError(`It is 1 to ${RUNS_SHOWN_MAX}.`)
  return limit
}

function queryOf(asked: Readonly<Record<string, string | undefined>>): string {
  return new URLSearchParams(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString()
}

export function runsText(runs: readonly Run[], now: number): string {
  const rows = runs.map(run => [
    String(run.runId),
    plain(run.job),
    run.room,
    plain(run.parameters.shop ?? run.parameters.source ?? ''),
    run.startedAt,
    ageOf((run.finishedAt === null ? now : Date.parse(run.finishedAt)) - Date.parse(run.startedAt)),
    outcomeOf(run),
    numberOf(run.read),
    numberOf(run.wrote),
    numberOf(run.errors),
    plain(run.askedBy ?? run.cause),
    run.code === null ? plain(run.message ?? '') : `${run.code}: ${plain(run.message ?? '')}`,
  ])
  return tableOf(['>Run', 'Job', 'Room', 'For', 'Began', '>Took', 'State', '>Read', '>Wrote', '>Errors', 'By', 'Why'], rows)
}

const LOOK_AGAIN_MS = 500
const RUNS_LOOKED_AT = 50

/** Waits for the end of a run that was just asked for: of each room that the job works for. */
export async function follow(
  hands: Hands,
  api: Api,
  asked: { job: Wire<typeof jobDetail>; whose: string; afterRunId: number; waitMs: number },
): Promise<Answer> {
  const { job, whose, afterRunId, waitMs } = asked
  const query = queryOf({ job: job.name, cause: 'person', whose, pageSize: String(RUNS_LOOKED_AT) })
  const until = hands.now() + waitMs
  for (;;) {
    const { rows } = await api.get<Wire<typeof runList>>(`/jobs/runs?${query}`)
    const mine = rows.filter(run => run.runId > afterRunId).toReversed()
    const isOver = mine.length > 0 && mine.every(run => run.outcome !== null) && isWhole(mine, job.steps)
    if (isOver || hands.now() >= until) {
      const isWell = isOver && mine.every(run => run.outcome === 'finished' || run.outcome === 'finished_with_errors')
      const text = mine.length === 0 ? `${plain(job.name)} is asked for and has not begun.` : runsText(mine, hands.now())
      return { status: isWell ? EXIT.yes : EXIT.no, json: { isOver, runs: mine }, text }
    }
    await hands.sleep(LOOK_AGAIN_MS)
  }
}

/** A run that was terminated does no more rooms. */
function isWhole(runs: readonly Run[], steps: readonly string[]): boolean {
  return runs.some(run => run.outcome === 'cancelled') || steps.every(step => runs.some(run => run.room === step))
}
