/*
 * What a simulated shop starts with: plain JSON, written by a person or by a program that knows nothing of this one.
 * Parsed here, once; nothing deeper asks again whether a location exists.
 */

export type Plan = 'basic' | 'grow' | 'advanced' | 'plus' | 'enterprise'

export type ShopFile = {
  /** `something.myshopify.com` */
  domain: string
  name?: string
  plan: Plan
  currencyCode?: string
  /** A development store, which never sells. */
  partnerDevelopment?: boolean
  /** Access scopes that the app was granted; `write_x` includes `read_x`. */
  scopes: string[]
  locations: ShopFileLocation[]
  products: ShopFileProduct[]
}

export type ShopFileLocation = {
  /** Levels name their location by this, so it has to be unique in the file. */
  name: string
  /** The number in the gid; given out by the simulator where the file has none. */
  id?: number
  active?: boolean
  fulfillsOnlineOrders?: boolean
  /** Handle of the fulfilment service that owns the location. */
  fulfillmentService?: string
}

export type ShopFileProduct = {
  title: string
  id?: number
  status?: 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED'
  vendor?: string
  productType?: string
  tags?: string[]
  variants: ShopFileVariant[]
}

export type ShopFileVariant = {
  sku: string | null
  id?: number
  inventoryItemId?: number
  title?: string
  barcode?: string | null
  price?: string
  /** Whether the shop counts this item; true unless said otherwise. */
  tracked?: boolean
  /** Stock of a bundle parent follows from its components and cannot be set. */
  bundleParent?: boolean
  inventoryPolicy?: 'DENY' | 'CONTINUE'
  requiresShipping?: boolean
  levels?: ShopFileLevel[]
}

export type ShopFileLevel = {
  location: string
  active?: boolean
  available: number
  committed?: number
  incoming?: number
  reserved?: number
  damaged?: number
  safety_stock?: number
  quality_control?: number
}

const PLANS: readonly Plan[] = ['basic', 'grow', 'advanced', 'plus', 'enterprise']
const LOCATIONS_MAX: Record<Plan, number> = { basic: 10, grow: 10, advanced: 10, plus: 200, enterprise: 200 }

/** Refuses a file that could not be a shop, with a sentence that says where. */
export function checkShopFile(file: ShopFile): ShopFile {
  refuseIf(typeof file?.domain !== 'string' || file.domain === '', 'domain is missing')
  refuseIf(!PLANS.includes(file.plan), `plan has to be one of ${PLANS.join(', ')}`)
  refuseIf(!Array.isArray(file.scopes), 'scopes has to be a list')
  refuseIf(!Array.isArray(file.locations) || file.locations.length === 0, 'a shop has at least one location')
  refuseIf(!Array.isArray(file.products), 'products has to be a list')
  const names = new Set(file.locations.map(location => location.name))
  refuseIf(names.size !== file.locations.length, 'two locations have the same name')
  const counted = file.locations.filter(location => location.active !== false && location.fulfillmentService === undefined)
  const most = LOCATIONS_MAX[file.plan]
  refuseIf(counted.length > most, `${counted.length} active locations, but the plan ${file.plan} has ${most}`)
  for (const product of file.products) {
    refuseIf(!Array.isArray(product.variants) || product.variants.length === 0, `product ${product.title} has no variant`)
    for (const variant of product.variants) checkLevels(variant, names)
  }
  return file
}

function checkLevels(variant: ShopFileVariant, names: ReadonlySet<string>): void {
  const seen = new Set<string>()
  for (const level of variant.levels ?? []) {
    refuseIf(!names.has(level.location), `${variant.sku}: there is no location ${level.location}`)
    refuseIf(seen.has(level.location), `${variant.sku}: two levels at ${level.location}`)
    refuseIf(!Number.isInteger(level.available), `${variant.sku}: available at ${level.location} is not a whole number`)
    seen.add(level.location)
  }
}

function refuseIf(wrong: boolean, why: string): void {
  if (wrong) throw new Error(`Not a shop file: ${why}.`)
}
