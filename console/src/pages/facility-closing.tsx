import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { type Closing, type Facility, useClose, useClosing, useOpen } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { AskWhy, ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { facilities as texts } from '../texts/facilities.ts'
import { BECOMES, type Becomes } from './shop-leaving.tsx'

/** Closes a facility, or opens it again. What shops show of it is asked about first. */
export function CloseOrOpen({ facility }: { facility: Facility }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  const opening = useOpen(facility.code)
  if (session.data?.role !== 'admin') return null
  if (facility.closed !== null)
    return (
      <AskWhy
        label={texts.openAgain}
        name={texts.openAgain2(facility.name)}
        title={texts.openAgain2(facility.name)}
        confirm={texts.openAgain}
        tone="default"
        size="xs"
        deed={opening}
      >
        <p style={{ margin: 0 }}>{texts.itsGroupsSellItAgainAtOnce}</p>
      </AskWhy>
    )
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open} aria-label={texts.close(facility.name)}>
        {texts.close2}
      </Button>
      {isOpen && <CloseDialog facility={facility} close={dialog.close} />}
    </>
  )
}

function CloseDialog({ facility, close }: { facility: Facility; close: () => void }) {
  const closing = useClosing(facility.code)
  const deed = useClose(facility.code)
  const [becomes, setBecomes] = useState<Becomes | null>(null)
  const levels = closing.data?.locations.reduce((sum, each) => sum + each.levels, 0)
  return (
    <ReasonDialog
      {...{ deed, close }}
      title={texts.close(facility.name)}
      confirm={texts.closeTheFacility}
      isReady={levels === 0 || (levels !== undefined && becomes !== null)}
      onSay={reason => deed.mutate({ reason, ...(becomes === null ? {} : { becomes }) }, { onSuccess: close })}
    >
      <Shown of={closing}>{found => <WhatItComesTo of={found} />}</Shown>
      {levels !== undefined && levels > 0 && (
        <Choices label={texts.whatBecomesOfTheThatShowIt(texts.levels(levels))} value={becomes} options={BECOMES} onChange={setBecomes} />
      )}
    </ReasonDialog>
  )
}

function WhatItComesTo({ of: { locations, groups, units } }: { of: Closing }) {
  return (
    <div>
      <p style={{ margin: 0 }}>
        {whole(units)} {texts.freeUnitsLieThereTheyAreCounted}
      </p>
      <ul style={{ margin: '8px 0 0', paddingLeft: 20 }}>
        {locations.map(each => (
          <li key={`${each.shop} ${each.locationId}`}>
            {each.location} {texts.ofWord} {each.shop} {texts.shows} {whole(each.units)} {texts.unitsAt} {texts.levels(each.levels)}
            {texts.itsMappingEnds}
          </li>
        ))}
        {groups.map(each => (
          <li key={each.group}>
            {each.group} {texts.sellsTheRestWithoutItAtOnce}
            {each.locations.length > 0 && `: ${each.locations.join(', ')}`}.
          </li>
        ))}
      </ul>
    </div>
  )
}
