/* Behind the curtain: the merchant changes what the shop has: products, variants, locations. */

import type { Simulated } from './answer.ts'
import type { Acts, Backstage } from './control.ts'
import { gid, numberOf } from './ids.ts'
import type { ItemRow, LocationRow, VariantRow } from './rows.ts'
import { addProduct } from './shop.ts'
import type { ShopFileProduct } from './shop-file.ts'

export const CATALOGUE_ACTS: Acts = [
  [
    'POST',
    /^products$/,
    ({ simulated, now }, body) => {
      const locations = new Map([...simulated.shop.tables.locations.values()].map(location => [location.name, location.id]))
      const product = body as ShopFileProduct
      if (typeof product.title !== 'string' || !Array.isArray(product.variants) || product.variants.length === 0)
        throw new Error('A product has a title and variants, as in a shop file.')
      for (const level of product.variants.flatMap(variant => variant.levels ?? []))
        if (!locations.has(level.location)) throw new Error(`There is no location ${level.location}.`)
      const items = addProduct(simulated.shop, product, { locations, now: now() })
      return { inventoryItemIds: items.map(item => gid('InventoryItem', item.id)) }
    },
  ],
  ['PUT', /^items\/(?:gid:\/\/shopify\/InventoryItem\/)?(\d+)$/, changeItem],
  ['DELETE', /^items\/(?:gid:\/\/shopify\/InventoryItem\/)?(\d+)$/, removeItem],
  ['POST', /^locations$/, addLocation],
  ['PUT', /^locations\/(?:gid:\/\/shopify\/Location\/)?(\d+)$/, changeLocation],
]

/** `{"sku":"NEW","tracked":true,"inventoryPolicy":"CONTINUE"}`, each of them if it is to change. */
function changeItem({ simulated, now }: Backstage, body: Record<string, unknown>, _url: URL, id: string): unknown {
  const { tables } = simulated.shop
  const item = itemWithId(simulated, id)
  const variant = tables.variants.get(item.variantId) as VariantRow
  if ('sku' in body) tables.renameSku(item, body.sku === null ? null : String(body.sku))
  if (typeof body.tracked === 'boolean') item.tracked = body.tracked
  if (body.inventoryPolicy === 'DENY' || body.inventoryPolicy === 'CONTINUE') variant.inventoryPolicy = body.inventoryPolicy
  item.updatedAt = now()
  variant.updatedAt = now()
  tables.put('items', item)
  tables.put('variants', variant)
  return { inventoryItemId: gid('InventoryItem', item.id), sku: item.sku, tracked: item.tracked }
}

/** The variant is deleted, and with it its item and its levels. */
function removeItem({ simulated }: Backstage, _body: unknown, _url: URL, id: string): unknown {
  const { tables } = simulated.shop
  const item = itemWithId(simulated, id)
  const variant = tables.variants.get(item.variantId) as VariantRow
  for (const level of [...tables.levelsOfItem(item.id)]) tables.remove('levels', level)
  tables.remove('items', item)
  tables.remove('variants', variant)
  const product = tables.products.get(variant.productId)
  if (product !== undefined && ![...tables.variants.values()].some(each => each.productId === product.id))
    tables.remove('products', product)
  return { removed: gid('InventoryItem', item.id) }
}

function addLocation({ simulated, now }: Backstage, body: Record<string, unknown>): unknown {
  const { tables } = simulated.shop
  if (typeof body.name !== 'string' || body.name === '') throw new Error('A location has a name.')
  const location: LocationRow = {
    kind: 'Location',
    id: tables.next('locations', 70_000_001),
    name: body.name,
    active: true,
    fulfillsOnlineOrders: body.fulfillsOnlineOrders !== false,
    fulfillmentService: typeof body.fulfillmentService === 'string' ? body.fulfillmentService : null,
    createdAt: now(),
    updatedAt: now(),
  }
  tables.put('locations', location)
  return { id: gid('Location', location.id), name: location.name }
}

/** `{"active":false}` or `{"name":"…"}`. */
function changeLocation({ simulated, now }: Backstage, body: Record<string, unknown>, _url: URL, id: string): unknown {
  const { tables, tell } = simulated.shop
  const location = tables.locations.get(numberOf('Location', gid('Location', Number(id))) ?? -1)
  if (location === undefined) throw new Error(`There is no location ${id}.`)
  if (typeof body.name === 'string') location.name = body.name
  const isSwitched = typeof body.active === 'boolean' && body.active !== location.active
  if (isSwitched) location.active = body.active as boolean
  location.updatedAt = now()
  tables.put('locations', location)
  if (isSwitched) {
    const topic = location.active ? 'LOCATIONS_ACTIVATE' : 'LOCATIONS_DEACTIVATE'
    tell({ topic, at: now(), payload: () => ({ id: location.id, name: location.name, active: location.active }) })
  }
  return { id: gid('Location', location.id), name: location.name, active: location.active }
}

function itemWithId(simulated: Simulated, id: string): ItemRow {
  const item = simulated.shop.tables.items.get(Number(id))
  if (item === undefined) throw new Error(`There is no item ${id}.`)
  return item
}
