import type { InstantMs } from '../../kernel/clock.ts'
import type { OpenLine, SeenOrder, ShopOrdersPort } from '../../orders/port.ts'
import { MORE_FULFILLMENT_ORDERS, MORE_LINES, ORDERS } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { everyPage, type Page } from './page.ts'

/** What open orders hold, and where Shopify committed it: the lines of their fulfilment orders. */
export function shopOrders({ graphql }: { graphql: Graphql }): ShopOrdersPort {
  return {
    async changedSince(since, signal) {
      let startedAt: InstantMs | null = null
      const ask = async (after: string | null) => {
        const told = await graphql.ask<{ orders: Page<OrderNode> }>(ORDERS, { query: searchFor(since), after }, signal)
        startedAt ??= told.dateMs
        return told.data.orders
      }
      const orders: SeenOrder[] = []
      for await (const page of everyPage(ask)) for (const node of page) orders.push(await asOrder(node, signal))
      return { startedAt: startedAt ?? 0, orders }
    },
  }

  async function asOrder(node: OrderNode, signal?: AbortSignal): Promise<SeenOrder> {
    const more = async (after: string | null) => {
      const told = await graphql.ask<{ order: OrderNode | null }>(MORE_FULFILLMENT_ORDERS, { id: node.id, after }, signal)
      return told.data.order?.fulfillmentOrders ?? NO_PAGE
    }
    const openLines: OpenLine[] = []
    for await (const parts of everyPage(more, node.fulfillmentOrders)) {
      for (const part of parts) openLines.push(...(await linesOf(part, signal)))
    }
    return { orderGid: node.id, createdAt: Date.parse(node.createdAt), updatedAt: Date.parse(node.updatedAt), openLines }
  }

  async function linesOf(part: FulfillmentOrderNode, signal?: AbortSignal): Promise<OpenLine[]> {
    const locationGid = part.assignedLocation.location?.id
    if (!HOLDING.includes(part.status) || locationGid === undefined) return []
    const more = async (after: string | null) => {
      const told = await graphql.ask<{ node: { lineItems: Page<LineNode> } | null }>(MORE_LINES, { id: part.id, after }, signal)
      return told.data.node?.lineItems ?? NO_PAGE
    }
    const lines: OpenLine[] = []
    for await (const page of everyPage(more, part.lineItems)) {
      for (const { inventoryItemId, remainingQuantity, lineItem } of page) {
        if (inventoryItemId === null || remainingQuantity <= 0) continue
        lines.push({ lineGid: lineItem.id, inventoryItemGid: inventoryItemId, locationGid, openUnits: remainingQuantity })
      }
    }
    return lines
  }
}

/**
 * First contact wants all that hold stock, archived orders that were never shipped included. A poll has no upper bound: an
 * order that is changed again while the poll runs would leave a closed window.
 */
function searchFor(since: InstantMs | null): string {
  return since === null ? 'status:open OR fulfillment_status:unfulfilled' : `updated_at:>='${new Date(since).toISOString().slice(0, 19)}Z'`
}

/** Fulfilment orders whose remaining units are committed for sure. To know of too few undersells, to know of too many oversells. */
const HOLDING: readonly string[] = ['OPEN', 'IN_PROGRESS', 'ON_HOLD', 'SCHEDULED']

const NO_PAGE = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }

type OrderNode = { id: string; createdAt: string; updatedAt: string; fulfillmentOrders: Page<FulfillmentOrderNode> }
type FulfillmentOrderNode = {
  id: string
  status: string
  assignedLocation: { location: { id: string } | null }
  lineItems: Page<LineNode>
}
type LineNode = { inventoryItemId: string | null; remainingQuantity: number; lineItem: { id: string } }
