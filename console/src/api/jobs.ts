import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type {
  jobAsked,
  jobDetail,
  jobList,
  jobPeople,
  jobTimeline,
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

const REFETCH_MS = 3_000

export function useJobs() {
  return useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => getJson<Wire<typeof jobList>>('/jobs', {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export function useJob(slug: string) {
  return useQuery({
    queryKey: ['jobs', 'one', slug],
    queryFn: ({ signal }) => getJson<JobDetail>(`/jobs/${encodeURIComponent(slug)}`, {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export const useRuns = (query: Query) => usePage<Wire<typeof runList>>('jobs', '/jobs/runs', query, { refetchMs: REFETCH_MS })

export type JobTimeline = Wire<typeof jobTimeline>
export const useTimeline = (hours: string) => usePage<JobTimeline>('jobs', '/jobs/timeline', { hours }, { refetchMs: 10_000 })

/** What a schedule would come to; asked anew whenever it is another. */
export function usePreview(slug: string, wanted: ScheduleChange, shop?: string) {
  return useQuery({
    queryKey: ['jobs', 'preview', slug, shop, wanted],
    queryFn: () => change<Wire<typeof schedulePreview>>('POST', `/jobs/${slug}/schedule/preview${ofShop(shop)}`, wanted),
    retry: false,
  })
}

export const useRunJob = (slug: string) =>
  useJobChange<Record<string, string>, Wire<typeof jobAsked>>(parameters => change('POST', `/jobs/${slug}/run`, { parameters }))
export const useRunAgain = () => useJobChange<number, Wire<typeof jobAsked>>(runId => change('POST', `/jobs/runs/${runId}/again`))
export const useEndRun = () => useJobChange<number, Wire<typeof jobAsked>>(runId => change('POST', `/jobs/runs/${runId}/end`))
export const useSchedule = (slug: string, shop?: string) =>
  useJobChange<ScheduleChange, Wire<typeof scheduleChanged>>(wanted => change('PUT', `/jobs/${slug}/schedule${ofShop(shop)}`, wanted))
export const useUnschedule = (slug: string, shop: string) =>
  useJobChange<void, Wire<typeof scheduleChanged>>(() => change('DELETE', `/jobs/${slug}/schedule${ofShop(shop)}`))
export const usePause = (slug: string, shop?: string) =>
  useJobChange<string, Wire<typeof scheduleChanged>>(reason => change('POST', `/jobs/${slug}/pause${ofShop(shop)}`, { reason }))
export const useResume = (slug: string, shop?: string) =>
  useJobChange<void, Wire<typeof scheduleChanged>>(() => change('POST', `/jobs/${slug}/resume${ofShop(shop)}`))
export const useGiveJob = (slug: string) =>
  useJobChange<string[] | null, Wire<typeof jobPeople>>(people => change('PUT', `/jobs/${slug}/people`, { people }))
export const useSkip = (slug: string) => useJobChange<void, Wire<typeof scheduleChanged>>(() => change('POST', `/jobs/${slug}/skip`))

/** Whose schedule is meant; the job's own without. */
const ofShop = (shop: string | undefined) => (shop === undefined || shop === '' ? '' : `?shop=${encodeURIComponent(shop)}`)

/** Every change of a job can change what the lists say of it, and of the street. */
function useJobChange<Given, Answered>(mutationFn: (given: Given) => Promise<Answered>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['jobs'] }), client.invalidateQueries({ queryKey: ['street'] })]),
  })
}
