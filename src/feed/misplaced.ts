import { matchesPattern } from './arrival.ts'

/** A feed that a file may have been meant for. */
export type Home = { feedId: number; name: string; layout: string; namePattern: string; isEnabled: boolean }

/**
 * The feed that a file was meant for which another one could not read: its columns are those of that feed, and its name is one that it
 * takes. A pattern that says something counts for more than one that takes any name. Null: no feed, so that nobody is sent the wrong way.
 */
export function belongsTo(file: { name: string; layouts: readonly string[]; feedId: number }, feeds: readonly Home[]): Home | null {
  const fitting = feeds.filter(
    feed =>
      feed.feedId !== file.feedId && feed.isEnabled && file.layouts.includes(feed.layout) && matchesPattern(file.name, feed.namePattern),
  )
  const named = fitting.filter(feed => feed.namePattern !== '*')
  const [only, another] = named.length > 0 ? named : fitting
  return only !== undefined && another === undefined ? only : null
}
