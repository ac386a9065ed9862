import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import classes from './tabs.module.css'

/** The pages of one thing, side by side; each has its own address. What belongs beside them stands at the end. */
export function Tabs({ label, tabs, beside }: { label: string; tabs: readonly { to: string; label: string }[]; beside?: ReactNode }) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {tabs.map(tab => (
        <NavLink key={tab.to} to={tab.to} end>
          {tab.label}
        </NavLink>
      ))}
      {beside}
    </nav>
  )
}
