import { keepPreviousData, QueryCache, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { auditList } from '../../../src/http/contract/audit.ts'
import type { feedList } from '../../../src/http/contract/feed.ts'
import type { fileDetail, filesPage } from '../../../src/http/contract/file.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { session, signInWays } from '../../../src/http/contract/session.ts'
import type { comparisonList, differencesPage, findingsPage, intentsPage, ordersList, shopList } from '../../../src/http/contract/shop.ts'
import type { levelsOfSku, stockOfSku, stockPage } from '../../../src/http/contract/stock.ts'
import type { street } from '../../../src/http/contract/street.ts'
import { ApiProblem, change, getJson, type Query } from './client.ts'

export type Session = Wire<typeof session>
export type Street = Wire<typeof street>
export type RoomOnStreet = Street['rooms'][number]
export type FileInList = Wire<typeof filesPage>['rows'][number]
export type FileDetail = Wire<typeof fileDetail>
export type StockOfSku = Wire<typeof stockOfSku>
export type Explanation = StockOfSku['targets'][number]
export type LevelOfTarget = Wire<typeof levelsOfSku>['rows'][number]
export type Shop = Wire<typeof shopList>['rows'][number]

const TRIES_MAX = 2

/** Everything that was asked for. A session that is over is noticed by whatever is asked first. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: forgetSession }),
  defaultOptions: {
    queries: { staleTime: 2_000, retry: (failures, error) => failures < TRIES_MAX && isWorthAnotherTry(error), refetchOnWindowFocus: true },
    mutations: { onError: forgetSession },
  },
})

function forgetSession(error: unknown): void {
  if (error instanceof ApiProblem && error.problem.code === 'HTTP_NOT_SIGNED_IN') queries.setQueryData(['session'], null)
}

function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.retry === 'backoff' && error.problem.status !== 500
}

/** Who is signed in; null: nobody. */
export function useSession() {
  return useQuery({ queryKey: ['session'], queryFn: readSession, staleTime: 60_000 })
}

async function readSession({ signal }: { signal: AbortSignal }): Promise<Session | null> {
  try {
    return await getJson<Session>('/session', {}, signal)
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 401) return null
    throw error
  }
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (login: { name: string; password: string }) => change<Session>('POST', '/session', login),
    onSuccess: session => client.setQueryData(['session'], session),
  })
}

/** How people may come in beside a name and a password. */
export function useSignInWays() {
  return useQuery({ queryKey: ['sign-in-ways'], queryFn: ({ signal }) => getJson<Wire<typeof signInWays>>('/session/ways', {}, signal) })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => change('DELETE', '/session'),
    onSuccess() {
      // What waits for the session has to hear that it is over: a session that is cleared away tells nobody.
      client.setQueryData(['session'], null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    },
  })
}

/** Kept fresh by the events; asked for every half minute besides, should they fail. */
export function useStreet() {
  return useQuery({ queryKey: ['street'], queryFn: ({ signal }) => getJson<Street>('/street', {}, signal), refetchInterval: 30_000 })
}

export function usePage<T>(key: string, path: string, query: Query, options: { isWanted?: boolean; refetchMs?: number } = {}) {
  const asked = useQuery({
    queryKey: [key, path, query],
    queryFn: ({ signal }) => getJson<T>(path, query, signal),
    placeholderData: keepPreviousData,
    enabled: options.isWanted ?? true,
    refetchInterval: options.refetchMs ?? false,
  })
  return Object.assign(asked, { asked: { path, query } })
}

/** A file that fails at once may leave the street as it looked: no event tells of it. */
const FILES_REFETCH_MS = 5_000
export const useFiles = (query: Query) => usePage<Wire<typeof filesPage>>('files', '/files', query, { refetchMs: FILES_REFETCH_MS })
export const useStock = (query: Query) => usePage<Wire<typeof stockPage>>('stock', '/stock', query)
export const useFindings = (query: Query) => usePage<Wire<typeof findingsPage>>('findings', '/catalog/findings', query)
export const useIntents = (query: Query, isWanted: boolean) =>
  usePage<Wire<typeof intentsPage>>('rooms', '/outbox/intents', query, { isWanted })
export const useDifferences = (query: Query, isWanted: boolean) =>
  usePage<Wire<typeof differencesPage>>('rooms', '/reconcile/differences', query, { isWanted })
export const useComparisons = (isWanted: boolean) => usePage<Wire<typeof comparisonList>>('rooms', '/reconcile/runs', {}, { isWanted })
export const useOrders = (isWanted: boolean) => usePage<Wire<typeof ordersList>>('rooms', '/orders', {}, { isWanted })
export const useShops = () => usePage<Wire<typeof shopList>>('shops', '/shops', {})
export const useAudit = (query: Query) => usePage<Wire<typeof auditList>>('audit', '/audit', query)
export const useFeeds = () => usePage<Wire<typeof feedList>>('feeds', '/feeds', {})

const ON_ITS_WAY: ReadonlySet<string> = new Set(['receiving', 'received', 'staged'])
const ON_ITS_WAY_REFETCH_MS = 1_500

export const isOnItsWay = (file: Pick<FileDetail, 'state'>): boolean => ON_ITS_WAY.has(file.state)

export function useFile(fileId: string) {
  return useQuery({
    queryKey: ['files', 'one', fileId],
    queryFn: ({ signal }) => getJson<FileDetail>(`/files/${encodeURIComponent(fileId)}`, {}, signal),
    refetchInterval: ({ state }) => (state.data && isOnItsWay(state.data) ? ON_ITS_WAY_REFETCH_MS : FILES_REFETCH_MS),
  })
}

const ofSku = (sku: string) => `/stock/${encodeURIComponent(sku)}`

export function useStockOf(sku: string) {
  return useQuery({ queryKey: ['stock', 'one', sku], queryFn: ({ signal }) => getJson<StockOfSku>(ofSku(sku), {}, signal) })
}

export function useLevelsOf(sku: string) {
  return useQuery({
    queryKey: ['stock', 'levels', sku],
    queryFn: ({ signal }) => getJson<Wire<typeof levelsOfSku>>(`${ofSku(sku)}/levels`, {}, signal),
  })
}
