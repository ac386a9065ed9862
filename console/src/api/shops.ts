import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { choice, choiceOfShop, newChoice } from '../../../src/http/contract/choice.ts'
import type { controlInList, controlSet, controlsPage, newControl } from '../../../src/http/contract/control.ts'
import type { foreignDecision, foreignPage, foreignSaid, newForeignPolicy } from '../../../src/http/contract/foreign.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { leavingList, newLeaving, newMove, shopSwitched, switchOn } from '../../../src/http/contract/leaving.ts'
import type { compareAsked, goLive, newShadow, shadowPage, shadowSet, wentLive } from '../../../src/http/contract/shadow.ts'
import type { addedShop, group, locationList, mapping, newGroup, newShop } from '../../../src/http/contract/shop.ts'
import type {
  accessScopeOfShop,
  credentialInDetail,
  exchangeRows,
  exchangesPage,
  mappingCheck,
  newAccessScope,
  newCredential,
  shopDetail,
  throttleChart,
} from '../../../src/http/contract/shop-care.ts'
import { change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type ShopDetail = Wire<typeof shopDetail>
export type Exchange = Wire<typeof exchangesPage>['rows'][number]
export type MappingCheck = Wire<typeof mappingCheck>
export type AccessScope = ShopDetail['accessScope']
export type AddedShop = Wire<typeof addedShop>

const REFETCH_MS = 3_000
const of = (code: string) => `/shops/${encodeURIComponent(code)}`

export function useShop(code: string) {
  return useQuery({
    queryKey: ['shops', 'one', code],
    queryFn: ({ signal }) => getJson<ShopDetail>(of(code), {}, signal),
    refetchInterval: REFETCH_MS,
  })
}

/** Changes something of a shop, and has every page about shops look again. */
function useChange<Body, Answer>(send: (body: Body) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: send, onSettled: () => client.invalidateQueries({ queryKey: ['shops'] }) })
}

export const useSetAccessScope = (code: string) =>
  useChange((body: Wire<typeof newAccessScope>) => change<Wire<typeof accessScopeOfShop>>('PUT', `${of(code)}/access-scope`, body))
export const useCheckShop = (code: string) => useChange(() => change<ShopDetail>('POST', `${of(code)}/check`))
export const useSetCredential = (code: string) =>
  useChange((body: Wire<typeof newCredential>) => change<Wire<typeof credentialInDetail>>('PUT', `${of(code)}/credential`, body))

export const useJobLog = (code: string, query: Query) =>
  usePage<Wire<typeof exchangesPage>>('shops', `${of(code)}/job-log`, query, { refetchMs: REFETCH_MS })
export const useMapping = (code: string) => usePage<MappingCheck>('shops', `${of(code)}/mapping`, {})
export const useThrottle = (code: string) => usePage<Wire<typeof throttleChart>>('shops', `${of(code)}/throttle`, {}, { refetchMs: 15_000 })
export const useExchangeRows = (code: string, exchangeId: number, isWanted: boolean) =>
  usePage<Wire<typeof exchangeRows>>('shops', `${of(code)}/job-log/${exchangeId}/rows`, {}, { isWanted })

export type Control = Wire<typeof controlInList>
export const useControls = (query: Query) => usePage<Wire<typeof controlsPage>>('shops', '/controls', query)

/** What is switched off shows on the pages of shops and of SKUs. */
function useSwitch<Body>(send: (body: Body) => Promise<Wire<typeof controlSet>>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled() {
      client.invalidateQueries({ queryKey: ['shops'] })
      client.invalidateQueries({ queryKey: ['stock'] })
    },
  })
}

export const useSwitchOff = () => useSwitch((body: Wire<typeof newControl>) => change<Wire<typeof controlSet>>('POST', '/controls', body))
export const useEndControl = () =>
  useSwitch((controlId: number) => change<Wire<typeof controlSet>>('POST', `/controls/${controlId}/end`, {}))

export type ShadowPage = Wire<typeof shadowPage>
export const useShadow = (code: string, query: Query) =>
  usePage<ShadowPage>('shops', `${of(code)}/shadow`, query, { refetchMs: REFETCH_MS })
export const useSetShadow = (code: string) =>
  useChange((body: Wire<typeof newShadow>) => change<Wire<typeof shadowSet>>('PUT', `${of(code)}/shadow`, body))

