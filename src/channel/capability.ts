import type { ShopCode } from './port.ts'

/**
 * What a shop may be used for. Two switches have to agree: ours, the access scope, and Shopify's, the scopes that it granted
 * to the app. An access scope that nobody chose is read only.
 */
export type AccessScope = 'no_access' | 'read_only' | 'read_and_write'

export const ACCESS_SCOPE_WORDS: Readonly<Record<AccessScope, string>> = {
  no_access: 'No access',
  read_only: 'Read only',
  read_and_write: 'Read and write',
}

export type NeededScope = { handle: string; neededFor: string; without: 'nothing_works' | 'not_written' | 'decreases_only' }

/** Every scope that Trueup asks Shopify for, and what stops without it. */
export const SCOPES_NEEDED: readonly NeededScope[] = [
  { handle: 'read_products', neededFor: 'Reading variants and their SKUs, to link them to products', without: 'nothing_works' },
  { handle: 'read_locations', neededFor: 'Reading locations, to map them to facilities', without: 'nothing_works' },
  { handle: 'read_inventory', neededFor: 'Reading the stock of each level back', without: 'nothing_works' },
  { handle: 'write_inventory', neededFor: 'Writing the stock of each level', without: 'not_written' },
  { handle: 'read_orders', neededFor: 'Knowing which orders hold stock, before a level is raised', without: 'decreases_only' },
  {
    handle: 'read_merchant_managed_fulfillment_orders',
    neededFor: 'Knowing at which location an order holds its stock',
    without: 'decreases_only',
  },
]

/** Whether a scope was granted; one that writes includes the one that reads. */
export function isGranted(granted: readonly string[], handle: string): boolean {
  return granted.includes(handle) || granted.includes(handle.replace(/^read_/, 'write_'))
}

/** @param granted null: Shopify was not asked yet, so that nothing is known to be missing. */
export function missingScopes(granted: readonly string[] | null): NeededScope[] {
  return granted === null ? [] : SCOPES_NEEDED.filter(scope => !isGranted(granted, scope.handle))
}

export type Verdict = { kind: 'may' } | { kind: 'held'; code: ShopCode; message: string }

/** Without access the shop is not even asked. */
export function mayRead(accessScope: AccessScope): boolean {
  return accessScope !== 'no_access'
}

/** @param granted null: not asked yet, which holds nothing back; Shopify itself will refuse. */
export function mayWrite(accessScope: AccessScope, granted: readonly string[] | null): Verdict {
  const ours = mayCall(accessScope, 'write')
  if (ours.kind === 'held') return ours
  if (granted !== null && !isGranted(granted, 'write_inventory'))
    return { kind: 'held', code: 'CHANNEL_SCOPE_MISSING', message: 'Shopify did not grant write_inventory' }
  return { kind: 'may' }
}

/** Our own switch, for one call that changes something in the shop or only asks. */
export function mayCall(accessScope: AccessScope, effect: 'read' | 'write'): Verdict {
  if (effect === 'read' ? mayRead(accessScope) : accessScope === 'read_and_write') return { kind: 'may' }
  return { kind: 'held', code: 'CHANNEL_READ_ONLY', message: `the access scope of this shop is ${ACCESS_SCOPE_WORDS[accessScope]}` }
}
