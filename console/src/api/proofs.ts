import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { drift, proofDetail, proofRowsPage, proofsPage, releasedProof, syncNowAnswer } from '../../../src/http/contract/proof.ts'
import type { locationList } from '../../../src/http/contract/shop.ts'
import { change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type Proof = Wire<typeof proofsPage>['rows'][number]
export type ProofDetail = Wire<typeof proofDetail>
export type ProofRow = Wire<typeof proofRowsPage>['rows'][number]

const REFETCH_MS = 5_000

export const useProofs = (query: Query) => usePage<Wire<typeof proofsPage>>('proofs', '/proofs', query, { refetchMs: REFETCH_MS })
export const useProofRows = (runId: string, query: Query) =>
  usePage<Wire<typeof proofRowsPage>>('proofs', `/proofs/${encodeURIComponent(runId)}/rows`, query)

export function useProof(runId: string) {
  return useQuery({
    queryKey: ['proofs', 'one', runId],
    queryFn: ({ signal }) => getJson<ProofDetail>(`/proofs/${encodeURIComponent(runId)}`, {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export function useDrift() {
  return useQuery({
    queryKey: ['proofs', 'drift'],
    queryFn: ({ signal }) => getJson<Wire<typeof drift>>('/drift', {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

/** Where a shop keeps stock, to choose from. */
export function useLocationsOf(shop: string) {
  return useQuery({
    queryKey: ['shops', 'locations', shop],
    queryFn: ({ signal }) => getJson<Wire<typeof locationList>>(`/shops/${encodeURIComponent(shop)}/locations`, {}, signal),
    enabled: shop !== '',
  })
}

/** Lifts the brake of a comparison, with the reason. */
export function useReleaseProof(runId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (reason: string) => change<Wire<typeof releasedProof>>('POST', `/proofs/${runId}/release`, { reason }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['proofs'] }),
  })
}

export type SyncWanted = { shop: string; sku?: string; locationId?: number } | { channel: string; sku?: string }

export function useSyncNow() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: SyncWanted) => change<Wire<typeof syncNowAnswer>>('POST', '/sync-now', wanted),
    onSuccess: () => client.invalidateQueries({ queryKey: ['proofs'] }),
  })
}
