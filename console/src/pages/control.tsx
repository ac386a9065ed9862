import { Button, Group, Modal, Radio, Select, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlayerPause, IconShoppingCartOff } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { controlSentence } from '../../../src/channel/control.ts'
import { useSession } from '../api/queries.ts'
import { type Control, useEndControl, useSwitchOff } from '../api/shops.ts'
import { Trouble } from '../parts/nothing.tsx'
import { State } from '../parts/state.tsx'
import { clockTime } from './shop-words.ts'

type Of = { shop?: string; locationId?: number; sku?: string }

/** Writing paused, or nothing sold: a level, a product or a whole shop, with a reason and an end. */
export function SwitchOff({ of, what }: { of: Of; what: string }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  const [kind, setKind] = useState<Control['kind']>('pause')
  if (session.data?.role === 'viewer') return null
  const open = (wanted: Control['kind']) => {
    setKind(wanted)
    dialog.open()
  }
  return (
    <Group gap="xs">
      <Button variant="default" size="xs" leftSection={<IconPlayerPause size={14} aria-hidden />} onClick={() => open('pause')}>
        Pause writing
      </Button>
      <Button variant="default" size="xs" leftSection={<IconShoppingCartOff size={14} aria-hidden />} onClick={() => open('sell_nothing')}>
        Sell nothing
      </Button>
      {isOpen && <Dialog of={of} what={what} kind={kind} close={dialog.close} />}
    </Group>
  )
}

const HOUR_MS = 3_600_000
const ENDS = [
  { value: '1', label: 'in an hour' },
  { value: '4', label: 'in four hours' },
  { value: '24', label: 'in a day' },
  { value: '168', label: 'in a week' },
  { value: 'never', label: 'when somebody ends it' },
]

function Dialog({ of, what, kind: first, close }: { of: Of; what: string; kind: Control['kind']; close: () => void }) {
  const set = useSwitchOff()
  const [kind, setKind] = useState(first)
  const [ends, setEnds] = useState('4')
  const [reason, setReason] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    const untilAt = ends === 'never' ? null : new Date(Date.now() + Number(ends) * HOUR_MS).toISOString()
    set.mutate({ ...of, kind, reason: reason.trim(), untilAt }, { onSuccess: close })
  }
  return (
    <Modal opened onClose={close} title={what} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Radio.Group label="What shall stop" value={kind} onChange={value => setKind(value as Control['kind'])}>
          <div style={{ display: 'grid', gap: 12, margin: '8px 0 16px' }}>
            <Radio value="pause" label="Writing" description="Changes wait and are counted. What the shop shows stays as it is." />
            <Radio value="sell_nothing" label="Selling" description="It goes to 0 at once and stays there, whatever is counted." />
          </div>
        </Radio.Group>
        <div style={{ display: 'grid', gap: 12 }}>
          <Select label="It ends" data={ENDS} value={ends} allowDeselect={false} onChange={value => setEnds(value ?? '4')} />
          <Textarea
            label="Why"
            description="It stands wherever the number is explained, with your name."
            required
            autosize
            minRows={2}
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
        </div>
        <Trouble error={set.error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={set.isPending} disabled={reason.trim().length < 3}>
            {kind === 'pause' ? 'Pause writing' : 'Sell nothing'}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

type InEffect = Pick<Control, 'controlId' | 'kind' | 'reason' | 'untilAt' | 'setBy'>

/** What is switched off here, and the way to end it. */
export function SwitchedOff({ controls }: { controls: readonly InEffect[] }) {
  if (controls.length === 0) return null
  return (
    <ul style={{ listStyle: 'none', margin: '0 0 12px', padding: 0, display: 'grid', gap: 8 }}>
      {controls.map(control => (
        <li key={control.controlId}>
          <Group gap="xs">
            <State tone={control.kind === 'pause' ? 'paused' : 'stopped'} word={control.kind === 'pause' ? 'Paused' : 'Sells nothing'} />
            <span>{sentenceOf(control)}.</span>
            <EndControl control={control} />
          </Group>
        </li>
      ))}
    </ul>
  )
}

export function sentenceOf(control: Pick<Control, 'kind' | 'reason' | 'untilAt' | 'setBy'>): string {
  const untilAt = control.untilAt === null ? null : Date.parse(control.untilAt)
  return controlSentence({ ...control, untilAt }, at => clockTime(at))
}

export function EndControl({ control }: { control: Pick<Control, 'controlId' | 'kind'> }) {
  const session = useSession()
  const end = useEndControl()
  if (session.data?.role === 'viewer') return null
  return (
    <>
      <Button variant="default" size="xs" loading={end.isPending} onClick={() => end.mutate(control.controlId)}>
        {control.kind === 'pause' ? 'Write again' : 'Sell again'}
      </Button>
      <Trouble error={end.error} />
    </>
  )
}
