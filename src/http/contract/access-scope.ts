import { z } from 'zod'

export const ACCESS_SCOPES = ['no_access', 'read_only', 'read_and_write'] as const
type AccessScope = (typeof ACCESS_SCOPES)[number]

/** HotWax's enum ids, its two spellings of the widest one included: exports and scripts that name them go on working. */
const OF_HOTWAX = {
  SHOP_NO_ACCESS: 'no_access',
  SHOP_READ_ACCESS: 'read_only',
  SHOP_RW_ACCESS: 'read_and_write',
  SHOP_READ_WRITE_ACCESS: 'read_and_write',
} as const satisfies Record<string, AccessScope>

export const accessScopeGiven = z.enum([...ACCESS_SCOPES, 'SHOP_NO_ACCESS', 'SHOP_READ_ACCESS', 'SHOP_RW_ACCESS', 'SHOP_READ_WRITE_ACCESS'])

/** What a given word means. */
export function accessScopeOf(given: z.output<typeof accessScopeGiven>): AccessScope {
  return given in OF_HOTWAX ? OF_HOTWAX[given as keyof typeof OF_HOTWAX] : (given as AccessScope)
}
