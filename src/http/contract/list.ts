import { z } from 'zod'
import type { JsonRoute } from './route.ts'

/*
 * Lists that go out as a file: every answer that comes page by page or from key to key, and those that their route says are whole. What is
 * in the file follows from the schema of a row, so that a list that is empty has its head too.
 */

/** A list within an answer. `name`: the field that holds its rows. */
export type List = { name: string; row: z.ZodObject; columns: readonly Column[]; way: 'pages' | 'keys' | 'whole' }

/** A column: its name as one reads it, and the way to it in a row. */
export type Column = { name: string; path: readonly string[] }

/** The lists of a route that may go out as a file, the usual one first; none where the route has none. */
export function listsOf(route: JsonRoute): readonly List[] {
  if (route.method !== 'GET' || !(route.answer instanceof z.ZodObject)) return []
  const { shape } = route.answer
  const way = 'pageSize' in shape && 'page' in shape ? 'pages' : 'next' in shape ? 'keys' : 'whole'
  return Object.entries(shape).flatMap(([name, schema]) => {
    const row = rowOf(schema as z.ZodType)
    const isWhole = route.wholeLists?.includes(name) === true
    if (row === null || (!isWhole && (way === 'whole' || name !== 'rows'))) return []
    return [{ name, row, columns: columnsOf(row), way: isWhole ? 'whole' : way }]
  })
}

function rowOf(schema: z.ZodType): z.ZodObject | null {
  const inner = schema instanceof z.ZodArray ? schema.element : null
  return inner instanceof z.ZodObject ? inner : null
}

/** An object within a row has a column for each of its fields; whatever has no fixed fields is one column. */
function columnsOf(row: z.ZodObject, above: readonly string[] = []): Column[] {
  return Object.entries(row.shape).flatMap(([field, schema]) => {
    const path = [...above, field]
    const inner = withoutNull(schema as z.ZodType)
    return inner instanceof z.ZodObject ? columnsOf(inner, path) : [{ name: path.join('.'), path }]
  })
}

function withoutNull(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? withoutNull(schema.unwrap() as z.ZodType)
    : schema
}

/** What is asked for beside what the route itself understands. */
export function formatQuery(lists: readonly List[]) {
  const [usual] = lists
  return {
    /** csv: all of the list with its filters, from the first row to the last, whatever page was asked for. */
    format: z.enum(['json', 'csv']).default('json').describe('csv: the whole list with these filters as a file, whatever the page'),
    ...(lists.length > 1 && usual
      ? {
          of: z
            .enum(lists.map(list => list.name))
            .default(usual.name)
            .describe('which list of the answer goes into the file'),
        }
      : {}),
  }
}
