import { Button, Modal, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { Trouble } from './nothing.tsx'

type Asking = {
  mutate(reason: string, after: { onSuccess: () => void }): void
  isPending: boolean
  error: Error | null
}

/** A dialog that wants a reason before it lets a deed be done; `name` is the whole deed, as its button says it. */
export function ReasonDialog({
  name,
  lead,
  ask,
  isOpen,
  close,
}: {
  name: string
  lead: string
  ask: Asking
  isOpen: boolean
  close: () => void
}) {
  const [reason, setReason] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    ask.mutate(reason, { onSuccess: close })
  }
  return (
    <Modal opened={isOpen} onClose={close} title={name} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <p>{lead}</p>
        <TextInput
          label="Why"
          description="It stands beside the job, on the street and in the audit log."
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
          required
          data-autofocus
        />
        <Trouble error={ask.error} />
        <Button type="submit" mt="md" loading={ask.isPending} disabled={reason.trim() === ''}>
          {name}
        </Button>
      </form>
    </Modal>
  )
}

/** The button that opens it. */
export function AskReason({ label, ...dialog }: { label: string; name: string; lead: string; ask: Asking }) {
  const [isOpen, opening] = useDisclosure(false)
  return (
    <>
      <Button size="xs" variant="default" onClick={opening.open} aria-label={dialog.name}>
        {label} …
      </Button>
      <ReasonDialog {...dialog} isOpen={isOpen} close={opening.close} />
    </>
  )
}
