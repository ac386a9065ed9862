import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { instantMs } from './contract/instant.ts'

/** What the OpenAPI document says of a schema: as it travels. Inside, an instant is a number; on the wire it is a text. */
const asItTravels: NonNullable<Parameters<typeof createJsonSchemaTransform>[0]['zodToJsonConfig']> = {
  override({ zodSchema, jsonSchema }) {
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (zodSchema !== instantMs) return
    jsonSchema.type = 'string'
    jsonSchema.format = 'date-time'
  },
}

export const schemaForDocument = createJsonSchemaTransform({ zodToJsonConfig: asItTravels })
export const documentWithSchemas = createJsonSchemaTransformObject({ zodToJsonConfig: asItTravels })
