/* The published Admin schema, unpacked and built once per process and version. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildSchema, type GraphQLSchema } from 'graphql'

/** The versions that this simulator has the schema of, oldest first. */
export const API_VERSIONS = ['2026-04', '2026-07', '2026-10'] as const
export type ApiVersion = (typeof API_VERSIONS)[number]

/** What a call for this version is answered with: a version that is no longer supported falls forward to the oldest that is. */
export function servedVersion(asked: string): ApiVersion | null {
  const known = API_VERSIONS.find(version => version === asked)
  return known ?? (/^\d{4}-\d{2}$/.test(asked) && asked < API_VERSIONS[0] ? API_VERSIONS[0] : null)
}

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
