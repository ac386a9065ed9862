import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { feedGuards, fileHoldAnswer, missingPage } from '../../../src/http/contract/belief.ts'
import type { feedSettingsAnswer } from '../../../src/http/contract/feed-settings.ts'
import type { decided } from '../../../src/http/contract/file.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import { change, getJson } from './client.ts'

export type FileHold = NonNullable<Wire<typeof fileHoldAnswer>['hold']>
export type FeedGuards = Wire<typeof feedGuards>
export type GuardLimits = FeedGuards['limits']
export type MissingRow = Wire<typeof missingPage>['rows'][number]
export type FeedSettings = Wire<typeof feedSettingsAnswer>

/** Why a file was held; null where no guard held it. */
export function useHold(fileId: number) {
  return useQuery({
    queryKey: ['files', 'hold', fileId],
    queryFn: async ({ signal }) => (await getJson<Wire<typeof fileHoldAnswer>>(`/files/${fileId}/hold`, {}, signal)).hold,
  })
}

/** Releases or rejects a held file, with the reason that is kept. */
export function useDecision(fileId: number, what: 'release' | 'reject') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (reason: string) => change<Wire<typeof decided>>('POST', `/files/${fileId}/${what}`, { reason }),
    onSettled: () => client.invalidateQueries({ queryKey: ['files'] }),
  })
}

export function useMissing(fileId: number, page: number) {
  return useQuery({
    queryKey: ['files', 'missing', fileId, page],
    queryFn: ({ signal }) => getJson<Wire<typeof missingPage>>(`/files/${fileId}/missing`, { page }, signal),
  })
}

const feedPath = (feed: string) => `/feeds/${encodeURIComponent(feed)}`

export function useFeedGuards(feed: string) {
  return useQuery({
    queryKey: ['feeds', 'guards', feed],
    queryFn: ({ signal }) => getJson<FeedGuards>(`${feedPath(feed)}/guards`, {}, signal),
  })
}

export function useFeedSettings(feed: string) {
  return useQuery({
    queryKey: ['feeds', 'settings', feed],
    queryFn: ({ signal }) => getJson<FeedSettings>(`${feedPath(feed)}/settings`, {}, signal),
  })
}

/** Declares sections of a feed anew, with the reason that is kept. */
export function useSettingsChange(feed: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { settings: object; reason?: string }) => change<FeedSettings>('PUT', `${feedPath(feed)}/settings`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['feeds'] }),
  })
}
