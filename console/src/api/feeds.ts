import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { againAnswer, feedChange, feedFindings, feedList, feedNamed, newFeed, takenIn } from '../../../src/http/contract/feed.ts'
import type { feedSettingsAnswer, feedSettingsChange } from '../../../src/http/contract/feed-settings.ts'
import type { decided } from '../../../src/http/contract/file.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type {
  dropServer,
  folderListed,
  newDropUser,
  newSource,
  sourceList,
  sourceNamed,
  sourceTested,
} from '../../../src/http/contract/source.ts'
import { change, getJson } from './client.ts'
import { usePage } from './queries.ts'

export type Feed = Wire<typeof feedList>['rows'][number]
export type FeedFinding = Wire<typeof feedFindings>['rows'][number]
export type Source = Wire<typeof sourceList>['rows'][number]
export type DropServer = Wire<typeof dropServer>
export type SourceTested = Wire<typeof sourceTested>

const REFETCH_MS = 3_000
const feedAt = (name: string) => `/feeds/${encodeURIComponent(name)}`
const sourceAt = (name: string) => `/sources/${encodeURIComponent(name)}`

export const useFeedFindings = () => usePage<Wire<typeof feedFindings>>('feeds', '/feed-findings', {}, { refetchMs: REFETCH_MS })
export const useSources = () => usePage<Wire<typeof sourceList>>('sources', '/sources', {}, { refetchMs: REFETCH_MS })
export const useDropServer = () => usePage<DropServer>('sources', '/drop-server', {})
/** Of a feed that is only being declared there is nothing to ask. */
export const useFeedSettings = (name: string) =>
  usePage<Wire<typeof feedSettingsAnswer>>('feeds', `${feedAt(name)}/settings`, {}, { isWanted: name !== '' })

/** Asked when a person wants to see it: it goes over somebody else's line. */
export function useFolder(source: string, path: string) {
  return useQuery({
    queryKey: ['sources', 'folder', source, path],
    queryFn: ({ signal }) => getJson<Wire<typeof folderListed>>(`${sourceAt(source)}/folder`, { path }, signal),
    retry: false,
    staleTime: 0,
  })
}

/** Changes something of feeds, sources or files, and has every page about them look again. */
function useChange<Body, Answer>(send: (body: Body) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => Promise.all(['feeds', 'sources', 'files'].map(key => client.invalidateQueries({ queryKey: [key] }))),
  })
}

export const useTakeIn = () =>
  useChange(({ id, feed }: { id: number; feed: string }) => change<Wire<typeof takenIn>>('POST', `/strays/${id}/take-in`, { feed }))
export const useLeaveIt = () => useChange((id: number) => change<Wire<typeof takenIn>>('POST', `/strays/${id}/dismiss`))
export const useAddFeed = () => useChange((body: Wire<typeof newFeed>) => change<Wire<typeof feedNamed>>('POST', '/feeds', body))

type SettingsChange = Wire<typeof feedSettingsChange>

/** A feed's place and its settings, one after the other: the second is not tried when the first was refused. */
export const useChangeFeed = (name: string) =>
  useChange(async ({ place, settings }: { place: Wire<typeof feedChange>; settings: SettingsChange }) => {
    await change<Wire<typeof feedNamed>>('PUT', feedAt(name), place)
    return change<Wire<typeof feedSettingsAnswer>>('PUT', `${feedAt(name)}/settings`, settings)
  })

export const usePutDropUser = () =>
  useChange((body: Wire<typeof newDropUser>) => change<Wire<typeof sourceNamed>>('POST', '/drop-server/users', body))
export const useAddSource = () => useChange((body: Wire<typeof newSource>) => change<Wire<typeof sourceNamed>>('POST', '/sources', body))
export const useTestSource = (name: string) => useChange(() => change<SourceTested>('POST', `${sourceAt(name)}/test`))
export const useLookNow = (name: string) => useChange(() => change<Wire<typeof sourceNamed>>('POST', `${sourceAt(name)}/look`))
export const useAcceptKey = (name: string) =>
  useChange((fingerprint: string) => change<Wire<typeof sourceNamed>>('POST', `${sourceAt(name)}/accept`, { fingerprint }))

/** Into the feed of that name; undefined: into its own. */
export const useImportAgain = (fileId: number) =>
  useChange((feed?: string) => change<Wire<typeof againAnswer>>('POST', `/files/${fileId}/again`, feed === undefined ? {} : { feed }))
export const useCancelFile = (fileId: number) =>
  useChange((reason: string) => change<Wire<typeof decided>>('POST', `/files/${fileId}/cancel`, { reason }))
