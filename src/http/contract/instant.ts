import { z } from 'zod'

/** The end of an instant that the rooms reckon with; its own schema, so that the OpenAPI document can say what travels. */
export const instantMs = z.number()

/** An instant: ISO 8601 in UTC on the wire, milliseconds inside. */
export const instant = z.codec(z.iso.datetime(), instantMs, {
  decode: text => Date.parse(text),
  encode: ms => new Date(ms).toISOString(),
})

/** What of a schema travels: what the console and the command line see. */
export type Wire<Schema extends z.ZodType> = z.input<Schema>

/** What of a schema the rooms give. */
export type Answer<Schema extends z.ZodType> = z.output<Schema>
