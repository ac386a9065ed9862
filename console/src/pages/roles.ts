import { people as texts } from '../texts/people.ts'
/** What people and programs may be, as a person chooses it. */
export const ROLES = [
  { value: 'viewer', label: texts.viewerLooks },
  { value: 'operator', label: texts.operatorRunsReleasesRepairs },
  { value: 'admin', label: texts.adminSettingsAndPeopleToo },
]
