/* Behind the curtain: customers and clerks, one by one. */

import type { Simulated } from './answer.ts'
import type { Acts, Backstage } from './control.ts'
import { draftView, orderView } from './control-views.ts'
import { numberOf } from './ids.ts'
import { addLine, completeDraft, holdDraft, moveFulfillmentOrder, releaseDraft, removeUnits, returnUnits } from './order-changes.ts'
import { cancelFulfilment, cancelOrder, fulfilOrder, OrderRefused, type Placing, placeOrder, type Wish } from './orders.ts'
import type { DraftRow, OrderRow } from './rows.ts'

const order = (what: string) => new RegExp(`^orders/(?:gid://shopify/Order/)?(\\d+)/${what}$`)
const draft = (what: string) => new RegExp(`^drafts/(?:gid://shopify/DraftOrder/)?(\\d+)/${what}$`)

export const CUSTOMER_ACTS: Acts = [
  [
    'POST',
    /^orders$/,
    ({ simulated, now }, body) => {
      const placing = placingOf(simulated, now(), body.onlyIfAvailable === true)
      return orderView(simulated, placeOrder(simulated.shop, wishesOf(simulated, body.lines), placing), now())
    },
  ],
  [
    'POST',
    order('cancel'),
    onOrder(({ simulated, now }, body, found) => cancelOrder(simulated.shop, found, { now: now(), restock: body.restock !== false })),
  ],
  [
    'POST',
    order('fulfil'),
    onOrder(({ simulated, now }, body, found) =>
      fulfilOrder(simulated.shop, found, { now: now(), fulfillmentOrderId: numberOf('FulfillmentOrder', body.fulfillmentOrderId) }),
    ),
  ],
  [
    'POST',
    order('unfulfil'),
    onOrder(({ simulated, now }, body, found) =>
      cancelFulfilment(simulated.shop, found, { now: now(), fulfillmentId: numberOf('Fulfillment', body.fulfillmentId) }),
    ),
  ],
  [
    'POST',
    order('add'),
    onOrder(({ simulated, now }, body, found) => {
      for (const wish of wishesOf(simulated, body.lines)) addLine(simulated.shop, found, wish, now())
    }),
  ],
  [
    'POST',
    order('remove'),
    onOrder(({ simulated, now }, body, found) =>
      removeUnits(simulated.shop, found, { ...lineAndUnits(body), restock: body.restock !== false, now: now() }),
    ),
  ],
  [
    'POST',
    order('return'),
    onOrder(({ simulated, now }, body, found) =>
      returnUnits(simulated.shop, found, { ...lineAndUnits(body), locationId: numberOf('Location', body.locationId), now: now() }),
    ),
  ],
  [
    'POST',
    order('move'),
    onOrder(({ simulated, now }, body, found) => {
      const wanted = numberOf('FulfillmentOrder', body.fulfillmentOrderId)
      const part = found.fulfillmentOrders.find(each => (wanted === null ? each.status === 'OPEN' : each.id === wanted))
      const locationId = numberOf('Location', body.locationId)
      if (part === undefined || locationId === null) throw new OrderRefused('There is no such fulfilment order or location.')
      const touchesOrder = simulated.dials.laterChangesTouchOrder
      moveFulfillmentOrder(simulated.shop, found, part, { locationId, now: now(), touchesOrder })
    }),
  ],
  [
    'POST',
    /^drafts$/,
    ({ simulated, now }, body) => draftView(simulated, holdDraft(simulated.shop, wishesOf(simulated, body.lines), now())),
  ],
  [
    'POST',
    draft('complete'),
    ({ simulated, now }, _body, _url, id) => {
      const placing = placingOf(simulated, now(), false)
      return orderView(simulated, completeDraft(simulated.shop, draftById(simulated, id), placing), now())
    },
  ],
  [
    'POST',
    draft('release'),
    ({ simulated, now }, _body, _url, id) => {
      const found = draftById(simulated, id)
      releaseDraft(simulated.shop, found, now())
      return draftView(simulated, found)
    },
  ],
]

/** As the dials say an order comes into being. */
export function placingOf({ dials }: Simulated, now: number, onlyIfAvailable: boolean): Placing {
  return {
    now,
    onlyIfAvailable,
    existsAfterMs: dials.orderExistsAfterMs,
    routedAfterMs: dials.orderRoutedAfterMs,
    routingTouches: dials.laterChangesTouchOrder,
  }
}

function onOrder(act: (backstage: Backstage, body: Record<string, unknown>, found: OrderRow) => void): Acts[0][2] {
  return (backstage, body, _url, id) => {
    const { simulated, now } = backstage
    const found = simulated.shop.tables.orders.get(Number(id))
    if (found === undefined) throw new OrderRefused(`There is no order ${id}.`)
    act(backstage, body, found)
    return orderView(simulated, found, now())
  }
}

function wishesOf(simulated: Simulated, value: unknown): Wish[] {
  const lines = value as { sku?: string; inventoryItemId?: string; units?: number; locationId?: string }[]
  if (!Array.isArray(lines)) throw new Error('lines is missing')
  return lines.map((line): Wish => {
    const itemId = line.inventoryItemId !== undefined ? numberOf('InventoryItem', line.inventoryItemId) : itemWithSku(simulated, line.sku)
    const locationId = line.locationId === undefined ? null : numberOf('Location', line.locationId)
    if (itemId === null) throw new OrderRefused(`There is no item ${line.inventoryItemId ?? line.sku}.`)
    return { itemId, units: line.units ?? 1, locationId }
  })
}

function lineAndUnits(body: Record<string, unknown>): { lineId: number; units: number } {
  const lineId = numberOf('LineItem', body.lineId)
  const units = body.units ?? 1
  if (lineId === null) throw new OrderRefused('lineId is missing.')
  if (!Number.isInteger(units) || (units as number) <= 0) throw new Error('units has to be a whole number above zero.')
  return { lineId, units: units as number }
}

function draftById(simulated: Simulated, id: string): DraftRow {
  const found = simulated.shop.tables.drafts.get(Number(id))
  if (found === undefined) throw new OrderRefused(`There is no draft ${id}.`)
  return found
}

function itemWithSku(simulated: Simulated, sku: string | undefined): number | null {
  for (const item of simulated.shop.tables.items.values()) if (item.sku === sku) return item.id
  return null
}
