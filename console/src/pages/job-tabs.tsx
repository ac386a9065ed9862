import { Tabs } from '../parts/tabs.tsx'
import { jobs as texts } from '../texts/jobs.ts'

const TABS = [
  { to: '/jobs/in/inventory', label: texts.inventory },
  { to: '/jobs/in/miscellaneous', label: texts.miscellaneous },
  { to: '/jobs/in/orders', label: texts.orders },
  { to: '/jobs/in/products', label: texts.products },
  { to: '/jobs/pipeline', label: texts.pipeline },
  { to: '/jobs', label: texts.catalogue },
]

/** The pages of the Job Manager, by the names that operators know. */
export function JobTabs() {
  return <Tabs label={texts.jobManager} tabs={TABS} />
}
