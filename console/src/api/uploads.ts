import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { uploadAsked, uploadDetail, uploadRowsPage, uploadsPage } from '../../../src/http/contract/upload.ts'
import { change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type Upload = Wire<typeof uploadsPage>['rows'][number]
export type UploadDetail = Wire<typeof uploadDetail>
export type UploadRow = Wire<typeof uploadRowsPage>['rows'][number]
export type UploadVerb = 'ask' | 'retry' | 'cancel'

const REFETCH_MS = 3_000

export const useUploads = (query: Query) => usePage<Wire<typeof uploadsPage>>('uploads', '/uploads', query, { refetchMs: REFETCH_MS })
export const useUploadRows = (uploadId: string, query: Query) =>
  usePage<Wire<typeof uploadRowsPage>>('uploads', `/uploads/${encodeURIComponent(uploadId)}/rows`, query)

export function useUpload(uploadId: string) {
  return useQuery({
    queryKey: ['uploads', 'one', uploadId],
    queryFn: ({ signal }) => getJson<UploadDetail>(`/uploads/${encodeURIComponent(uploadId)}`, {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

/** Ask Shopify again, retry, or cancel; each with its reason. */
export function useUploadDeed(uploadId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ verb, reason }: { verb: UploadVerb; reason: string }) =>
      change<Wire<typeof uploadAsked>>('POST', `/uploads/${uploadId}/${verb}`, { reason }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['uploads'] }),
  })
}
