/*
 * The other side of the curtain: what a test or a demo may see and do that no app can. JSON over HTTP, under
 * `/_simulator/`. Nothing here costs points or shows up in the journal.
 */

import type { Simulated } from './answer.ts'
import { turnDials } from './dials.ts'
import { gid, levelGid, numberOf } from './ids.ts'
import type { Journal } from './journal.ts'
import { cancelOrder, fulfilOrder, OrderRefused, openUnits, placeOrder, type Wish } from './orders.ts'
import type { LevelRow, OrderRow } from './rows.ts'
import { levelOf } from './shop.ts'
import { move, quantityOf } from './stock.ts'

export const CONTROL_PATH = '/_simulator/'

export type Control = (method: string, url: URL, text: string) => { status: number; body: unknown }

type Backstage = { simulated: Simulated; journal: Journal; now: () => number }
type Act = (backstage: Backstage, body: Record<string, unknown>, url: URL, id: string) => unknown

export function control(backstage: Backstage): Control {
  return (method, url, text) => {
    const path = decodeURIComponent(url.pathname.slice(CONTROL_PATH.length))
    for (const [wanted, pattern, act] of ACTS) {
      const found = wanted === method ? pattern.exec(path) : null
      if (found === null) continue
      try {
        const body = act(backstage, (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>, url, found[1] ?? '')
        backstage.simulated.shop.tables.flush()
        return { status: 200, body }
      } catch (error) {
        return { status: error instanceof OrderRefused ? 409 : 400, body: { error: (error as Error).message } }
      }
    }
    return { status: 404, body: { error: `There is no ${method} ${url.pathname}.` } }
  }
}

const ACTS: readonly [method: string, path: RegExp, act: Act][] = [
  ['GET', /^state$/, state],
  ['GET', /^journal$/, ({ journal }, _body, url) => journal.after(Number(url.searchParams.get('after') ?? 0))],
  ['GET', /^dials$/, ({ simulated }) => simulated.dials],
  [
    'PUT',
    /^dials$/,
    ({ simulated }, body) => {
      turnDials(simulated.dials, body)
      return simulated.dials
    },
  ],
  ['POST', /^orders$/, place],
  [
    'POST',
    /^orders\/(?:gid:\/\/shopify\/Order\/)?(\d+)\/cancel$/,
    ({ simulated, now }, body, _url, id) => {
      const order = orderById(simulated, id)
      cancelOrder(simulated.shop, order, { now: now(), restock: body.restock !== false })
      return orderView(simulated, order)
    },
  ],
  [
    'POST',
    /^orders\/(?:gid:\/\/shopify\/Order\/)?(\d+)\/fulfil$/,
    ({ simulated, now }, body, _url, id) => {
      const order = orderById(simulated, id)
      fulfilOrder(simulated.shop, order, { now: now(), fulfillmentOrderId: numberOf('FulfillmentOrder', body.fulfillmentOrderId) })
      return orderView(simulated, order)
    },
  ],
  ['PUT', /^levels$/, editLevels],
]

function state({ simulated, journal, now }: Backstage): unknown {
  const { tables, file } = simulated.shop
  return {
    shop: { domain: file.domain, plan: file.plan },
    now: new Date(now()).toISOString(),
    bucket: simulated.bucket.status(now()),
    counts: {
      ...journal.counts(),
      levels: tables.levels.size,
      orders: tables.orders.size,
      unitsSold: tables.total('units sold'),
      unitsOversold: tables.total('units oversold'),
    },
    locations: [...tables.locations.values()].map(each => ({ id: gid('Location', each.id), name: each.name, active: each.active })),
    levels: [...tables.levels.values()].map(level => levelView(simulated, level)),
    orders: [...tables.orders.values()].map(order => orderView(simulated, order)),
  }
}

function place({ simulated, now }: Backstage, body: Record<string, unknown>): unknown {
  const lines = body.lines as { sku?: string; inventoryItemId?: string; units?: number; locationId?: string }[]
  if (!Array.isArray(lines)) throw new Error('lines is missing')
  const wishes = lines.map((line): Wish => {
    const itemId = line.inventoryItemId !== undefined ? numberOf('InventoryItem', line.inventoryItemId) : itemWithSku(simulated, line.sku)
    const locationId = line.locationId === undefined ? null : numberOf('Location', line.locationId)
    if (itemId === null) throw new OrderRefused(`There is no item ${line.inventoryItemId ?? line.sku}.`)
    return { itemId, units: line.units ?? 1, locationId }
  })
  return orderView(simulated, placeOrder(simulated.shop, wishes, { now: now(), onlyIfAvailable: body.onlyIfAvailable === true }))
}

/** Somebody in the admin: the level is simply what they typed. */
function editLevels({ simulated, now }: Backstage, body: Record<string, unknown>): unknown {
  const edits = (Array.isArray(body) ? body : [body]) as {
    inventoryItemId?: string
    locationId?: string
    available?: number
    active?: boolean
  }[]
  const levels = edits.map(edit => {
    const itemId = numberOf('InventoryItem', edit.inventoryItemId)
    const locationId = numberOf('Location', edit.locationId)
    if (itemId === null || !simulated.shop.tables.items.has(itemId)) throw new Error(`There is no item ${edit.inventoryItemId}.`)
    if (locationId === null || !simulated.shop.tables.locations.has(locationId)) throw new Error(`There is no location ${edit.locationId}.`)
    if (edit.available !== undefined && !Number.isInteger(edit.available)) throw new Error('available has to be a whole number.')
    return { edit, level: levelOf(simulated.shop.tables, { itemId, locationId, activeIfNew: true, now: now() }) }
  })
  return levels.map(({ edit, level }) => {
    if (edit.available !== undefined) move(level, 'available', edit.available - level.quantities.available, now())
    if (edit.active !== undefined) level.active = edit.active
    level.updatedAt = now()
    simulated.shop.tables.put('levels', level)
    return levelView(simulated, level)
  })
}

function levelView(simulated: Simulated, level: LevelRow): unknown {
  return {
    id: levelGid(level.id, level.itemId),
    inventoryItemId: gid('InventoryItem', level.itemId),
    locationId: gid('Location', level.locationId),
    sku: simulated.shop.tables.items.get(level.itemId)?.sku ?? null,
    active: level.active,
    available: level.quantities.available,
    committed: level.quantities.committed,
    onHand: quantityOf(level, 'on_hand'),
    updatedAt: new Date(level.updatedAt).toISOString(),
  }
}

function orderView(simulated: Simulated, order: OrderRow): unknown {
  return {
    id: gid('Order', order.id),
    number: order.id,
    name: `#${order.number}`,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
    cancelled: order.cancelledAt !== null,
    closed: order.closedAt !== null,
    lines: order.lines.map(line => ({
      inventoryItemId: gid('InventoryItem', line.itemId),
      sku: simulated.shop.tables.items.get(line.itemId)?.sku ?? null,
      units: line.units,
      openUnits: openUnits(line),
    })),
    fulfillmentOrders: order.fulfillmentOrders.map(part => ({
      id: gid('FulfillmentOrder', part.id),
      locationId: gid('Location', part.locationId),
      status: part.status,
    })),
  }
}

function orderById(simulated: Simulated, id: string): OrderRow {
  const order = simulated.shop.tables.orders.get(Number(id))
  if (order === undefined) throw new OrderRefused(`There is no order ${id}.`)
  return order
}

function itemWithSku(simulated: Simulated, sku: string | undefined): number | null {
  for (const item of simulated.shop.tables.items.values()) if (item.sku === sku) return item.id
  return null
}
