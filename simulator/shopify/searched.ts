/* A search inside a call: whatever no filter answers to is told in `extensions.search`, as the shop does. */

import type { Call } from './call.ts'
import { type Filters, search } from './search.ts'

export function searched<T>(call: Call, path: string | string[], rows: readonly T[], query: unknown, filters: Filters<T>): readonly T[] {
  const found = search(rows, query, filters)
  if (found.unknown.length > 0) {
    const warnings = found.unknown.map(field => ({ field, message: 'Invalid search field for this query.' }))
    call.searchWarnings.push({ path: [path].flat(), query: String(query), warnings })
  }
  return found.rows
}
