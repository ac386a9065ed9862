import type { ShopCode } from './port.ts'

/** What a shop may be used for: our own switch and what Shopify granted, both. Unset on our side means read only. */
export type AccessScope = 'no_access' | 'read_only' | 'read_and_write'

export type MayWrite = { kind: 'may' } | { kind: 'held'; code: ShopCode; message: string }

/** Without access the shop is not even asked. */
export function mayRead(accessScope: AccessScope): boolean {
  return accessScope !== 'no_access'
}

/** @param grantedScopes null: not asked yet, which holds nothing back; Shopify itself will refuse. */
export function mayWrite(accessScope: AccessScope, grantedScopes: readonly string[] | null): MayWrite {
  if (accessScope !== 'read_and_write') {
    const word = accessScope === 'no_access' ? 'No access' : 'Read only'
    return { kind: 'held', code: 'CHANNEL_READ_ONLY', message: `the access scope of this shop is ${word}` }
  }
  if (grantedScopes !== null && !grantedScopes.includes('write_inventory'))
    return { kind: 'held', code: 'CHANNEL_SCOPE_MISSING', message: 'Shopify did not grant write_inventory' }
  return { kind: 'may' }
}
