import {
  type CallKind,
  type FrozenCall,
  LEVELS_PER_CALL_MAX,
  type LevelSeen,
  type Look,
  type ShopPort,
  type WriteRow,
} from '../../channel/port.ts'
import { assert } from '../../kernel/assert.ts'
import type { Bulk } from './bulk.ts'
import { ACTIVATE, ADJUST_QUANTITIES, BULK_LEVELS, INSTALLATION, LEVELS_OF_ITEMS, SET_QUANTITIES } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { outcomeOfSend, type UserError } from './translate.ts'

/** The levels of a shop: read some, read all, set them. */
export function shopLevels({
  graphql,
  writes,
  readback,
  bulk,
}: {
  graphql: Graphql
  writes: Graphql
  readback: Graphql
  bulk: Bulk
}): ShopPort {
  return {
    async installation(signal) {
      const { data, look } = await graphql.ask<Installation>(INSTALLATION, {}, signal)
      const { app, accessScopes } = data.currentAppInstallation
      return { grantedScopes: accessScopes.map(scope => scope.handle), appHandle: app.handle, look }
    },
    async readLevels(locationGid, inventoryItemGids, signal, { isReadBack = false } = {}) {
      assert(inventoryItemGids.length <= LEVELS_PER_CALL_MAX, 'a call names at most 250 items')
      const perCall = isReadBack ? READ_BACK_PER_CALL_MAX : LEVELS_PER_CALL_MAX
      const seen: { look: Look; levels: LevelSeen[] } = { look: { from: Number.POSITIVE_INFINITY, until: 0 }, levels: [] }
      for (let from = 0; from < inventoryItemGids.length; from += perCall) {
        const ids = inventoryItemGids.slice(from, from + perCall)
        const asked = { ids, locationId: locationGid }
        const { data, look } = await (isReadBack ? readback : graphql).ask<{ nodes: (ItemNode | null)[] }>(LEVELS_OF_ITEMS, asked, signal)
        seen.look = { from: Math.min(seen.look.from, look.from), until: Math.max(seen.look.until, look.until) }
        for (const node of data.nodes)
          if (node?.inventoryLevel) seen.levels.push(asSeen(node.inventoryLevel, { inventoryItemGid: node.id, locationGid }))
      }
      return seen
    },
    async *readEveryLevel(signal) {
      for await (const { look, lines } of bulk.run<BulkLine>(BULK_LEVELS, signal)) {
        // Items and their levels come as lines of their own; a level names its item as its parent.
        const levels = lines.flatMap(line =>
          'location' in line ? [asSeen(line, { inventoryItemGid: line.__parentId, locationGid: line.location.id })] : [],
        )
        if (levels.length > 0) yield { look, levels }
      }
    },
    freeze: (kind, rows, named) => ({ kind, idempotencyKey: named.idempotencyKey, body: bodyOf(kind, rows, named) }),
    readyToSend: signal => writes.ready(SET_QUANTITIES, signal),
    async send(call, signal) {
      const answer = await writes.postOnce(call.body, DOCUMENT_OF[call.kind], signal)
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

/** What is read back asks for little at a time: it takes the points that are left over. */
const READ_BACK_PER_CALL_MAX = 50

const DOCUMENT_OF: Readonly<Record<CallKind, string>> = {
  set_available: SET_QUANTITIES,
  set_on_hand: SET_QUANTITIES,
  adjust_available: ADJUST_QUANTITIES,
}

type Named = { idempotencyKey: string; reference: string }

/** One order of fields, always: Shopify may take another order for another call. */
function bodyOf(kind: CallKind, rows: readonly WriteRow[], { idempotencyKey, reference }: Named): string {
  const head = { name: kind === 'set_on_hand' ? 'on_hand' : 'available', reason: 'correction', referenceDocumentUri: reference }
  const input =
    kind === 'adjust_available' ? { ...head, changes: rows.map(asChange) } : { ...head, quantities: rows.map(row => asQuantity(kind, row)) }
  return JSON.stringify({ query: DOCUMENT_OF[kind], variables: { input, idempotencyKey } })
}

/** On hand moves by as much as `available` is to move, and is never below nothing. */
function asQuantity(kind: CallKind, row: WriteRow) {
  const { inventoryItemGid: inventoryItemId, locationGid: locationId } = row
  if (kind === 'set_available') return { inventoryItemId, locationId, quantity: row.units, changeFromQuantity: row.fromUnits }
  assert(row.onHandUnits !== null, 'what is on hand was read before it is written')
  return {
    inventoryItemId,
    locationId,
    quantity: Math.max(0, row.onHandUnits + row.units - row.fromUnits),
    changeFromQuantity: row.onHandUnits,
  }
}

/** Not compared with anything, and said so: a sale in between stays a sale. */
function asChange(row: WriteRow) {
  return { delta: row.units - row.fromUnits, inventoryItemId: row.inventoryItemGid, locationId: row.locationGid, changeFromQuantity: null }
}

function rowCountOf(call: FrozenCall): number {
  const { input } = (JSON.parse(call.body) as { variables: { input: { quantities?: unknown[]; changes?: unknown[] } } }).variables
  return (input.quantities ?? input.changes ?? []).length
}

type Installation = { currentAppInstallation: { app: { handle: string | null }; accessScopes: { handle: string }[] } }
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
    onHandUnits: units('on_hand'),
    isActive: level.isActive,
  }
}
