import { type DrawerProps, Drawer as KitDrawer, Modal as KitModal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'

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
