import { type FrozenCall, LEVELS_PER_CALL_MAX, type LevelSeen, type SetRow, type ShopPort } from '../../channel/port.ts'
import { assert } from '../../kernel/assert.ts'
import type { Bulk } from './bulk.ts'
import { ACTIVATE, BULK_LEVELS, GRANTED_SCOPES, LEVELS_OF_ITEMS, SET_AVAILABLE } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { outcomeOfSend, type UserError } from './translate.ts'

/** The levels of a shop: read some, read all, set them. */
export function shopLevels({ graphql, writes, bulk }: { graphql: Graphql; writes: Graphql; bulk: Bulk }): ShopPort {
  return {
    async grantedScopes(signal) {
      const { data } = await graphql.ask<Installation>(GRANTED_SCOPES, {}, signal)
      return data.currentAppInstallation.accessScopes.map(scope => scope.handle)
    },
    async readLevels(locationGid, inventoryItemGids, signal) {
      assert(inventoryItemGids.length <= LEVELS_PER_CALL_MAX, 'a call names at most 250 items')
      const { data } = await graphql.ask<{ nodes: (ItemNode | null)[] }>(
        LEVELS_OF_ITEMS,
        { ids: inventoryItemGids, locationId: locationGid },
        signal,
      )
      return data.nodes.flatMap(node =>
        node?.inventoryLevel ? [asSeen(node.inventoryLevel, { inventoryItemGid: node.id, locationGid })] : [],
      )
    },
    async *readEveryLevel(signal) {
      for await (const chunk of bulk.run<BulkLine>(BULK_LEVELS, signal)) {
        // Items and their levels come as lines of their own; a level names its item as its parent.
        const levels = chunk.flatMap(line =>
          'location' in line ? [asSeen(line, { inventoryItemGid: line.__parentId, locationGid: line.location.id })] : [],
        )
        if (levels.length > 0) yield levels
      }
    },
    freeze: (rows, named) => ({ kind: 'set_available', idempotencyKey: named.idempotencyKey, body: bodyOf(rows, named) }),
    async send(call, signal) {
      const answer = await writes.postOnce(call.body, SET_AVAILABLE, signal)
      return outcomeOfSend(answer, rowCountOf(call))
    },
    async activate(level, idempotencyKey, signal) {
      const variables = { inventoryItemId: level.inventoryItemGid, locationId: level.locationGid, idempotencyKey }
      const { data } = await graphql.ask<Activated>(ACTIVATE, variables, signal)
      const error = data.inventoryActivate?.userErrors[0]
      return error ? { kind: 'refused', message: error.message } : { kind: 'active' }
    },
  }
}

/** One order of fields, always: Shopify may take another order for another call. */
function bodyOf(rows: readonly SetRow[], named: { idempotencyKey: string; reference: string }): string {
  const quantities = rows.map(row => ({
    inventoryItemId: row.inventoryItemGid,
    locationId: row.locationGid,
    quantity: row.units,
    changeFromQuantity: row.fromUnits,
  }))
  const input = { name: 'available', reason: 'correction', referenceDocumentUri: named.reference, quantities }
  return JSON.stringify({ query: SET_AVAILABLE, variables: { input, idempotencyKey: named.idempotencyKey } })
}

function rowCountOf(call: FrozenCall): number {
  const { variables } = JSON.parse(call.body) as { variables: { input: { quantities: unknown[] } } }
  return variables.input.quantities.length
}

type Installation = { currentAppInstallation: { accessScopes: { handle: string }[] } }
type Quantity = { name: string; quantity: number }
type LevelNode = { isActive: boolean; quantities: Quantity[] }
type ItemNode = { id: string; inventoryLevel?: LevelNode | null }
type BulkLine = { id: string } | (LevelNode & { id: string; location: { id: string }; __parentId: string })
type Activated = { inventoryActivate: { userErrors: UserError[] } | null }

function asSeen(level: LevelNode, key: { inventoryItemGid: string; locationGid: string }): LevelSeen {
  const units = (name: string) => {
    const found = level.quantities.find(quantity => quantity.name === name)
    // Unknown is not zero: a quantity that was asked for and is missing is a broken answer.
    assert(found !== undefined, `the shop did not tell ${name} of a level`)
    return found.quantity
  }
  return {
    ...key,
    availableUnits: units('available'),
    committedUnits: units('committed'),
    reservedUnits: units('reserved'),
    isActive: level.isActive,
  }
}
