import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { uploaded } from '../../../src/http/contract/file.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { rejectedRows, unknownPage } from '../../../src/http/contract/rejected.ts'
import type { rowsOutcome } from '../../../src/http/contract/rows.ts'
import type { undoEffect } from '../../../src/http/contract/undo.ts'
import { change, getJson, type Query } from './client.ts'

export type RejectedPage = Wire<typeof rejectedRows>
export type RejectedRow = RejectedPage['rows'][number]
export type UnknownName = Wire<typeof unknownPage>['rows'][number]
export type UndoEffect = Wire<typeof undoEffect>

export function useRejected(fileId: number, query: Query) {
  return useQuery({
    queryKey: ['files', 'rejected', fileId, query],
    queryFn: ({ signal }) => getJson<RejectedPage>(`/files/${fileId}/rows`, query, signal),
    placeholderData: keepPreviousData,
  })
}

const REFETCH_MS = 3_000

/** Names for which rows wait; of one file, or of all. */
export function useUnknown(query: Query) {
  return useQuery({
    queryKey: ['files', 'unknown', query],
    queryFn: ({ signal }) => getJson<Wire<typeof unknownPage>>('/import/unknown', query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFETCH_MS,
  })
}

/** A deed that makes what is shown of files and stock old. */
function useDeed<Input, Output>(deed: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['files'] }), client.invalidateQueries({ queryKey: ['stock'] })]),
  })
}

/** Rows in the columns of a feed, through the same door as its files. */
export const useAddRows = (feed: string) =>
  useDeed((rows: readonly Record<string, string>[]) =>
    change<Wire<typeof rowsOutcome>>('POST', `/feeds/${encodeURIComponent(feed)}/rows`, { rows }),
  )

export const useRetry = (fileId: number) =>
  useDeed((rows: { line: number; cells?: string[] }[]) => change<Wire<typeof uploaded>>('POST', `/files/${fileId}/rows/retry`, { rows }))

export const useUndo = (fileId: number) => useDeed((reason: string) => change<UndoEffect>('POST', `/files/${fileId}/undo`, { reason }))

/** What taking a file back would do; asked for when somebody wants to know. */
export function useUndoPreview(fileId: number, isWanted: boolean) {
  return useQuery({
    queryKey: ['files', 'undo', fileId],
    queryFn: ({ signal }) => getJson<UndoEffect>(`/files/${fileId}/undo`, {}, signal),
    enabled: isWanted,
    staleTime: 0,
  })
}

export const useDeclare = () =>
  useDeed((name: { type: string; value: string; same: { type: string; value: string } }) => {
    const isFacility = name.type === 'facilityId' || name.type === 'externalFacilityId'
    return isFacility
      ? change('POST', '/catalog/facility-aliases', { value: name.value, facility: name.same.value })
      : change('POST', '/catalog/identifiers', name)
  })
