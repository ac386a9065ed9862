/*
 * The shop of the demo, as its owner might have set it up over the years: a location for every facility, one for the web
 * shop, one that was closed; most of what the ERP knows, some things that it does not, and the usual small accidents in
 * SKUs. Levels start from what the shop believed yesterday.
 */
export type DemoProduct = { sku: string; name: string; stockedAt: readonly string[] }

export const ONLINE_LOCATION = 'Online Store'
const CLOSED_LOCATION = 'Old Showroom'

/** How the catalogue link is given something to report; indexes into the products that have stock. */
const ACCIDENTS = {
  lowerCase: [12, 47, 95],
  trailingBlank: [63],
  duplicate: [30],
  untracked: [21],
  bundleParent: [77],
  notInShop: [5, 150, 151, 152, 290],
}

const SHOP_ONLY = ['GIFT-CARD-25', 'GIFT-CARD-50', 'MUG-LOGO', 'STICKER-SET', 'SERVICE-TUNE-UP', 'CAP-CLASSIC']

export function demoShop(products: readonly DemoProduct[], facilities: readonly string[]): DemoShopFile {
  const chance = seeded(20_261_123)
  const stocked = products.filter(product => product.stockedAt.length > 0)
  const accidentOf = (product: DemoProduct, kind: keyof typeof ACCIDENTS) => ACCIDENTS[kind].includes(stocked.indexOf(product))
  const level = (location: string, active = true) => ({ location, active, available: Math.floor(chance() * 200) })

  const variantsOf = (product: DemoProduct): DemoVariant[] => {
    const variant: DemoVariant = {
      sku: skuInShop(product.sku, { lowerCase: accidentOf(product, 'lowerCase'), trailingBlank: accidentOf(product, 'trailingBlank') }),
      tracked: !accidentOf(product, 'untracked'),
      bundleParent: accidentOf(product, 'bundleParent'),
      levels: [
        ...product.stockedAt.map(location => level(location, chance() > 0.02)),
        ...(product.stockedAt.length > 0 ? [level(ONLINE_LOCATION)] : []),
      ],
    }
    return accidentOf(product, 'duplicate') ? [variant, { ...variant, levels: [level(ONLINE_LOCATION)] }] : [variant]
  }

  return {
    domain: 'adventure-works-demo.myshopify.com',
    name: 'Adventure Works',
    plan: 'plus',
    scopes: [
      'read_inventory',
      'write_inventory',
      'read_locations',
      'read_products',
      'read_orders',
      'read_merchant_managed_fulfillment_orders',
    ],
    locations: [
      ...facilities.map(name => ({ name })),
      { name: ONLINE_LOCATION, fulfillsOnlineOrders: true },
      { name: CLOSED_LOCATION, active: false },
    ],
    products: [
      ...products
        .filter(product => !accidentOf(product, 'notInShop'))
        .map(product => ({ title: product.name, variants: variantsOf(product) })),
      ...SHOP_ONLY.map(sku => ({ title: sku, variants: [{ sku, tracked: true, bundleParent: false, levels: [level(ONLINE_LOCATION)] }] })),
    ],
  }
}

type DemoVariant = {
  sku: string
  tracked: boolean
  bundleParent: boolean
  levels: { location: string; active: boolean; available: number }[]
}

export type DemoShopFile = {
  domain: string
  name: string
  plan: 'plus'
  scopes: string[]
  locations: { name: string; active?: boolean; fulfillsOnlineOrders?: boolean }[]
  products: { title: string; variants: DemoVariant[] }[]
}

function skuInShop(sku: string, accident: { lowerCase: boolean; trailingBlank: boolean }): string {
  if (accident.lowerCase) return sku.toLowerCase()
  return accident.trailingBlank ? `${sku} ` : sku
}

/** Mulberry32: small, and the same everywhere. The demo's shop is the same at every start. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
