import { Tabs } from '../parts/tabs.tsx'

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
  return <Tabs label="Job Manager" tabs={TABS} />
}
