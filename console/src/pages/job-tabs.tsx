import { NavLink } from 'react-router'
import classes from './job-tabs.module.css'

const TABS = [
  { to: '/jobs/in/inventory', label: 'Inventory' },
  { to: '/jobs/in/miscellaneous', label: 'Miscellaneous' },
  { to: '/jobs/in/orders', label: 'Orders' },
  { to: '/jobs/in/products', label: 'Products' },
  { to: '/jobs/pipeline', label: 'Pipeline' },
  { to: '/jobs', label: 'Catalogue' },
]

/** The pages of the Job Manager, by the names that operators know. */
export function JobTabs() {
  return (
    <nav className={classes.tabs} aria-label="Job Manager">
      {TABS.map(({ to, label }) => (
        <NavLink key={to} to={to} end>
          {label}
        </NavLink>
      ))}
    </nav>
  )
}
