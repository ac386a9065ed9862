import type { Look, SeenOrder, ShopOrdersPort } from '../../orders/port.ts'
import { MORE_FULFILLMENT_ORDERS, MORE_LINES, MORE_REFUND_LINES, MORE_SHIPPED_LINES, ORDERS, ORDERS_BY_ID } from './documents.ts'
import type { Graphql, Told } from './graphql.ts'
import { everyPage, type Page } from './page.ts'
import { type RestockType, type ToldParcel, type ToldPart, type ToldRefund, toldOf } from './told-order.ts'

/** What orders hold and have taken, and where, and which units left a shelf or came back to one. */
export function shopOrders({ graphql }: { graphql: Graphql }): ShopOrdersPort {
  return {
    async changedSince(since, signal) {
      const reading = new Reading(graphql, signal)
      const ask = async (after: string | null) =>
        (await reading.ask<{ orders: Page<OrderNode> }>(ORDERS, { query: searchFor(since), after })).orders
      const orders: SeenOrder[] = []
      for await (const page of everyPage(ask)) for (const node of page) orders.push(await asOrder(reading, node))
      return { look: reading.look(), orders }
    },
    async ordersById(ids, signal) {
      const reading = new Reading(graphql, signal)
      const { nodes } = await reading.ask<{ nodes: (OrderNode | null)[] }>(ORDERS_BY_ID, { ids })
      const orders: SeenOrder[] = []
      for (const node of nodes) if (node !== null) orders.push(await asOrder(reading, node))
      const seen = new Set(orders.map(order => order.orderGid))
      return { look: reading.look(), orders, goneGids: ids.filter(id => !seen.has(id)) }
    },
  }
}

/** Several questions that together are one look: it lasted from the first to the last of them. */
class Reading {
  readonly #graphql: Graphql
  readonly #signal: AbortSignal | undefined
  #look: Look | null = null

  constructor(graphql: Graphql, signal: AbortSignal | undefined) {
    this.#graphql = graphql
    this.#signal = signal
  }

  async ask<T>(document: string, variables: Record<string, unknown>): Promise<T> {
    const told: Told<T> = await this.#graphql.ask<T>(document, variables, this.#signal)
    const { from, until } = told.look
    this.#look = this.#look === null ? told.look : { from: Math.min(this.#look.from, from), until: Math.max(this.#look.until, until) }
    return told.data
  }

  look(): Look {
    return this.#look ?? { from: 0, until: 0 }
  }
}

async function asOrder(reading: Reading, node: OrderNode): Promise<SeenOrder> {
  const parts: ToldPart[] = []
  const moreParts = async (after: string | null) =>
    (await reading.ask<{ order: OrderNode | null }>(MORE_FULFILLMENT_ORDERS, { id: node.id, after })).order?.fulfillmentOrders ?? NO_PAGE
  for await (const page of everyPage(moreParts, node.fulfillmentOrders)) for (const part of page) parts.push(await asPart(reading, part))
  const parcels: ToldParcel[] = []
  for (const parcel of node.fulfillments) parcels.push(await asParcel(reading, parcel))
  const refunds: ToldRefund[] = []
  for (const refund of node.refunds) refunds.push(await asRefund(reading, refund))
  return {
    orderGid: node.id,
    createdAt: Date.parse(node.createdAt),
    updatedAt: Date.parse(node.updatedAt),
    cancelledAt: node.cancelledAt === null ? null : Date.parse(node.cancelledAt),
    isRouted: node.cancelledAt !== null || node.fulfillmentOrders.nodes.length > 0,
    ...toldOf(parts, parcels, refunds),
  }
}

async function asPart(reading: Reading, { id, status, assignedLocation, lineItems }: FulfillmentOrderNode): Promise<ToldPart> {
  const more = async (after: string | null) =>
    (await reading.ask<{ node: { lineItems: Page<PieceNode> } | null }>(MORE_LINES, { id, after })).node?.lineItems ?? NO_PAGE
  const lines = (await allOf(more, lineItems)).map(({ lineItem, inventoryItemId, totalQuantity, remainingQuantity }) => ({
    ...{ lineGid: lineItem.id, orderedUnits: lineItem.quantity, inventoryItemGid: inventoryItemId },
    ...{ totalUnits: totalQuantity, remainingUnits: remainingQuantity },
  }))
  const locationGid = assignedLocation.location?.id ?? null
  return { isHolding: HOLDING.includes(status), isOver: status === 'CANCELLED', locationGid, lines }
}

