import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { closingOfFacility, newClosing } from '../../../src/http/contract/leaving.ts'
import type { channelInList, channelList, facilitiesPage, facilityInList, kit, kitsPage } from '../../../src/http/contract/place.ts'
import { change, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type Facility = Wire<typeof facilityInList>
export type Channel = Wire<typeof channelInList>
export type Kit = Wire<typeof kit>

export const useFacilities = (query: Query) => usePage<Wire<typeof facilitiesPage>>('places', '/facilities', query)
export const useChannels = () => usePage<Wire<typeof channelList>>('places', '/groups', {})
export const useKits = (query: Query) => usePage<Wire<typeof kitsPage>>('kits', '/kits', query)

function usePlaceChange<Body, Answer>(send: (body: Body) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSuccess: () => Promise.all(['places', 'kits', 'stock', 'shops', 'audit'].map(key => client.invalidateQueries({ queryKey: [key] }))),
  })
}

/** One switch of a place, to the other side. */
export const useSwitchPlace = (of: { path: string; to: object }) =>
  usePlaceChange((reason: string) => change('PUT', `${of.path}/switches`, { ...of.to, reason }))

export type Closing = Wire<typeof closingOfFacility>
const facilityAt = (code: string) => `/facilities/${encodeURIComponent(code)}`
/** What closing a facility would come to. */
export const useClosing = (code: string) => usePage<Closing>('places', `${facilityAt(code)}/closing`, {})
export const useClose = (code: string) =>
  usePlaceChange((body: Wire<typeof newClosing>) => change<Closing>('POST', `${facilityAt(code)}/close`, body))
export const useOpen = (code: string) => usePlaceChange((reason: string) => change<Closing>('POST', `${facilityAt(code)}/open`, { reason }))

export const useSetKit = () =>
  usePlaceChange(({ sku, ...body }: { sku: string; components: readonly { sku: string; units: number }[]; reason: string }) =>
    change<Kit>('PUT', `/kits/${encodeURIComponent(sku)}`, body),
  )

/** What is said of a product at a facility; null takes it back. */
export const useSetSetting = (sku: string) =>
  usePlaceChange((said: { facility: string; safetyStockUnits: number | null; reason: string }) =>
    change('PUT', `/stock/${encodeURIComponent(sku)}/settings`, said),
  )
