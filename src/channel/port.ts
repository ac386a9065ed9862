import type { Look } from '../orders/port.ts'

/** A level is one inventory item at one location of one shop. */
export type LevelKey = { inventoryItemGid: string; locationGid: string }

export type LevelSeen = LevelKey & {
  availableUnits: number
  committedUnits: number
  reservedUnits: number
  onHandUnits: number
  isActive: boolean
}

export type { Look }

/** One row of a call: bring `available` from `fromUnits` to `units`. */
export type WriteRow = LevelKey & { fromUnits: number; units: number; onHandUnits: number | null }

/**
 * How a call says it. `set_available` and `set_on_hand` compare the quantity that they set with the one that was seen;
 * `adjust_available` adds the difference to whatever is there.
 */
export type CallKind = 'set_available' | 'set_on_hand' | 'adjust_available'

/** Named and worded by the port's implementer; kept as they are from the claim to the last retry. */
export type FrozenCall = { kind: CallKind; idempotencyKey: string; body: string }

/**
 * What became of a call. Only `unknown` and `throttled` may be sent again, with the same key and bytes; every other
 * outcome ends the call, and a call that was refused has changed nothing.
 */
export type SendOutcome =
  | { kind: 'confirmed'; requestId: string | null; costPoints: number | null }
  | { kind: 'rows_refused'; requestId: string | null; costPoints: number | null; rows: RefusedRow[] }
  | { kind: 'call_refused'; requestId: string | null; code: ShopCode; message: string }
  | { kind: 'throttled'; retryAfterMs: number }
  | { kind: 'unknown'; code: ShopCode; message: string; retryAfterMs: number | null }

export type RefusedRow = { ordinal: number; code: RowCode; message: string }

/** Why one row was refused. `CHANNEL_ROW_STALE` means: somebody else wrote this level; read it and decide again. */
export type RowCode =
  | 'CHANNEL_ROW_STALE'
  | 'CHANNEL_ROW_ITEM_GONE'
  | 'CHANNEL_ROW_LOCATION_GONE'
  | 'CHANNEL_ROW_BUNDLE_PARENT'
  | 'CHANNEL_ROW_NOT_STOCKED'
  | 'CHANNEL_ROW_UNITS_REFUSED'
  | 'CHANNEL_ROW_REFUSED'

/** What can be wrong with a shop as a whole; each has its page in docs/errors. */
export type ShopCode =
  | 'CHANNEL_UNREACHABLE'
  | 'CHANNEL_THROTTLED'
  | 'CHANNEL_TOKEN_REFUSED'
  | 'CHANNEL_SCOPE_MISSING'
  | 'CHANNEL_SHOP_FROZEN'
  | 'CHANNEL_SHOP_UNKNOWN'
  | 'CHANNEL_READ_ONLY'
  | 'CHANNEL_SHADOW'
  | 'CHANNEL_REQUEST_REFUSED'
  | 'CHANNEL_BULK_FAILED'

/**
 * How the channel and reconcile talk to one shop. Reads throw a TrueupError with a ShopCode; the write returns what
 * became of it, since an unknown outcome is not an error but a state.
 */
export type ShopPort = {
  /** The scopes that Shopify granted, and by which name the app has its pages in Shopify's admin. `look`: when that was, by the shop's clock. */
  installation(signal?: AbortSignal): Promise<{ grantedScopes: string[]; appHandle: string | null; look: Look }>
  /**
   * Up to LEVELS_PER_CALL_MAX levels of one location. An item that is not there is left out of the answer. What is only read back
   * takes the points that nobody else needs.
   */
  readLevels(
    location: string,
    inventoryItemGids: readonly string[],
    signal?: AbortSignal,
    of?: { isReadBack?: boolean },
  ): Promise<{ look: Look; levels: LevelSeen[] }>
  /** Every level of the shop, by a bulk query, in chunks. */
  readEveryLevel(signal?: AbortSignal): AsyncIterable<{ look: Look; levels: LevelSeen[] }>
  /** Words a call: pure, so that the bytes can be committed before they are sent. */
  freeze(kind: CallKind, rows: readonly WriteRow[], named: { idempotencyKey: string; reference: string }): FrozenCall
  send(call: FrozenCall, signal?: AbortSignal): Promise<SendOutcome>
  /** Returns when a call would go at once. What is decided before then waits with its number frozen, in a call that could have held more. */
  readyToSend(signal?: AbortSignal): Promise<void>
  /** Stocks an item at a location. Quantities are not touched. */
  activate(
    level: LevelKey,
    idempotencyKey: string,
    signal?: AbortSignal,
  ): Promise<{ kind: 'active' } | { kind: 'refused'; message: string }>
}

export const LEVELS_PER_CALL_MAX = 250
