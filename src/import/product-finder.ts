/** What a product is called: the name, and of which kind it is. */
export type ProductKeys = { type: string; value: string; productId: number }

/** The product that a row names; null where the catalogue has none. */
export type ProductFinder = (named: { type: string; value: string }) => number | null

/** Finds products without asking the database for each row. To the letter, like every name in the catalogue. */
export function productFinder(products: readonly ProductKeys[]): ProductFinder {
  const byType = new Map<string, Map<string, number>>()
  for (const { type, value, productId } of products) {
    const named = byType.get(type) ?? new Map<string, number>()
    byType.set(type, named.set(value, productId))
  }
  return ({ type, value }) => byType.get(type)?.get(value) ?? null
}
