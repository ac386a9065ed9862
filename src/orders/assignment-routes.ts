import type { z } from 'zod'
import { shopNotFound } from '../catalog/not-as-asked.ts'
import { shopCalled } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import { heldOrder, newAssignment, newRejection, orderParams, type piece, queuePage, queueQuery } from '../http/contract/assignment.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { placesOf, withoutRejected } from './assignment.ts'
import * as store from './assignment-store.ts'

export type AssignmentRouteDeps = { db: Db; clock: Clock /** What an order holds changed. */; assigned(): void }

/** Whoever assigns orders says which facility sends what a shop sold at a location of several, and which cannot. */
export function assignmentRoutes({ db, clock, assigned }: AssignmentRouteDeps): Route[] {
  const described = { tag: 'orders', params: orderParams, answer: heldOrder } as const
  return [
    jsonRoute({
      method: 'GET',
      path: '/orders/queue',
      summary: 'What shops sold at locations of several facilities and is still open: who sends it, and what waits for somebody',
      tag: 'orders',
      role: 'viewer',
      query: queueQuery,
      answer: queuePage,
      async handle({ query }) {
        const filter = { state: query.state ?? null, shop: query.shop ?? null, search: query.search?.trim().replace(/^#/, '') || null }
        const { items, total } = await store.queue(db, filter, { limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, items, async () => total ?? store.countQueue(db, filter))
      },
    }),
    jsonRoute({
      ...described,
      method: 'GET',
      path: '/shops/:code/orders/:order',
      summary: 'What an order of a shop holds, where it was sold, and who was assigned',
      role: 'viewer',
      handle: async ({ params }) => shown(db, await knownOrder(db, params)),
    }),
    jsonRoute({
      ...described,
      method: 'PUT',
      path: '/shops/:code/orders/:order/assignment',
      summary: 'Says which facilities send a product of an order, or where it is parked; in the place of what was said before',
      role: 'operator',
      body: newAssignment,
      async handle({ params, body, who }) {
        const now = clock.now()
        const after = await db.transaction(async tx => {
          await store.lockOrders(tx)
          const order = await knownOrder(tx, params)
          const item = itemOf(order, body.sku)
          for (const one of body.pieces) if ('facility' in one) refuseStranger(order, item, one.facility)
          const before = await store.piecesOf(tx, keyOf(order, item))
          await store.assign(tx, keyOf(order, item), { pieces: body.pieces, who: who.name, now })
          const deed = { action: 'order.assign', subject: 'order', name: `${order.orderGid} ${body.sku}`, before, after: body.pieces }
          await recordAudit(tx, { at: now, who: who.name, ...deed })
          return shown(tx, order)
        })
        assigned()
        return after
      },
    }),
    jsonRoute({
      ...described,
      method: 'POST',
      path: '/shops/:code/orders/:order/rejections',
      summary: 'A facility cannot send what it was assigned: it waits for another one, and is not promised again before a count',
      role: 'operator',
      body: newRejection,
      status: 201,
      keepsKeys: true,
      async handle({ params, body, who, idempotencyKey }) {
        const now = clock.now()
        const after = await db.transaction(async tx => {
          await store.lockOrders(tx)
          const order = await knownOrder(tx, params)
          const item = itemOf(order, body.sku)
          const key = keyOf(order, item)
          const before = await store.piecesOf(tx, key)
          const said = idempotencyKey === null ? 'nothing' : await store.saidUnder(tx, key, { ...body, key: idempotencyKey })
          if (said === 'another') throw keyReused(idempotencyKey)
          if (said === 'this') return shown(tx, order)
          if (!before.some(one => 'facility' in one && one.facility === body.facility)) throw notAssigned(order, body)
          await store.reject(tx, key, { ...body, who: who.name, now, key: idempotencyKey })
          const pieces = withoutRejected(before, body)
          await store.assign(tx, key, { pieces, who: who.name, now })
          const deed = {
            action: 'order.reject',
            subject: 'order',
            name: `${order.orderGid} ${body.sku}`,
            before,
            after: pieces,
            reason: body.reason,
          }
          await recordAudit(tx, { at: now, who: who.name, ...deed })
          return shown(tx, order)
        })
        assigned()
        return after
      },
    }),
  ]
}

type Order = { shop: string; shopId: number; orderGid: string; items: store.HeldItem[] }

async function knownOrder(sql: Sql, { code, order }: z.output<typeof orderParams>): Promise<Order> {
  const shop = await shopCalled(sql, code)
  if (shop === null) throw shopNotFound(code)
  const orderGid = /^\d+$/.test(order) ? `gid://shopify/Order/${order}` : order
  const items = await store.heldBy(sql, { shopId: shop.shopId, orderGid })
  if (items === null)
    throw new TrueupError('ORDERS_ORDER_NOT_FOUND', `No order ${order} of ${code} is known.`, {
      retry: 'backoff',
      hint: 'A new order is known within seconds of its webhook, or with the next poll. Check its number otherwise.',
      detail: { shop: code, order },
    })
  return { shop: code, shopId: shop.shopId, orderGid, items }
}

function itemOf(order: Order, sku: string): store.HeldItem {
  const held = order.items.filter(item => item.sku === sku)
  const found = held.find(item => item.facilities !== null) ?? held[0]
  if (found === undefined)
    throw new TrueupError('ORDERS_LINE_NOT_FOUND', `The order ${order.orderGid} holds nothing of ${sku}.`, {
      retry: 'never',
      hint: 'See what it holds with GET on the order: what was shipped or cancelled is not assigned any more.',
      detail: { order: order.orderGid, sku },
    })
  return found
}

function refuseStranger(order: Order, { sku, facilities, location }: store.HeldItem, facility: string): void {
  if (facilities?.includes(facility)) return
  throw new TrueupError(
    'ORDERS_FACILITY_NOT_IN_GROUP',
    `${facility} is none of the facilities behind ${location ?? 'the location'} where ${sku ?? 'it'} was sold.`,
    {
      retry: 'never',
      hint:
        facilities === null
          ? 'The location stands for one facility, which has it: move the order in Shopify.'
          : `Choose one of ${facilities.join(', ')}, or make it a member of the group.`,
      detail: { order: order.orderGid, facility, facilities: facilities ?? [] },
    },
  )
}

function notAssigned({ orderGid }: Order, { sku, facility }: { sku: string; facility: string }): TrueupError {
  return new TrueupError('ORDERS_LINE_NOT_FOUND', `Nothing of ${sku} in ${orderGid} is assigned to ${facility}.`, {
    retry: 'never',
    hint: 'See who is assigned with GET on the order.',
    detail: { order: orderGid, sku, facility },
  })
}

function keyReused(key: string | null): TrueupError {
  return new TrueupError('ORDERS_KEY_REUSED', `The key ${key} was used before for another rejection.`, {
    retry: 'never',
    hint: 'Give every rejection a key of its own, and repeat one only with exactly what it said.',
    detail: { key },
  })
}

const keyOf = ({ shopId, orderGid }: Order, { inventoryItemGid }: store.HeldItem): store.OrderItem => ({
  shopId,
  orderGid,
  inventoryItemGid,
})

async function shown(sql: Sql | Tx, order: Order): Promise<Answer<typeof heldOrder>> {
  const items: Answer<typeof heldOrder>['items'] = []
  for (const item of order.items) {
    const { sku, location, openUnits, facilities } = item
    const assigned = facilities === null ? [] : await store.piecesOf(sql, keyOf(order, item))
    const places = facilities === null ? [] : placesOf(openUnits, assigned, facility => facilities.includes(facility))
    items.push({ sku, location, openUnits, facilities, assigned: assigned as ShownPiece[], places: places as ShownPiece[] })
  }
  return { shop: order.shop, order: order.orderGid, items }
}

/** What is kept was checked when it was taken. */
type ShownPiece = z.output<typeof piece>
