import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type LeavingList, type ShopDetail, useLeave, useLeaving, useSwitchOn } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { many } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

/** What can become of the numbers that a shop shows for what is written no longer. */
export const BECOMES = [
  { value: 'zero', label: 'They show 0 first', description: 'Each goes to 0, and is let go when the shop shows it.' },
  { value: 'keep', label: 'They stay as they are', description: 'The shop goes on showing the last number.' },
  { value: 'hand_over', label: 'Another tool takes over', description: 'They stay as they are, and others write them from now on.' },
] as const
export type Becomes = (typeof BECOMES)[number]['value']

/** Ends the mapping of a location, or switches the whole shop off: first it is asked what becomes of what the shop shows. */
export function LeaveButton({ shop, location }: { shop: ShopDetail; location?: { locationId: number; name: string } }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role !== 'admin') return null
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open} aria-label={location && `End the mapping of ${location.name}`}>
        {location === undefined ? 'Switch this shop off' : 'End mapping'}
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
      title={location === null ? `Switch ${shop.name} off` : `End the mapping of ${location.name}`}
      confirm={location === null ? 'Switch off' : 'End mapping'}
      isReady={becomes !== null}
      onSay={reason => becomes !== null && deed.mutate({ becomes, reason }, { onSuccess: close })}
    >
      <Choices label="What becomes of the levels that are written now?" value={becomes} options={BECOMES} onChange={setBecomes} />
    </ReasonDialog>
  )
}

/** What leaves the shop just now, whether it is on, and the way to switch it. */
export function Leaving({ shop }: { shop: ShopDetail }) {
  const leaving = useLeaving(shop.code)
  return (
    <Shown of={leaving}>
      {({ isEnabled, rows }) => (
        <Panel title="On and off" actions={isEnabled ? <LeaveButton shop={shop} /> : <SwitchOn shop={shop} />}>
          <p style={{ margin: 0 }}>
            {isEnabled ? (
              <>
                <State tone="ok" word="On" isQuiet /> This shop is asked, and written to as its access scope says.
              </>
            ) : (
              <>
                <State tone="stopped" word="Off" isQuiet /> Nothing is asked of this shop, and nothing is written to it.
              </>
            )}
          </p>
          {rows.map(row => (
            <p key={row.leavingId} style={{ marginBottom: 0 }}>
              <State tone="working" word={row.kind === 'kept' ? 'Kept' : 'Leaving'} isQuiet /> {subjectOf(row)}: {whatIsLeft(row)} Asked for
              by {row.askedBy} <When at={row.askedAt} />
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
      return 'The whole shop'
    case 'products':
      return 'Products that are not chosen any more'
    case 'kept':
    case 'location':
      return `${location ?? 'A location'}${movesTo === null ? '' : `, on its way to ${movesTo}`}`
  }
}

function whatIsLeft({ kind, levelsLeft, movesTo }: Row): string {
  if (kind === 'kept')
    return `${many(levelsLeft, 'level stays', 'levels stay')} as it was until what the location stands for has counted it.`
  if (levelsLeft === 0 && movesTo !== null) return 'it shows 0, and is told the numbers of the new place next.'
  return `${many(levelsLeft, 'level does', 'levels do')} not show 0 yet.`
}

function SwitchOn({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const on = useSwitchOn(shop.code)
  if (session.data?.role !== 'admin') return null
  return (
    <>
      <Button size="xs" loading={on.isPending} onClick={() => on.mutate({})}>
        Switch this shop on
      </Button>
      <Trouble error={on.error} />
    </>
  )
}
