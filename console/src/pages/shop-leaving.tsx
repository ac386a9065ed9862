import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type LeavingList, type ShopDetail, useLeave, useLeaving, useSwitchOn } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'

/** What can become of the numbers that a shop shows for what is written no longer. */
export const BECOMES = [
  { value: 'zero', label: texts.theyShow0First, description: texts.eachGoesTo0AndIsLet },
  { value: 'keep', label: texts.theyStayAsTheyAre, description: texts.theShopGoesOnShowingTheLast },
  { value: 'hand_over', label: texts.anotherToolTakesOver, description: texts.theyStayAsTheyAreAndOthers },
] as const
export type Becomes = (typeof BECOMES)[number]['value']

/** Ends the mapping of a location, or switches the whole shop off: first it is asked what becomes of what the shop shows. */
export function LeaveButton({ shop, location }: { shop: ShopDetail; location?: { locationId: number; name: string } }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role !== 'admin') return null
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open} aria-label={location && texts.endTheMappingOf(location.name)}>
        {location === undefined ? texts.switchThisShopOff : texts.endMapping}
      </Button>
      {isOpen && <LeaveDialog shop={shop} location={location ?? null} close={dialog.close} />}
    </>
  )
}

type DialogProps = { shop: ShopDetail; location: { locationId: number; name: string } | null; close: () => void }

function LeaveDialog({ shop, location, close }: DialogProps) {
  const deed = useLeave(shop.code, location?.locationId ?? null)
  const [becomes, setBecomes] = useState<Becomes | null>(null)
  return (
    <ReasonDialog
      {...{ deed, close }}
      title={location === null ? texts.switchOff(shop.name) : texts.endTheMappingOf(location.name)}
      confirm={location === null ? texts.switchOff2 : texts.endMapping}
      isReady={becomes !== null}
      onSay={reason => becomes !== null && deed.mutate({ becomes, reason }, { onSuccess: close })}
    >
      <Choices label={texts.whatBecomesOfTheLevelsThatAre} value={becomes} options={BECOMES} onChange={setBecomes} />
    </ReasonDialog>
  )
}

/** What leaves the shop just now, whether it is on, and the way to switch it. */
export function Leaving({ shop }: { shop: ShopDetail }) {
  const leaving = useLeaving(shop.code)
  return (
    <Shown of={leaving}>
      {({ isEnabled, rows }) => (
        <Panel title={texts.onAndOff} actions={isEnabled ? <LeaveButton shop={shop} /> : <SwitchOn shop={shop} />}>
          <p style={{ margin: 0 }}>
            {isEnabled ? (
              <>
                <State tone="ok" word={texts.on} isQuiet /> {texts.thisShopIsAskedAndWrittenTo}
              </>
            ) : (
              <>
                <State tone="stopped" word={texts.off} isQuiet /> {texts.nothingIsAskedOfThisShopAnd}
              </>
            )}
          </p>
          {rows.map(row => (
            <p key={row.leavingId} style={{ marginBottom: 0 }}>
              <State tone="working" word={row.kind === 'kept' ? texts.kept : texts.leaving} isQuiet /> {subjectOf(row)}: {whatIsLeft(row)}{' '}
              {texts.askedForBy} {row.askedBy} <When at={row.askedAt} />
              {row.reason && `: ${row.reason}`}
            </p>
          ))}
        </Panel>
      )}
    </Shown>
  )
}

type Row = LeavingList['rows'][number]

function subjectOf({ kind, location, movesTo }: Row): string {
  switch (kind) {
    case 'shop':
      return texts.theWholeShop
    case 'products':
      return texts.productsThatAreNotChosenAnyMore
    case 'kept':
    case 'location':
      return `${location ?? texts.aLocation}${movesTo === null ? '' : texts.onItsWayTo(movesTo)}`
  }
}

function whatIsLeft({ kind, levelsLeft, levelsRefused, movesTo }: Row): string {
  if (kind === 'kept') return texts.asItWasUntilWhatTheLocation(texts.levelsStay(levelsLeft))
  if (levelsLeft === 0 && movesTo !== null) return texts.itShows0AndIsToldThe
  const left = texts.notShow0Yet(texts.levelsDo(levelsLeft))
  return levelsRefused === 0 ? left : `${left} ${texts.ofTheseRefused(levelsRefused)}`
}

function SwitchOn({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const on = useSwitchOn(shop.code)
  if (session.data?.role !== 'admin') return null
  return (
    <>
      <Button size="xs" loading={on.isPending} onClick={() => on.mutate({})}>
        {texts.switchThisShopOn}
      </Button>
      <Trouble error={on.error} />
    </>
  )
}
