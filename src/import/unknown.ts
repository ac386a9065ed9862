/** What a feed wants done with products that nobody knows: an ERP has more of them than a shop sells. */
export type UnknownSettings = {
  /** Refused and shown; kept quietly until somebody knows them; or added to the catalogue under the name that the row gives. */
  products?: 'reject' | 'park' | 'create'
  /** Those whose identifier looks like one of these are none of ours, and left out. */
  leaveOut?: readonly string[]
}

/** A pattern with `*` and `?` as PostgreSQL's `like` has it. */
export function likePattern(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')
}
