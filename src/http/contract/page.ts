import { z } from 'zod'

export const PAGE_ROWS_MAX = 200
export const PAGE_ROWS_DEFAULT = 50
/** Lists that are longer are counted no further: their total is "at least". */
export const TOTAL_COUNTED_MAX = 100_000
const PAGES_MAX = 1_000_000

/** Which part of a list is wanted; every list has these. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(PAGES_MAX).default(1),
  pageSize: z.coerce.number().int().min(1).max(PAGE_ROWS_MAX).default(PAGE_ROWS_DEFAULT),
})

/** A page of a list, with how long the list is. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    rows: z.array(row),
    page: z.number().int(),
    pageSize: z.number().int(),
    total: z.number().int(),
    /** The list is longer than `total`: it was counted no further. */
    isTotalAtLeast: z.boolean(),
  })
}

export type PageQuery = z.output<typeof pageQuery>

/** Where a page begins in its list. */
export function offsetOf({ page, pageSize }: PageQuery): number {
  return (page - 1) * pageSize
}

/**
 * A page as it is answered. `count` counts the list up to one more than TOTAL_COUNTED_MAX; it is asked only where the page
 * itself does not tell where the list ends.
 */
export async function pageFrom<Row>(query: PageQuery, rows: Row[], count: () => Promise<number>) {
  const isLast = rows.length < query.pageSize && (rows.length > 0 || query.page === 1)
  const total = isLast ? offsetOf(query) + rows.length : await count()
  const isTotalAtLeast = total > TOTAL_COUNTED_MAX && !isLast
  return { rows, page: query.page, pageSize: query.pageSize, total: isTotalAtLeast ? TOTAL_COUNTED_MAX : total, isTotalAtLeast }
}
