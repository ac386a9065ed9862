import { TrueupError } from '../kernel/error.ts'

export function unknownSku(sku: string): TrueupError {
  return new TrueupError('CATALOG_SKU_NOT_FOUND', `No product is called ${sku}.`, {
    retry: 'never',
    hint: 'Look for it in the list of stock: case and white space count.',
    detail: { sku },
  })
}
