/* Locations, and the app and shop around them. */

import type { Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { page } from './connection.ts'
import { levelsPage } from './fields-level.ts'
import { gid, numberOf } from './ids.ts'
import { notSimulated } from './problem.ts'
import type { LocationRow } from './rows.ts'
import { byNumber, byText, byWord, TEXT } from './search.ts'
import { searched } from './searched.ts'
import { levelKey } from './tables.ts'

export const appFields: Record<string, Fields> = {
  QueryRoot: {
    currentAppInstallation: (_row, _args, call) => ({ kind: 'AppInstallation', scopes: [...call.granted].sort() }),
    shop: (_row, _args, call) => ({ kind: 'Shop', file: call.shop.file }),
  },
  AppInstallation: {
    id: () => gid('AppInstallation', 1),
    accessScopes: (row: { scopes: string[] }) => row.scopes.map(handle => ({ handle, description: handle.replaceAll('_', ' ') })),
    app: () => ({ id: gid('App', 1), handle: 'simulated-app', title: 'Simulated app' }),
  },
  App: { id: 'property', handle: 'property', title: 'property' },
  AccessScope: { handle: 'property', description: 'property' },
  Shop: {
    id: () => gid('Shop', 1),
    name: (row: ShopSource) => row.file.name ?? row.file.domain,
    myshopifyDomain: (row: ShopSource) => row.file.domain,
    currencyCode: (row: ShopSource) => row.file.currencyCode ?? 'USD',
    ianaTimezone: () => 'Etc/UTC',
    plan: (row: ShopSource) => ({
      publicDisplayName: titled(row.file.plan),
      shopifyPlus: row.file.plan === 'plus',
      partnerDevelopment: row.file.partnerDevelopment ?? false,
    }),
  },
  ShopPlan: { publicDisplayName: 'property', shopifyPlus: 'property', partnerDevelopment: 'property' },
}

export const locationFields: Record<string, Fields> = {
  QueryRoot: {
    locations: (_row, args, call) => {
      const all = [...call.shop.tables.locations.values()]
      const shown = all.filter(
        location => (location.active || args.includeInactive) && (location.fulfillmentService === null || args.includeLegacy),
      )
      return page(searched(call, 'locations', shown, args.query, FILTERS), args, {
        everything: call.everything,
        sortBy: sortBy(args.sortKey),
      })
    },
    location: (_row, args, call) => {
      if (args.id == null) return [...call.shop.tables.locations.values()].find(location => location.active) ?? null
      return locationById(call, args.id)
    },
  },
  Location: {
    id: (row: LocationRow) => gid('Location', row.id),
    legacyResourceId: (row: LocationRow) => String(row.id),
    name: 'property',
    isActive: (row: LocationRow) => row.active,
    activatable: (row: LocationRow) => !row.active,
    isFulfillmentService: (row: LocationRow) => row.fulfillmentService !== null,
    fulfillsOnlineOrders: 'property',
    shipsInventory: (row: LocationRow) => row.fulfillsOnlineOrders && row.active,
    hasActiveInventory: (row: LocationRow, _args: unknown, call: Call) =>
      call.shop.tables.levelsAt(row.id).some(level => level.active && Object.values(level.quantities).some(units => units !== 0)),
    fulfillmentService: (row: LocationRow) =>
      row.fulfillmentService === null
        ? null
        : {
            id: gid('FulfillmentService', row.id),
            handle: row.fulfillmentService,
            serviceName: row.fulfillmentService,
            inventoryManagement: true,
          },
    createdAt: (row: LocationRow) => instant(row.createdAt),
    updatedAt: (row: LocationRow) => instant(row.updatedAt),
    inventoryLevel: (row: LocationRow, args: { inventoryItemId: string; includeInactive: boolean }, call: Call) => {
      const itemId = numberOf('InventoryItem', args.inventoryItemId)
      const level = itemId === null ? undefined : call.shop.tables.levels.get(levelKey(itemId, row.id))
      return level !== undefined && (level.active || args.includeInactive) ? level : null
    },
    inventoryLevels: (row: LocationRow, args: Parameters<typeof levelsPage>[1], call: Call) =>
      levelsPage(call.shop.tables.levelsAt(row.id), args, call, ['location', 'inventoryLevels']),
  },
  FulfillmentService: { id: 'property', handle: 'property', serviceName: 'property', inventoryManagement: 'property' },
}

export function locationById(call: Call, value: unknown): LocationRow | null {
  return call.shop.tables.locations.get(numberOf('Location', value) ?? -1) ?? null
}

type ShopSource = { file: Call['shop']['file'] }

const FILTERS = {
  [TEXT]: byText<LocationRow>(row => row.name),
  name: byText<LocationRow>(row => row.name),
  id: byNumber<LocationRow>(row => row.id),
  active: byWord<LocationRow>(row => [String(row.active)]),
  legacy: byWord<LocationRow>(row => [String(row.fulfillmentService !== null)]),
}

function sortBy(key: string): (row: LocationRow) => string | number {
  if (key === 'NAME') return row => row.name.toLowerCase()
  if (key === 'ID') return row => row.id
  throw notSimulated(`Sorting locations by ${key}`)
}

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
