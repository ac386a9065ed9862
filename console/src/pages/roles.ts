import { people as texts } from '../texts/people.ts'
/** What people and programs may be, as a person chooses it. */
export const ROLES = [
  { value: 'viewer', label: texts.viewerLooks },
  { value: 'operator', label: texts.operatorRunsReleasesRepairs },
  { value: 'admin', label: texts.adminSettingsAndPeopleToo },
]

/** The same by name alone: for a row of a table, whose buttons need the room. */
export const ROLE_NAMES = [
  { value: 'viewer', label: texts.viewer },
  { value: 'operator', label: texts.operator },
  { value: 'admin', label: texts.admin },
]
