import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { heldOrder, newAssignment, newRejection, queuePage } from '../../../src/http/contract/assignment.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import { change, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type QueuedItem = Wire<typeof queuePage>['rows'][number]
export type HeldOrder = Wire<typeof heldOrder>
export type HeldItem = HeldOrder['items'][number]
export type Piece = HeldItem['places'][number]

const REFETCH_MS = 5_000
const at = (shop: string, order: string) => `/shops/${encodeURIComponent(shop)}/orders/${encodeURIComponent(order)}`

export const useQueue = (query: Query) => usePage<Wire<typeof queuePage>>('brokering', '/orders/queue', query, { refetchMs: REFETCH_MS })
export const useHeldOrder = (shop: string, order: string) => usePage<HeldOrder>('brokering', at(shop, order), {}, { refetchMs: REFETCH_MS })

function useDeed<Body>(send: (body: Body) => Promise<HeldOrder>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () =>
      Promise.all([client.invalidateQueries({ queryKey: ['brokering'] }), client.invalidateQueries({ queryKey: ['stock'] })]),
  })
}

export const useAssign = (shop: string, order: string) =>
  useDeed((body: Wire<typeof newAssignment>) => change<HeldOrder>('PUT', `${at(shop, order)}/assignment`, body))
/** `key` names the deed, so that a button that is pressed twice rejects once. */
export const useReject = (shop: string, order: string) =>
  useDeed(({ key, ...body }: Wire<typeof newRejection> & { key: string }) =>
    change<HeldOrder>('POST', `${at(shop, order)}/rejections`, body, { 'idempotency-key': key }),
  )
