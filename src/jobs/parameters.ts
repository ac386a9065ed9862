import { TrueupError } from '../kernel/error.ts'
import type { Job } from './job.ts'

/** What a job works through one by one, so that each may have a schedule of its own; null: it does all of its work at once. */
export function perWhat(job: Pick<Job, 'parameters'>): 'shop' | 'source' | null {
  const types = job.parameters.map(parameter => parameter.type)
  return types.includes('shop') ? 'shop' : types.includes('source') ? 'source' : null
}

/** Whom a run is for, by what it was told: the code of a shop or the name of a source; '': all of them. */
export function whoseRun(parameters: Readonly<Record<string, string>>): string {
  return parameters.shop ?? parameters.source ?? ''
}

/** The turns that a run takes: one for all has the job to itself, those for different shops or sources go beside each other. */
export function turnsOf(job: Pick<Job, 'slug'>, whose: string): { name: string; isShared: boolean }[] {
  const ofJob = { name: `job ${job.slug}`, isShared: whose !== '' }
  return whose === '' ? [ofJob] : [ofJob, { name: `job ${job.slug} for ${whose}`, isShared: false }]
}

/**
 * What a run is told, by our own names: HotWax's names are understood. A protected parameter is taken as said and dropped,
 * since the program's settings say it; an unknown one is refused.
 */
export function givenParameters(job: Job, given: Readonly<Record<string, string>>): Record<string, string> {
  const taken: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const parameter = job.parameters.find(one => [one.name, ...one.aliases].some(known => known.toLowerCase() === name.toLowerCase()))
    if (parameter === undefined) throw refused(job, `${job.name} has no parameter called ${JSON.stringify(name)}`)
    if (parameter.isProtected || value.trim() === '') continue
    if (parameter.type === 'choice' && !parameter.choices.includes(value))
      throw refused(job, `${parameter.name} takes one of ${parameter.choices.join(', ')}`)
    taken[parameter.name] = value.trim()
  }
  for (const { name, isRequired, default: usual } of job.parameters) {
    if (taken[name] === undefined && usual !== null) taken[name] = usual
    if (taken[name] === undefined && isRequired) throw refused(job, `${job.name} needs the parameter ${name}`)
  }
  return taken
}

function refused(job: Job, message: string): TrueupError {
  const names = job.parameters.filter(one => !one.isProtected).map(one => one.name)
  return new TrueupError('JOBS_PARAMETER_REFUSED', message, {
    retry: 'never',
    hint: names.length === 0 ? 'Run it without parameters.' : `Its parameters are: ${names.join(', ')}.`,
    detail: { job: job.slug },
  })
}