async function asParcel(reading: Reading, node: FulfillmentNode): Promise<ToldParcel> {
  const more = async (after: string | null) =>
    (await reading.ask<{ node: FulfillmentNode | null }>(MORE_SHIPPED_LINES, { id: node.id, after })).node?.fulfillmentLineItems ?? NO_PAGE
  const lines = (await allOf(more, node.fulfillmentLineItems)).map(({ id, lineItem, quantity }) => ({
    ...{ gid: id, lineGid: lineItem.id, units: quantity ?? 0 },
  }))
  return {
    isShipped: SHIPPED.includes(node.status),
    isCancelled: node.status === 'CANCELLED',
    locationGid: node.location?.id ?? null,
    shippedAt: Date.parse(node.createdAt),
    changedAt: Date.parse(node.updatedAt),
    lines,
  }
}

async function asRefund(reading: Reading, node: RefundNode): Promise<ToldRefund> {
  const more = async (after: string | null) =>
    (await reading.ask<{ node: RefundNode | null }>(MORE_REFUND_LINES, { id: node.id, after })).node?.refundLineItems ?? NO_PAGE
  const lines = (await allOf(more, node.refundLineItems)).map(({ id, lineItem, quantity, restockType, location }) => ({
    // The schema lets a refund line be without an id; what it says is one then.
    ...{
      gid: id ?? [node.id, lineItem.id, restockType, location?.id].join('#'),
      lineGid: lineItem.id,
      units: quantity,
      restockType,
      locationGid: location?.id ?? null,
    },
  }))
  return { at: Date.parse(node.createdAt ?? node.updatedAt), lines }
}

async function allOf<T>(more: (after: string | null) => Promise<Page<T>>, first: Page<T>): Promise<T[]> {
  const all: T[] = []
  for await (const page of everyPage(more, first)) all.push(...page)
  return all
}

/**
 * First contact wants all that hold stock, archived orders that were never shipped included. A poll has no upper bound: an
 * order that is changed again while the poll runs would leave a closed window.
 */
function searchFor(since: number | null): string {
  return since === null ? 'status:open OR fulfillment_status:unfulfilled' : `updated_at:>='${new Date(since).toISOString().slice(0, 19)}Z'`
}

/** Fulfilment orders whose remaining units are committed for sure. To know of too few undersells, to know of too many oversells. */
const HOLDING: readonly string[] = ['OPEN', 'IN_PROGRESS', 'ON_HOLD', 'SCHEDULED']

/** Fulfilments whose units have left, or are as good as gone. */
const SHIPPED: readonly string[] = ['SUCCESS', 'OPEN', 'PENDING']

const NO_PAGE = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }

type OrderNode = {
  id: string
  createdAt: string
  updatedAt: string
  cancelledAt: string | null
  fulfillmentOrders: Page<FulfillmentOrderNode>
  fulfillments: FulfillmentNode[]
  refunds: RefundNode[]
}
type FulfillmentOrderNode = {
  id: string
  status: string
  assignedLocation: { location: { id: string } | null }
  lineItems: Page<PieceNode>
}
type PieceNode = {
  inventoryItemId: string | null
  totalQuantity: number
  remainingQuantity: number
  lineItem: { id: string; quantity: number }
}
type FulfillmentNode = {
  id: string
  status: string
  createdAt: string
  updatedAt: string
  location: { id: string } | null
  fulfillmentLineItems: Page<{ id: string; quantity: number | null; lineItem: { id: string } }>
}
type RefundNode = {
  id: string
  createdAt: string | null
  updatedAt: string
  refundLineItems: Page<{
    id: string | null
    quantity: number
    restockType: RestockType
    location: { id: string } | null
    lineItem: { id: string }
  }>
}
