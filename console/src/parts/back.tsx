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
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="dialog"], [role="menu"]')) return
      if (isFirst) void navigate(to)
      else void navigate(-1)
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
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
