/** HotWax's documentation writes some identifier types differently from its data. */
const ALIASES: Readonly<Record<string, string>> = { SHOPIFY_PRODUCT_ID: 'SHOPIFY_PROD_ID', UPC: 'UPCA', UPC_A: 'UPCA' }

const ALREADY = /^[A-Z][A-Z0-9_]*$/

/** An identifier type as the catalogue keeps it: `sku` is SKU, `shopifyProductId` is SHOPIFY_PROD_ID, `netsuiteProductId` is NETSUITE_PRODUCT_ID. */
export function idTypeOf(cell: string): string {
  const type = ALREADY.test(cell) ? cell : upperSnake(cell)
  return ALIASES[type] ?? type
}

function upperSnake(cell: string): string {
  return cell
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toUpperCase()
}
