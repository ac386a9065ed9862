import { Button, Select } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useChannels, useFacilities } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { type MappingCheck, type ShopDetail, useMove } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import type { Becomes } from './shop-leaving.tsx'

type Location = MappingCheck['locations'][number]

/** Says which facility or group a location stands for; where it stands for another one, what becomes of what it shows is asked first. */
export function MapButton({ shop, location }: { shop: ShopDetail; location: Location }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role !== 'admin') return null
  const word = standsForSomething(location) ? 'Move' : 'Map'
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
  { value: 'zero', label: 'They show 0 first', description: 'Each goes to 0; then the numbers of the new place are told.' },
  {
    value: 'keep',
    label: 'What the new place has not counted stays',
    description: 'Its numbers are told at once; what it has never counted stays as it is until it does.',
  },
  {
    value: 'hand_over',
    label: 'The new place takes over at once',
    description: 'Its numbers are told, and what it has never counted shows 0.',
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
  const word = standsForSomething(location) ? 'Move' : 'Map'
  return (
    <ReasonDialog
      {...{ deed, close }}
      title={`${word} ${location.name}`}
      confirm={word}
      isReady={place !== null && (!isAsked || becomes !== null)}
      onSay={say}
    >
      <PlaceSelect value={place} onChange={setPlace} />
      {isAsked && (
        <Choices label="What becomes of the levels that the shop shows there?" value={becomes} options={MOVES} onChange={setBecomes} />
      )}
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
      label="It stands for"
      placeholder="Search code or name"
      description="One facility, or a group whose stock is sold as one."
      required
      searchable
      data-autofocus
      value={value}
      onChange={onChange}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage="Nothing is called so"
      data={[
        { group: 'Groups', items: shown.map(({ code, name }) => ({ value: `g ${code}`, label: labelOf(code, name) })) },
        { group: 'Facilities', items: open.map(({ code, name }) => ({ value: `f ${code}`, label: labelOf(code, name) })) },
      ]}
    />
  )
}

const labelOf = (code: string, name: string) => (name === code ? name : `${name} (${code})`)
