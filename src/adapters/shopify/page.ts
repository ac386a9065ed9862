import { shopError } from './translate.ts'

export type Page<T> = { nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }

/** More pages than this is a list that never ends. */
const PAGES_MAX = 10_000

/** Reads a list to its last page. `first` is a page that came with another answer. */
export async function* everyPage<T>(ask: (after: string | null) => Promise<Page<T>>, first?: Page<T>): AsyncIterable<T[]> {
  let page = first ?? (await ask(null))
  for (let read = 1; ; read++) {
    yield page.nodes
    if (!page.pageInfo.hasNextPage) return
    if (read === PAGES_MAX) throw shopError('CHANNEL_REQUEST_REFUSED', `a list of the shop did not end after ${PAGES_MAX} pages`)
    page = await ask(page.pageInfo.endCursor)
  }
}
