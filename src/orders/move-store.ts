import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { StockMove } from './port.ts'

/**
 * Units that left a shelf or came back, as the shop tells them again with every word on their order: each is appended once. Gives how
 * many are new.
 */
export async function appendMoves(
  tx: Tx,
  { shopId, moves, now }: { shopId: number; moves: readonly (StockMove & { orderGid: string })[]; now: InstantMs },
): Promise<number> {
  const rows = await tx.query(
    `insert into orders.stock_move (shop_id, move_gid, kind, order_gid, inventory_item_gid, location_gid, units, happened_at, recorded_at)
     select $1, m.*, $9
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::timestamptz[]) as m
     on conflict (shop_id, move_gid, kind) do nothing
     returning 1`,
    [
      shopId,
      moves.map(move => move.moveGid),
      moves.map(move => move.kind),
      moves.map(move => move.orderGid),
      moves.map(move => move.inventoryItemGid),
      moves.map(move => move.locationGid),
      moves.map(move => move.units),
      moves.map(move => new Date(move.at)),
      new Date(now),
    ],
  )
  return rows.length
}
