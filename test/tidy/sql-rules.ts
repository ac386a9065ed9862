import type { Finding } from './code-rules.ts'
import { isEarlier, type Place, placeOf, ROOMS, type Room } from './place.ts'
import type { Source } from './source.ts'

/** Schemas of the house that are no room's. */
const OTHER_SCHEMAS = ['street', 'jobs', 'gate', 'pgboss'] as const
const SCHEMAS: readonly string[] = [...ROOMS, ...OTHER_SCHEMAS]

const LOOKS_LIKE_SQL =
  /^\s*(--|\(|select|insert|update|delete|truncate|with|merge|copy|create|drop|alter|lock|vacuum|analyze|values|table)\b|\b(from|into|join|update|truncate|table)\s+[a-z_]+\.[a-z_]+/i
const CLOCKS =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid)\s*\(|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b/gi
const WRITES =
  /\b(?:insert\s+into|merge\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|copy|truncate(?:\s+table)?(?:\s+only)?|alter\s+table|drop\s+table|create\s+(?:unlogged\s+)?table(?:\s+if\s+not\s+exists)?)\s+((?:[a-z_]+\.[a-z_"]+)(?:\s*,\s*[a-z_]+\.[a-z_"]+)*)/gi
const NAMED = /(?<![.\w$'"])([a-z_]+)\.[a-z_]+/gi

/** The SQL of a room: time comes as a parameter, it writes only its own tables, and it does not know who comes later. */
export function sqlFindings(file: string, source: Source): Finding[] {
  const own = ownSchema(placeOf(file))
  if (own === null) return []
  const found: Finding[] = []
  for (const text of source.texts) {
    if (!LOOKS_LIKE_SQL.test(text.value)) continue
    const sql = text.value.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''")
    const at = (index: number) => text.line + sql.slice(0, index).split('\n').length - 1
    for (const match of sql.matchAll(CLOCKS)) found.push({ line: at(match.index), why: `time and chance are parameters: ${match[0]}` })
    for (const match of sql.matchAll(WRITES)) {
      for (const table of (match[1] ?? '').split(',')) {
        const schema = table.trim().split('.')[0] ?? ''
        if (schema !== own) found.push({ line: at(match.index), why: `writes ${table.trim()}, which is not of ${own}` })
      }
    }
    for (const match of sql.matchAll(NAMED)) {
      const schema = (match[1] ?? '').toLowerCase()
      if (SCHEMAS.includes(schema) && !mayName(own, schema))
        found.push({ line: at(match.index), why: `names ${match[0]}, of a room that comes later` })
    }
  }
  return found
}

/** The schema that the statements of a file may write: a room's own, the clockwork's, the gate's. Null: not judged. */
function ownSchema(place: Place): string | null {
  if (place.isTest) return null
  if (place.kind === 'room') return place.room
  if (place.kind === 'jobs') return 'jobs'
  return place.kind === 'http' ? 'gate' : null
}

function mayName(own: string, schema: string): boolean {
  if (schema === own) return true
  const isRoom = (name: string): name is Room => (ROOMS as readonly string[]).includes(name)
  return isRoom(own) && isRoom(schema) && isEarlier(schema, own)
}
