import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { alertsPage, done, healthPage, recipientGiven } from '../../../src/http/contract/finding.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import { change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type HealthFinding = Wire<typeof healthPage>['rows'][number]
export type Recipient = Wire<typeof alertsPage>['recipients'][number]
export type RecipientGiven = Wire<typeof recipientGiven>

const REFETCH_MS = 10_000

export const useHealth = (query: Query) => usePage<Wire<typeof healthPage>>('health', '/health/findings', query, { refetchMs: REFETCH_MS })

export function useAlerts() {
  return useQuery({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => getJson<Wire<typeof alertsPage>>('/alerts', {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

export const useTake = () =>
  useChange<{ findingId: number; note: string }>('health', ({ findingId, note }) =>
    change('POST', `/health/findings/${findingId}/take`, { note }),
  )

export const useSilence = () =>
  useChange<{ findingId: number; until: string | null; aboveUnits: number | null; reason: string }>('health', ({ findingId, ...silence }) =>
    change('POST', `/health/findings/${findingId}/silence`, silence),
  )

export const useSetRecipient = () => useChange<RecipientGiven>('alerts', given => change('PUT', '/alerts/recipients', given))
export const useRemoveRecipient = () =>
  useChange<string>('alerts', name => change('DELETE', `/alerts/recipients/${encodeURIComponent(name)}`))
export const useTestRecipient = () =>
  useChange<string>('alerts', name => change('POST', `/alerts/recipients/${encodeURIComponent(name)}/test`))

function useChange<Given>(key: string, mutationFn: (given: Given) => Promise<Wire<typeof done>>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: [key] }) })
}
