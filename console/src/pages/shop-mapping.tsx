import { Button, Select } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useChannels, useFacilities } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { type MappingCheck, type ShopDetail, useMove } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { shops as texts } from '../texts/shops.ts'
import type { Becomes } from './shop-leaving.tsx'

type Location = MappingCheck['locations'][number]

/** Says which facility or group a location stands for; where it stands for another one, what becomes of what it shows is asked first. */
export function MapButton({ shop, location }: { shop: ShopDetail; location: Location }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role !== 'admin') return null
  const word = standsForSomething(location) ? texts.move : texts.map
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open} aria-label={`${word} ${location.name}`}>
        {word}
      </Button>
      {isOpen && <MapDialog shop={shop} location={location} close={dialog.close} />}
    </>
  )
}

export function standsForSomething({ group, facilities }: Location): boolean {
  return group !== null || facilities.length > 0
}

const MOVES: readonly { value: Becomes; label: string; description: string }[] = [
  { value: 'zero', label: texts.theyShow0First, description: texts.eachGoesTo0ThenTheNumbers },
  {
    value: 'keep',
    label: texts.whatTheNewPlaceHasNotCounted,
    description: texts.itsNumbersAreToldAtOnceWhat,
  },
  {
    value: 'hand_over',
    label: texts.theNewPlaceTakesOverAtOnce,
    description: texts.itsNumbersAreToldAndWhatIt,
  },
]

const SEARCH_WAIT_MS = 250

function MapDialog({ shop, location, close }: { shop: ShopDetail; location: Location; close: () => void }) {
  const deed = useMove(shop.code, location.locationId)
  const [place, setPlace] = useState<string | null>(null)
  const [becomes, setBecomes] = useState<Becomes | null>(null)
  const isAsked = standsForSomething(location) && location.levels > 0
  function say(reason: string) {
    const code = place?.slice(2) ?? ''
    const to = place?.startsWith('g ') ? { group: code } : { facility: code }
    deed.mutate({ ...to, reason, ...(isAsked && becomes !== null ? { becomes } : {}) }, { onSuccess: close })
  }
  const word = standsForSomething(location) ? texts.move : texts.map
  return (
    <ReasonDialog
      {...{ deed, close }}
      title={`${word} ${location.name}`}
      confirm={word}
      isReady={place !== null && (!isAsked || becomes !== null)}
      onSay={say}
    >
      <PlaceSelect value={place} onChange={setPlace} />
      {isAsked && <Choices label={texts.whatBecomesOfTheLevelsThatThe} value={becomes} options={MOVES} onChange={setBecomes} />}
    </ReasonDialog>
  )
}

/** Groups, and facilities as they are searched: there may be thousands. A value is `g CODE` or `f CODE`. */
function PlaceSelect({ value, onChange }: { value: string | null; onChange(value: string | null): void }) {
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, SEARCH_WAIT_MS)
  const groups = useChannels()
  const facilities = useFacilities({ search: value === null ? search : '', pageSize: '50' })
  const wanted = typed.toLowerCase()
  const shown = (groups.data?.rows ?? []).filter(({ code, name }) => value !== null || `${code} ${name}`.toLowerCase().includes(wanted))
  const open = (facilities.data?.rows ?? []).filter(facility => facility.closed === null)
  return (
    <Select
      label={texts.itStandsFor}
      placeholder={texts.searchCodeOrName}
      description={texts.oneFacilityOrAGroupWhoseStock}
      required
      searchable
      data-autofocus
      value={value}
      onChange={onChange}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={texts.nothingIsCalledSo}
      data={[
        { group: texts.groups, items: shown.map(({ code, name }) => ({ value: `g ${code}`, label: labelOf(code, name) })) },
        { group: texts.facilities, items: open.map(({ code, name }) => ({ value: `f ${code}`, label: labelOf(code, name) })) },
      ]}
    />
  )
}

const labelOf = (code: string, name: string) => (name === code ? name : `${name} (${code})`)
