import { Button, Group, Modal, Textarea } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Trouble } from './nothing.tsx'

type Asked = {
  isPending: boolean
  error: Error | null
  mutate: (reason: string, options: { onSuccess: () => void }) => void
  reset: () => void
}

/** A button for a deed that is kept with its reason: it opens a question, and the answer is written down. */
export function AskWhy({
  label,
  title,
  confirm,
  tone = 'filled',
  icon,
  deed,
  children,
}: {
  label: string
  title: string
  confirm: string
  tone?: 'filled' | 'default'
  icon?: ReactNode
  deed: Asked
  children?: ReactNode
}) {
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const close = () => {
    setOpen(false)
    deed.reset()
  }
  return (
    <>
      <Button variant={tone} {...(icon ? { leftSection: icon } : {})} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title} size="lg">
        {children}
        <Textarea
          label="Why?"
          description="Kept with your name, where others will read it."
          data-autofocus
          autosize
          minRows={2}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        <Trouble error={deed.error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button disabled={reason.trim() === ''} loading={deed.isPending} onClick={() => deed.mutate(reason, { onSuccess: close })}>
            {confirm}
          </Button>
        </Group>
      </Modal>
    </>
  )
}
