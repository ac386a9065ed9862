import type { LinkCode } from '../catalog/identity.ts'
import { counted } from './age.ts'

/* What is the matter with SKUs that nobody guesses about, in words that tell one cause from another. */

type OneAndMany = readonly [one: string, many: string]

const NOT_SENT: Readonly<Record<string, OneAndMany>> = {
  OUTBOX_NOT_LINKED: [
    'is not sent, since its product is linked to no item there',
    'are not sent, since their products are linked to no item there',
  ],
  OUTBOX_NOT_MAPPED: [
    'is not sent, since its location stands for nothing any more',
    'are not sent, since their locations stand for nothing any more',
  ],
}

const NOT_LINKED: Readonly<Record<string, OneAndMany>> = {
  CATALOG_SKU_DUPLICATE: ['item has a SKU that is there more than once', 'items have a SKU that is there more than once'],
  CATALOG_SKU_NEAR: ['SKU differs from one of ours only in case or white space', 'SKUs differ from ours only in case or white space'],
  CATALOG_ITEM_NO_SKU: ['item has no SKU', 'items have no SKU'],
  CATALOG_ITEM_NOT_IN_ERP: ['SKU is sold that the ERP does not know', 'SKUs are sold that the ERP does not know'],
  CATALOG_ITEM_UNTRACKED: ['item is not tracked by Shopify', 'items are not tracked by Shopify'],
  CATALOG_ITEM_BUNDLE_PARENT: [
    'item is a bundle, whose stock follows from its parts',
    'items are bundles, whose stock follows from their parts',
  ],
  CATALOG_PRODUCT_NOT_IN_SHOP: ['product of the ERP is not sold', 'products of the ERP are not sold'],
  CATALOG_ITEM_LEFT_CHOICE: [
    'item is no longer what was chosen and is written until somebody says what becomes of it',
    'items are no longer what was chosen and are written until somebody says what becomes of them',
  ],
  CATALOG_ITEM_SOLD_AT_ZERO: ['item is sold on when nothing is left', 'items are sold on when nothing is left'],
} satisfies Readonly<Record<LinkCode, OneAndMany>>

/** Why `count` levels are told to nobody: "are not sent, since …". */
export function whyNotSent(code: string, count: number): string {
  const [one, many] = NOT_SENT[code] ?? ['will not be sent as it is', 'will not be sent as they are']
  return count === 1 ? one : many
}

/** What could not be linked for sure, and why: "9 products of the ERP are not sold". */
export function notLinked(code: string, count: number): string {
  return counted(count, ...(NOT_LINKED[code] ?? ['SKU could not be linked for sure', 'SKUs could not be linked for sure']))
}
