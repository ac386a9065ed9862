import { Button, Group, Modal, Radio, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type ShopDetail, useLeave, useLeaving, useSwitchOn } from '../api/shops.ts'
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
  const leave = useLeave(shop.code, location?.locationId ?? null)
  const [becomes, setBecomes] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    const said = BECOMES.find(each => each.value === becomes)
    if (said !== undefined) leave.mutate({ becomes: said.value, reason: reason.trim() }, { onSuccess: close })
  }
  const title = location === null ? `Switch ${shop.name} off` : `End the mapping of ${location.name}`
  return (
    <Modal opened onClose={close} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <Radio.Group label="What becomes of the levels that are written now?" value={becomes} onChange={setBecomes}>
          <div style={{ display: 'grid', gap: 12, marginTop: 8 }}>
            {BECOMES.map(each => (
              <Radio key={each.value} value={each.value} label={each.label} description={each.description} />
            ))}
          </div>
        </Radio.Group>
        <Textarea label="Why" required autosize minRows={2} value={reason} onChange={event => setReason(event.currentTarget.value)} />
        <Trouble error={leave.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={leave.isPending} disabled={becomes === null || reason.trim().length < 3}>
            {location === null ? 'Switch off' : 'End mapping'}
          </Button>
        </Group>
      </form>
    </Modal>
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
              <State tone="working" word="Leaving" isQuiet /> {subjectOf(row)}: {many(row.levelsLeft, 'level does', 'levels do')} not show 0
              yet. Asked for by {row.askedBy} <When at={row.askedAt} />
              {row.reason && `: ${row.reason}`}
            </p>
          ))}
        </Panel>
      )}
    </Shown>
  )
}

function subjectOf({ kind, location }: { kind: 'products' | 'location' | 'shop'; location: string | null }): string {
  if (kind === 'shop') return 'The whole shop'
  return kind === 'location' ? (location ?? 'A location') : 'Products that are not chosen any more'
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
