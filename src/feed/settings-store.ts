import type { Sql, Tx } from '../db/connection.ts'

/** What a feed declares, by section. Which sections there are and what they hold is said in http/contract/feed-settings.ts. */
export type FeedSettings = Readonly<Record<string, unknown>>

export type SettingsRow = { feedId: number; layout: string; settings: FeedSettings }

export async function settingsOf(sql: Sql, feed: string): Promise<SettingsRow | null> {
  const rows = await sql.query<SettingsRow>('select feed_id as "feedId", layout, settings from feed.feed where name = $1', [feed])
  return rows[0] ?? null
}

/** The same, locked until the transaction ends, for whoever changes them. */
export async function lockSettings(tx: Tx, feed: string): Promise<SettingsRow | null> {
  const rows = await tx.query<SettingsRow>(
    'select feed_id as "feedId", layout, settings from feed.feed where name = $1 for no key update',
    [feed],
  )
  return rows[0] ?? null
}

/** Puts sections in the place of the former ones; null takes one away. Gives all of them. */
export async function changeSettings(tx: Tx, feedId: number, sections: FeedSettings): Promise<FeedSettings> {
  const gone = Object.keys(sections).filter(key => sections[key] === null)
  const rows = await tx.query<{ settings: FeedSettings }>(
    'update feed.feed set settings = (settings || $2::jsonb) - $3::text[] where feed_id = $1 returning settings',
    [feedId, JSON.stringify(sections), gone],
  )
  return rows[0]?.settings ?? {}
}
