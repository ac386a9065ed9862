const ENGLISH = new Intl.NumberFormat('en-GB')

/**
 * A count as every sentence of the program writes it: 412,310. The console knows counts by it and writes them as its reader does; a SKU,
 * an id or a line of a file stands in a sentence as it is.
 */
export function grouped(count: number): string {
  return ENGLISH.format(count)
}
