import type { Look, OrderLine, SeenOrder, ShopOrdersPort } from '../../orders/port.ts'
import { MORE_FULFILLMENT_ORDERS, MORE_LINES, ORDERS, ORDERS_BY_ID } from './documents.ts'
import type { Graphql, Told } from './graphql.ts'
import { everyPage, type Page } from './page.ts'

/** What orders hold and have taken, and where Shopify committed it: the lines of their fulfilment orders. */
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
  const more = async (after: string | null) =>
    (await reading.ask<{ order: OrderNode | null }>(MORE_FULFILLMENT_ORDERS, { id: node.id, after })).order?.fulfillmentOrders ?? NO_PAGE
  const lines: OrderLine[] = []
  const undone: SeenOrder['undone'][0][] = []
  for await (const parts of everyPage(more, node.fulfillmentOrders)) {
    for (const part of parts) {
      for (const line of await linesOf(reading, part)) {
        if (part.status === 'CANCELLED') undone.push({ ...levelOf(line), units: line.takenUnits })
        else lines.push(line)
      }
    }
  }
  return {
    orderGid: node.id,
    createdAt: Date.parse(node.createdAt),
    updatedAt: Date.parse(node.updatedAt),
    cancelledAt: node.cancelledAt === null ? null : Date.parse(node.cancelledAt),
    isRouted: node.cancelledAt !== null || node.fulfillmentOrders.nodes.length > 0,
    lines,
    undone,
  }
}

function levelOf({ inventoryItemGid, locationGid }: OrderLine): { inventoryItemGid: string; locationGid: string } {
  return { inventoryItemGid, locationGid }
}

async function linesOf(reading: Reading, part: FulfillmentOrderNode): Promise<OrderLine[]> {
  const locationGid = part.assignedLocation.location?.id
  if (locationGid === undefined) return []
  const more = async (after: string | null) =>
    (await reading.ask<{ node: { lineItems: Page<LineNode> } | null }>(MORE_LINES, { id: part.id, after })).node?.lineItems ?? NO_PAGE
  const lines: OrderLine[] = []
  for await (const page of everyPage(more, part.lineItems)) {
    for (const { inventoryItemId, totalQuantity, remainingQuantity, lineItem } of page) {
      if (inventoryItemId === null) continue
      const openUnits = HOLDING.includes(part.status) ? remainingQuantity : 0
      const shippedUnits = totalQuantity - remainingQuantity
      const takenUnits = openUnits + shippedUnits
      if (takenUnits > 0) lines.push({ lineGid: lineItem.id, inventoryItemGid: inventoryItemId, locationGid, openUnits, takenUnits })
    }
  }
  return lines
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

const NO_PAGE = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }

type OrderNode = {
  id: string
  createdAt: string
  updatedAt: string
  cancelledAt: string | null
  fulfillmentOrders: Page<FulfillmentOrderNode>
}
type FulfillmentOrderNode = {
  id: string
  status: string
  assignedLocation: { location: { id: string } | null }
  lineItems: Page<LineNode>
}
type LineNode = { inventoryItemId: string | null; totalQuantity: number; remainingQuantity: number; lineItem: { id: string } }
