/* The published Admin schema, unpacked and built once per process and version. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildSchema, type GraphQLSchema } from 'graphql'

/** The versions that this simulator has the schema of. */
export const API_VERSIONS = ['2026-10'] as const
export type ApiVersion = (typeof API_VERSIONS)[number]

const built = new Map<ApiVersion, GraphQLSchema>()

export function adminSchema(version: ApiVersion): GraphQLSchema {
  const known = built.get(version)
  if (known !== undefined) return known
  const packed = readFileSync(new URL(`./schema/admin_${version}.graphql.gz`, import.meta.url))
  // It is Shopify's to have a valid schema; checking 3,500 types at every start would cost a second.
  const schema = buildSchema(gunzipSync(packed).toString('utf8'), { assumeValid: true, noLocation: true })
  built.set(version, schema)
  return schema
}
