/** Which products of a shop Trueup writes: those that match any of these lists. Nothing listed: all of them. */
export type Choice = { tags: readonly string[]; vendors: readonly string[]; productTypes: readonly string[]; skus: readonly string[] }

export const EVERYTHING: Choice = { tags: [], vendors: [], productTypes: [], skus: [] }

export type Choosable = { sku: string | null; vendor: string | null; productType: string | null; tags: readonly string[] }

export function isEverything(choice: Choice): boolean {
  return [choice.tags, choice.vendors, choice.productTypes, choice.skus].every(list => list.length === 0)
}

/** Tags, vendors and types count whatever their case, as in Shopify; a SKU counts to the letter. */
export function isChosen(choice: Choice, item: Choosable): boolean {
  if (isEverything(choice)) return true
  const has = (list: readonly string[], value: string | null) =>
    value !== null && list.some(one => one.trim().toLowerCase() === value.trim().toLowerCase())
  return (
    item.tags.some(tag => has(choice.tags, tag)) ||
    has(choice.vendors, item.vendor) ||
    has(choice.productTypes, item.productType) ||
    (item.sku !== null && choice.skus.includes(item.sku))
  )
}
