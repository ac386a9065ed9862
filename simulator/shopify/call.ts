/* What a field needs to know while one call is answered. */

import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import type { BulkDesk } from './bulk-desk.ts'
import type { Everything } from './connection.ts'
import type { Dials } from './dials.ts'
import type { ApiVersion } from './schema.ts'
import type { Shop } from './shop.ts'

export type Call = {
  shop: Shop
  dials: Dials
  version: ApiVersion
  schema: GraphQLSchema
  /** The instant at which the call runs; one for the whole call. */
  now: number
  granted: ReadonlySet<string>
  /** As they came, for the fingerprint of an idempotency key. */
  rawVariables: Record<string, unknown>
  /** Keys that this call holds while it is under way. */
  heldKeys: ReadonlySet<string>
  /** Inside a bulk query: lists come whole. */
  everything: Everything
  /** Where the shop can be reached, for links in answers. */
  baseUrl: string
  bulk: BulkDesk
  /** Filters that nobody knows, for `extensions.search`. */
  searchWarnings: { path: string[]; query: string; warnings: { field: string; message: string }[] }[]
}

// biome-ignore lint/suspicious/noExplicitAny: graphql-js checks the arguments against the schema before they come here.
export type Args = any

/** How one field is answered. `property`: as it stands in the row under the same name. */
export type Field<Row = never> = 'property' | ((row: Row, args: Args, call: Call, info: GraphQLResolveInfo) => unknown)
export type Fields<Row = never> = Record<string, Field<Row>>

export function instant(ms: number | null | undefined): string | null {
  return ms == null ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`
}
