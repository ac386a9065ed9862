import { Button, Group, Select } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlayerPause, IconShoppingCartOff } from '@tabler/icons-react'
import { useState } from 'react'
import { controlSentence } from '../../../src/channel/control.ts'
import { useSession } from '../api/queries.ts'
import { type Control, useEndControl, useSwitchOff } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { State } from '../parts/state.tsx'
import { clockTime } from '../parts/zone.ts'
import { controls as texts } from '../texts/controls.ts'

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
        {texts.pauseWriting}
      </Button>
      <Button variant="default" size="xs" leftSection={<IconShoppingCartOff size={14} aria-hidden />} onClick={() => open('sell_nothing')}>
        {texts.sellNothing}
      </Button>
      {isOpen && <Dialog of={of} what={what} kind={kind} close={dialog.close} />}
    </Group>
  )
}

const HOUR_MS = 3_600_000
const ENDS = [
  { value: '1', label: texts.inAnHour },
  { value: '4', label: texts.inFourHours },
  { value: '24', label: texts.inADay },
  { value: '168', label: texts.inAWeek },
  { value: 'never', label: texts.whenSomebodyEndsIt },
]

const STOPS = [
  { value: 'pause', label: texts.writing, description: texts.changesWaitAndAreCountedWhatThe },
  { value: 'sell_nothing', label: texts.selling, description: texts.itGoesTo0AtOnceAnd },
] as const

function Dialog({ of, what, kind: first, close }: { of: Of; what: string; kind: Control['kind']; close: () => void }) {
  const deed = useSwitchOff()
  const [kind, setKind] = useState(first)
  const [ends, setEnds] = useState('4')
  function say(reason: string) {
    const untilAt = ends === 'never' ? null : new Date(Date.now() + Number(ends) * HOUR_MS).toISOString()
    deed.mutate({ ...of, kind, reason, untilAt }, { onSuccess: close })
  }
  return (
    <ReasonDialog
      {...{ deed, close }}
      title={what}
      confirm={kind === 'pause' ? texts.pauseWriting : texts.sellNothing}
      note={texts.itStandsWhereverTheNumberIsExplained}
      onSay={say}
    >
      <Choices label={texts.whatShallStop} value={kind} options={STOPS} onChange={setKind} />
      <Select label={texts.itEnds} data={ENDS} value={ends} allowDeselect={false} onChange={value => setEnds(value ?? '4')} />
    </ReasonDialog>
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
            <State
              tone={control.kind === 'pause' ? 'paused' : 'stopped'}
              word={control.kind === 'pause' ? texts.paused : texts.sellsNothing}
            />
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
        {control.kind === 'pause' ? texts.writeAgain : texts.sellAgain}
      </Button>
      <Trouble error={end.error} />
    </>
  )
}
