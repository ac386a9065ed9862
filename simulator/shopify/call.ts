/* What a field needs to know while one call is answered. */

import type { GraphQLResolveInfo } from 'graphql'
import type { Dials } from './dials.ts'
import type { ApiVersion } from './schema.ts'
import type { Shop } from './shop.ts'

export type Call = {
  shop: Shop
  dials: Dials
  version: ApiVersion
  /** The instant at which the call runs; one for the whole call. */
  now: number
  granted: ReadonlySet<string>
  /** As they came, for the fingerprint of an idempotency key. */
  rawVariables: Record<string, unknown>
  /** Keys that this call holds while it is under way. */
  heldKeys: ReadonlySet<string>
  /** Inside a bulk query: lists come whole. */
  everything: boolean
  /** Where the shop can be reached, for links in answers. */
  baseUrl: string
  /** Checks a bulk query, and runs one; handed in, since running it means executing again. */
  bulk: BulkEngine
  /** Filters that nobody knows, for `extensions.search`. */
  searchWarnings: { path: string[]; query: string; warnings: { field: string; message: string }[] }[]
}

export type BulkEngine = {
  /** Everything that is wrong with it; empty: it may run. */
  problems(query: string): string[]
  run(query: string, call: Call): BulkOutcome
}

export type BulkOutcome =
  | { kind: 'done'; lines: string; objectCount: number; rootObjectCount: number }
  | { kind: 'failed'; errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' }

// biome-ignore lint/suspicious/noExplicitAny: graphql-js checks the arguments against the schema before they come here.
export type Args = any

/** How one field is answered. `property`: as it stands in the row under the same name. */
export type Field<Row = never> = 'property' | ((row: Row, args: Args, call: Call, info: GraphQLResolveInfo) => unknown)
export type Fields<Row = never> = Record<string, Field<Row>>

export function instant(ms: number | null | undefined): string | null {
  return ms == null ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`
}