export type ForeignPage = Wire<typeof foreignPage>
export const useForeign = (code: string, query: Query) =>
  usePage<ForeignPage>('shops', `${of(code)}/foreign`, query, { refetchMs: REFETCH_MS })
export const useDecideForeign = (code: string, findingId: number) =>
  useChange((body: Wire<typeof foreignDecision>) =>
    change<Wire<typeof foreignSaid>>('POST', `${of(code)}/foreign/${findingId}/decide`, body),
  )
export const useSetForeignPolicy = (code: string) =>
  useChange((body: Wire<typeof newForeignPolicy>) => change<Wire<typeof foreignSaid>>('PUT', `${of(code)}/foreign-policy`, body))

export type LeavingList = Wire<typeof leavingList>
export const useLeaving = (code: string) => usePage<LeavingList>('shops', `${of(code)}/leaving`, {}, { refetchMs: REFETCH_MS })
/** Without a location: the whole shop. */
export const useLeave = (code: string, locationId: number | null) =>
  useChange((body: Wire<typeof newLeaving>) =>
    locationId === null
      ? change<Wire<typeof leavingList>>('POST', `${of(code)}/switch-off`, body)
      : change<Wire<typeof leavingList>>('POST', `${of(code)}/locations/${locationId}/leave`, body),
  )
/** Has a location stand for another facility or group, or for its first one. */
export const useMove = (code: string, locationId: number) =>
  useChange((body: Wire<typeof newMove>) => change<LeavingList>('POST', `${of(code)}/locations/${locationId}/move`, body))
export const useSwitchOn = (code: string) =>
  useChange((body: Wire<typeof switchOn>) => change<Wire<typeof shopSwitched>>('POST', `${of(code)}/switch-on`, body))

export type ChoiceOfShop = Wire<typeof choiceOfShop>
export const useChoice = (code: string) => usePage<ChoiceOfShop>('shops', `${of(code)}/choice`, {}, { refetchMs: REFETCH_MS })
export const useSetChoice = (code: string) =>
  useChange((body: Wire<typeof newChoice>) => change<ChoiceOfShop>('PUT', `${of(code)}/choice`, body))
export function usePreviewChoice(code: string) {
  return useMutation({ mutationFn: (body: Wire<typeof choice>) => change<ChoiceOfShop>('POST', `${of(code)}/choice/preview`, body) })
}

export type LocationInList = Wire<typeof locationList>['rows'][number]
export const useLocations = (code: string) =>
  usePage<Wire<typeof locationList>>('shops', `${of(code)}/locations`, {}, { refetchMs: REFETCH_MS, isWanted: code !== '' })
/** What a location stands for: a facility, or a group of them. */
export type StandsFor = { facility: string } | { group: string }
export const useMapLocations = (code: string) =>
  useChange(async (wanted: readonly { locationId: number; to: StandsFor }[]) => {
    for (const { locationId, to } of wanted) await change<Wire<typeof mapping>>('PUT', `${of(code)}/locations/${locationId}/mapping`, to)
  })
export const useAddGroup = () => useChange((body: Wire<typeof newGroup>) => change<Wire<typeof group>>('POST', '/groups', body))

type Credential = Wire<typeof newCredential>
/** Connects a shop that is read only and runs in shadow: nothing is written before somebody has seen what would be. */
export const useConnectShop = () =>
  useChange(async ({ credential, ...shop }: Wire<typeof newShop> & { credential?: Credential }) => {
    const added = await change<AddedShop>('POST', '/shops', { ...shop, accessScope: 'read_only' })
    if (credential) await change('PUT', `${of(added.code)}/credential`, credential)
    await change('PUT', `${of(added.code)}/shadow`, { isShadow: true })
    return added
  })
export const useConnectSimulated = () =>
  useChange(async () => {
    const added = await change<AddedShop>('POST', '/simulated-shop')
    if (added.accessScope !== 'read_and_write') await change('PUT', `${of(added.code)}/shadow`, { isShadow: true })
    return added
  })
export const useCompare = (code: string) => useChange(() => change<Wire<typeof compareAsked>>('POST', `${of(code)}/shadow/compare`))
export const useGoLive = (code: string) =>
  useChange((body: Wire<typeof goLive>) => change<Wire<typeof wentLive>>('POST', `${of(code)}/live`, body))
