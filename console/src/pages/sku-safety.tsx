import { Anchor, Button, Group, Modal, NumberInput, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useSetSetting } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'

type Of = { sku: string; facility: string; code: string; safetyStockUnits: number }

/** What is kept back of a SKU at a facility, and the way to say it otherwise. */
export function SafetyStock({ of }: { of: Of }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role === 'viewer') return whole(of.safetyStockUnits)
  return (
    <>
      <Anchor component="button" type="button" onClick={dialog.open} aria-label={`Keep back at ${of.facility}: ${of.safetyStockUnits}`}>
        {whole(of.safetyStockUnits)}
      </Anchor>
      {isOpen && <Dialog of={of} close={dialog.close} />}
    </>
  )
}

function Dialog({ of, close }: { of: Of; close: () => void }) {
  const set = useSetSetting(of.sku)
  const [units, setUnits] = useState<number | string>(of.safetyStockUnits)
  const [reason, setReason] = useState('')
  const said = typeof units === 'number' ? units : null
  function submit(event: FormEvent) {
    event.preventDefault()
    set.mutate({ facility: of.code, safetyStockUnits: said, reason: reason.trim() }, { onSuccess: close })
  }
  return (
    <Modal opened onClose={close} title={`Keep back ${of.sku} at ${of.facility}`} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <div style={{ display: 'grid', gap: 12 }}>
          <NumberInput
            label="Safety stock"
            description="Hidden from every channel that sells from here. Empty: nothing is said here, and a rule or the default holds."
            value={units}
            onChange={setUnits}
            allowDecimal={false}
            allowNegative={false}
            data-autofocus
          />
          <Textarea
            label="Why"
            description="Kept with your name, where others will read it."
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
          <Button type="submit" disabled={reason.trim() === ''} loading={set.isPending}>
            {said === null ? 'Say nothing here' : `Keep ${whole(said)} back`}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
