import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { stockHistory } from '../../../src/http/contract/history.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { documentBooked, reasonList, scheduledPage } from '../../../src/http/contract/ledger.ts'
import type { reportsPage, reportTargetChange, reportTargets } from '../../../src/http/contract/report.ts'
import type { movementList } from '../../../src/http/contract/stock.ts'
import { address, change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type Movement = Wire<typeof movementList>['rows'][number]
export type Reason = Wire<typeof reasonList>['rows'][number]
export type Booked = Wire<typeof documentBooked>

const ofSku = (sku: string) => `/stock/${encodeURIComponent(sku)}`

/** The ledger of a SKU, newest first. */
export function useMovements(sku: string, query: Query) {
  return useQuery({
    queryKey: ['stock', 'movements', sku, query],
    queryFn: ({ signal }) => getJson<Wire<typeof movementList>>(`${ofSku(sku)}/movements`, query, signal),
    placeholderData: keepPreviousData,
  })
}

export const movementsFile = (sku: string) => address(`${ofSku(sku)}/movements/export`)

export type StockHistory = Wire<typeof stockHistory>

/** What was there, promised and told from instant to instant. */
export const useHistory = (sku: string, query: Query) => usePage<StockHistory>('stock', `${ofSku(sku)}/history`, query)

export function useReasons() {
  return useQuery({
    queryKey: ['ledger', 'reasons'],
    queryFn: ({ signal }) => getJson<Wire<typeof reasonList>>('/ledger/reasons', {}, signal),
    staleTime: 60_000,
  })
}

/** A deed that moves units. `key` makes a second click the same deed. */
export function useBook() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({
      key,
      ...body
    }: {
      key: string
      kind: string
      facility: string
      lines: object[]
      reason?: string
      comment?: string
      effectiveAt?: string
    }) => change<Booked>('POST', '/ledger/documents', body, { 'idempotency-key': key }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['stock'] }),
  })
}

export type Scheduled = Wire<typeof scheduledPage>['rows'][number]

/** What takes effect at an instant that is still to come, and what could not when it came. */
export const useScheduled = (sku: string) => usePage<Wire<typeof scheduledPage>>('stock', '/ledger/scheduled', { sku, pageSize: 100 })

export function useCancelScheduled() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: number) => change('POST', `/ledger/scheduled/${id}/cancel`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['stock'] }),
  })
}

export function useTakeBack(documentId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (comment: string) => change<Booked>('POST', `/ledger/documents/${documentId}/reverse`, { comment }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['stock'] }),
  })
}

export const useReports = (query: Query) => usePage<Wire<typeof reportsPage>>('reports', '/reports', query)
export const useReportTargets = () => usePage<Wire<typeof reportTargets>>('reports', '/report-targets', {})
export const reportFile = (reportId: number) => address(`/reports/${reportId}/file`)
export type ReportTarget = Wire<typeof reportTargets>['rows'][number]
export function useSetReportTarget() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ kind, ...target }: Wire<typeof reportTargetChange> & { kind: ReportTarget['kind'] }) =>
      change<Wire<typeof reportTargets>>('PUT', `/report-targets/${kind}`, target),
    onSuccess: () => client.invalidateQueries({ queryKey: ['reports'] }),
  })
}
