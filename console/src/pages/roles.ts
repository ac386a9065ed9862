/** What people and programs may be, as a person chooses it. */
export const ROLES = [
  { value: 'viewer', label: 'Viewer: looks' },
  { value: 'operator', label: 'Operator: runs, releases, repairs' },
  { value: 'admin', label: 'Admin: settings and people too' },
]
