import type { InstantMs } from '../kernel/clock.ts'
import type { Sql } from './connection.ts'

/** One deed of a person. `before` and `after` hold what was changed and nothing secret; null: there was nothing, or nothing is left. */
export type Deed = {
  at: InstantMs
  /** The name under which they are signed in. */
  who: string
  /** What was done, as a verb with its room: `feed.change`, `file.release`, `shop.access`. */
  action: string
  /** The kind of thing it was done to, in the singular: `feed`, `file`, `shop`, `level`. */
  subject: string
  /** Which one, by the name that people know it by. */
  name: string
  before: unknown
  after: unknown
  /** Why, in their own words, where the deed asks for it. */
  reason?: string
}

/** Writes a deed into the append-only log. Called in the transaction of the deed, so that neither is without the other. */
export async function recordAudit(sql: Sql, deed: Deed): Promise<void> {
  await sql.query(
    `insert into audit.entry (at, who, action, subject, name, before, after, reason)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)`,
    [
      new Date(deed.at),
      deed.who,
      deed.action,
      deed.subject,
      deed.name,
      jsonOrNull(deed.before),
      jsonOrNull(deed.after),
      deed.reason ?? null,
    ],
  )
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}
