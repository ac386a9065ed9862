import { expect, test } from 'vitest'
import { type AdminPlace, adminUrl } from './admin-url.ts'

const CORNER = 'https://corner.myshopify.com'

test.each<[string, AdminPlace, string]>([
  ['the shop', { kind: 'shop' }, ''],
  ['a SKU with a blank and an ampersand', { kind: 'sku', sku: 'A 1&2' }, '/products/inventory?query=A%201%262'],
  [
    'the history of an item at a location',
    { kind: 'inventory_history', inventoryItemGid: 'gid://shopify/InventoryItem/42', locationGid: 'gid://shopify/Location/7' },
    '/products/inventory/42/inventory_history?location_id=7',
  ],
  [
    'the history of an item',
    { kind: 'inventory_history', inventoryItemGid: 'gid://shopify/InventoryItem/42', locationGid: null },
    '/products/inventory/42/inventory_history',
  ],
  [
    'a variant',
    { kind: 'variant', productGid: 'gid://shopify/Product/3', variantGid: 'gid://shopify/ProductVariant/9' },
    '/products/3/variants/9',
  ],
  ['a location', { kind: 'location', locationGid: 'gid://shopify/Location/7' }, '/settings/locations/7'],
  ['what the app may do', { kind: 'app_permissions' }, '/settings/apps'],
  ['an upload', { kind: 'upload' }, '/settings/apps'],
])('%s', (_, place, path) => expect(adminUrl(CORNER, place)).toBe(`https://admin.shopify.com/store/corner${path}`))

test('with the name of the app the links lead to its own pages', () => {
  const app = { handle: 'trueup' }
  expect(adminUrl(CORNER, { kind: 'app_permissions' }, app)).toBe(
    'https://admin.shopify.com/store/corner/settings/apps/app_installations/app/trueup',
  )
  expect(adminUrl(CORNER, { kind: 'upload' }, app)).toBe('https://admin.shopify.com/store/corner/apps/trueup')
})

test.each(['http://127.0.0.1:4000', 'https://shop.example', 'https://corner.myshopify.com.example', 'https://myshopify.com'])(
  '%s is no shop whose admin is known',
  url => expect(adminUrl(url, { kind: 'shop' })).toBeNull(),
)
