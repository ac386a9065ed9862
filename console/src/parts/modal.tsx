import { Button, type DrawerProps, Group, Drawer as KitDrawer, Modal as KitModal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'
import { parts as texts } from '../texts/parts.ts'
import classes from './modal.module.css'

/** A dialog: open as long as it is drawn. When it goes, whoever opened it is where they were. */
export function Modal(props: Omit<ModalProps, 'opened'>) {
  useFocusBack()
  return <KitModal opened {...props} />
}

/** The same at the right edge, for what is longer. */
export function Drawer(props: Omit<DrawerProps, 'opened'>) {
  useFocusBack()
  return <KitDrawer opened position="right" size="lg" {...props} />
}

/** The end of the form in a dialog: the way back, and the deed as its button says it. */
export function DialogEnd({
  close,
  confirm,
  dismiss = texts.cancel,
  deed,
  isReady = true,
}: {
  close(): void
  confirm: string
  dismiss?: string
  deed: { isPending: boolean }
  /** Whether all is said that has to be. */
  isReady?: boolean
}) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        {dismiss}
      </Button>
      <Button
        type="submit"
        disabled={!isReady}
        loading={deed.isPending}
        classNames={{ root: classes.deed ?? '', label: classes.words ?? '' }}
      >
        {confirm}
      </Button>
    </Group>
  )
}

/** The kit gives the focus back when a dialog is closed, and not when it is taken away. */
function useFocusBack(): void {
  const [opener] = useState(openerNow)
  useEffect(
    () => () => {
      // In its own turn: the dialog has let go of the focus by then, and what it did has been drawn.
      setTimeout(() => (opener?.isConnected ? opener : document.getElementById('main'))?.focus({ preventScroll: true }))
    },
    [opener],
  )
}

/** What has the focus; of an entry of a menu, which closes, the button that opened the menu. */
function openerNow(): HTMLElement | null {
  const active = document.activeElement
  const menu = active?.closest('[role="menu"]')
  const opener = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active
  return opener instanceof HTMLElement && opener !== document.body ? opener : null
}
