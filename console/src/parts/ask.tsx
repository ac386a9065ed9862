import { Button, Group, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, type ReactNode, useState } from 'react'
import { parts as texts } from '../texts/parts.ts'
import { DialogEnd, Modal } from './modal.tsx'
import { Trouble } from './nothing.tsx'

/** As the server wants it. */
const REASON_LETTERS_MIN = 3

type Deed = { isPending: boolean; error: Error | null }

/** A question before a deed that is kept with its reason. What else has to be said stands above it, as `children`. */
export function ReasonDialog({
  title,
  confirm,
  dismiss = texts.cancel,
  note = texts.keptWithYourNameWhereOthersWill,
  deed,
  isReady = true,
  isReasonOptional = false,
  onSay,
  close,
  children,
}: {
  title: string
  /** The deed, as its button says it. */
  confirm: string
  dismiss?: string
  /** Where the reason will stand. */
  note?: string
  deed: Deed
  /** Whether all else is said. */
  isReady?: boolean
  isReasonOptional?: boolean
  onSay(reason: string): void
  close(): void
  children?: ReactNode
}) {
  const [reason, setReason] = useState('')
  const said = reason.trim()
  const isSaid = said.length >= REASON_LETTERS_MIN || (isReasonOptional && said === '')
  function submit(event: FormEvent) {
    event.preventDefault()
    if (isReady && isSaid) onSay(said)
  }
  return (
    <Modal onClose={close} title={title} size="lg">
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        {children}
        <Textarea
          label={texts.why}
          description={isReasonOptional ? texts.mayBeLeftOut(note) : note}
          required={!isReasonOptional}
          data-autofocus
          autosize
          minRows={2}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        <Trouble error={deed.error} />
        <DialogEnd close={close} confirm={confirm} dismiss={dismiss} deed={deed} isReady={isReady && isSaid} />
      </form>
    </Modal>
  )
}

/** A button for a deed that has no way back: it says what that comes to, and asks once more. */
export function AskSure({
  label,
  name,
  confirm,
  deed,
  done,
  onSure,
  children,
}: {
  label: string
  /** The whole deed: what the button is called, and what the question begins with. */
  name: string
  confirm: string
  deed: Deed & { reset: () => void }
  /** What came of it, where that has to be seen before the question goes. */
  done?: ReactNode
  onSure: (done: { onSuccess: () => void }) => void
  children: ReactNode
}) {
  const [isOpen, dialog] = useDisclosure(false)
  const close = () => {
    dialog.close()
    deed.reset()
  }
  return (
    <>
      <Button size="xs" variant="default" aria-label={name} onClick={dialog.open}>
        {label}
      </Button>
      {isOpen && (
        <Modal onClose={close} title={name}>
          {done ?? (
            <>
              <p style={{ marginTop: 0 }}>{children}</p>
              <Trouble error={deed.error} />
              <Group justify="flex-end">
                <Button variant="default" onClick={close}>
                  {texts.cancel}
                </Button>
                <Button loading={deed.isPending} onClick={() => onSure({ onSuccess: close })} data-autofocus>
                  {confirm}
                </Button>
              </Group>
            </>
          )}
        </Modal>
      )}
    </>
  )
}

type Asked = Deed & {
  mutate: (reason: string, options: { onSuccess: () => void }) => void
  reset: () => void
}

/** A button for such a deed: it opens the question. `name`: the whole deed, where the button says less. */
export function AskWhy({
  label,
  name,
  title,
  confirm,
  dismiss,
  note,
  tone = 'filled',
  size = 'sm',
  icon,
  deed,
  children,
}: {
  label: string
  name?: string
  title: string
  confirm: string
  /** The way back, where it has to be told from the deed. */
  dismiss?: string
  note?: string
  tone?: 'filled' | 'default'
  size?: 'xs' | 'sm'
  icon?: ReactNode
  deed: Asked
  children?: ReactNode
}) {
  const [isOpen, dialog] = useDisclosure(false)
  const close = () => {
    dialog.close()
    deed.reset()
  }
  return (
    <>
      <Button variant={tone} size={size} {...(icon ? { leftSection: icon } : {})} aria-label={name} onClick={dialog.open}>
        {label}
      </Button>
      {isOpen && (
        <ReasonDialog
          {...{ title, confirm, deed, close, ...(note === undefined ? {} : { note }), ...(dismiss === undefined ? {} : { dismiss }) }}
          onSay={reason => deed.mutate(reason, { onSuccess: close })}
        >
          {children}
        </ReasonDialog>
      )}
    </>
  )
}
