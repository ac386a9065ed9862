import { IconArrowLeft } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import classes from './back.module.css'

/** Back to the list one came from, as one left it; from elsewhere, to the list. Esc does the same. */
export function Back({ to, children }: { to: string; children: ReactNode }) {
  const navigate = useNavigate()
  const { key } = useLocation()
  const isFirst = key === 'default'

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      // Whatever is open closes first, wherever the focus is: a button that was pressed and failed has lost it.
      if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select')) return
      if (isFirst) void navigate(to)
      else void navigate(-1)
    }
    // Before a dialog hears of it, which is gone afterwards.
    window.addEventListener('keydown', listen, { capture: true })
    return () => window.removeEventListener('keydown', listen, { capture: true })
  }, [navigate, to, isFirst])

  return (
    <Link
      to={to}
      className={classes.back}
      onClick={event => {
        if (isFirst || event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        void navigate(-1)
      }}
    >
      <IconArrowLeft size={16} aria-hidden />
      {children}
    </Link>
  )
}
