import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type {
  jobAsked,
  jobDetail,
  jobList,
  jobPeople,
  jobTimeline,
  queuedRuns,
  runList,
  scheduleChange,
  scheduleChanged,
  schedulePreview,
} from '../../../src/http/contract/job.ts'
import { change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type Job = Wire<typeof jobList>['rows'][number]
export type JobDetail = Wire<typeof jobDetail>
export type JobRun = Wire<typeof runList>['rows'][number]
export type ScheduleChange = Wire<typeof scheduleChange>

/** The shop or source whose own schedule is meant; none: the job's. */
export type Of = { per: NonNullable<Job['per']>; whose: string }

const REFETCH_MS = 3_000

export function useJobs() {
  return useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => getJson<Wire<typeof jobList>>('/jobs', {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export type QueuedRun = Wire<typeof queuedRuns>['rows'][number]

export function useQueued() {
  return useQuery({
    queryKey: ['jobs', 'queued'],
    queryFn: ({ signal }) => getJson<Wire<typeof queuedRuns>>('/jobs/queued', {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export function useJob(slug: string, of?: Of) {
  return useQuery({
    queryKey: ['jobs', 'one', slug, of],
    queryFn: ({ signal }) => getJson<JobDetail>(`/jobs/${encodeURIComponent(slug)}`, of ? { [of.per]: of.whose } : {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export const useRuns = (query: Query) => usePage<Wire<typeof runList>>('jobs', '/jobs/runs', query, { refetchMs: REFETCH_MS })

export type JobTimeline = Wire<typeof jobTimeline>
export const useTimeline = (hours: string) => usePage<JobTimeline>('jobs', '/jobs/timeline', { hours }, { refetchMs: 10_000 })

/** What a schedule would come to; asked anew whenever it is another. */
export function usePreview(slug: string, wanted: ScheduleChange, of?: Of) {
  return useQuery({
    queryKey: ['jobs', 'preview', slug, of, wanted],
    queryFn: () => change<Wire<typeof schedulePreview>>('POST', `/jobs/${slug}/schedule/preview${queryOf(of)}`, wanted),
    retry: false,
  })
}

export const useRunJob = (slug: string) =>
  useJobChange<Record<string, string>, Wire<typeof jobAsked>>(parameters => change('POST', `/jobs/${slug}/run`, { parameters }))
export const useRunAgain = () => useJobChange<number, Wire<typeof jobAsked>>(runId => change('POST', `/jobs/runs/${runId}/again`))
export const useEndRun = () => useJobChange<number, Wire<typeof jobAsked>>(runId => change('POST', `/jobs/runs/${runId}/end`))
export const useTakeBack = () => useJobChange<string, Wire<typeof jobAsked>>(queuedId => change('POST', `/jobs/queued/${queuedId}/end`))
export const useSchedule = (slug: string, of?: Of) =>
  useJobChange<ScheduleChange, Wire<typeof scheduleChanged>>(wanted => change('PUT', `/jobs/${slug}/schedule${queryOf(of)}`, wanted))
export const useUnschedule = (slug: string, of: Of) =>
  useJobChange<void, Wire<typeof scheduleChanged>>(() => change('DELETE', `/jobs/${slug}/schedule${queryOf(of)}`))
export const usePause = (slug: string, of?: Of) =>
  useJobChange<string, Wire<typeof scheduleChanged>>(reason => change('POST', `/jobs/${slug}/pause${queryOf(of)}`, { reason }))
export const useResume = (slug: string, of?: Of) =>
  useJobChange<void, Wire<typeof scheduleChanged>>(() => change('POST', `/jobs/${slug}/resume${queryOf(of)}`))
export const useGiveJob = (slug: string) =>
  useJobChange<string[] | null, Wire<typeof jobPeople>>(people => change('PUT', `/jobs/${slug}/people`, { people }))
export const useSkip = (slug: string, of?: Of) =>
  useJobChange<void, Wire<typeof scheduleChanged>>(() => change('POST', `/jobs/${slug}/skip${queryOf(of)}`))

const queryOf = (of: Of | undefined) => (of === undefined || of.whose === '' ? '' : `?${of.per}=${encodeURIComponent(of.whose)}`)

/** Every change of a job can change what the lists say of it, and of the street. */
function useJobChange<Given, Answered>(mutationFn: (given: Given) => Promise<Answered>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['jobs'] }), client.invalidateQueries({ queryKey: ['street'] })]),
  })
}
