import type { InstantMs } from '../kernel/clock.ts'
import { type DueSettings, judgeSilence } from './silence.ts'

/** What was seen of a feed since its file was due, other than the file. */
export type SeenInstead = { strays: readonly string[]; files: readonly { name: string; state: string }[] }

const NAMED_MAX = 3

/** What is said of a feed that is silent: since when, when the last file came, and what was seen instead. */
export function silenceSentence(
  feed: { name: string; lastFileAt: InstantMs | null; lastName: string | null; path: string },
  silentSince: InstantMs,
  { strays, files }: SeenInstead,
): string {
  const last =
    feed.lastFileAt === null ? 'No file has ever come.' : `The last file was ${feed.lastName ?? 'one'} at ${utc(feed.lastFileAt)}.`
  const seen = [
    ...strays.map(path => `“${path}”, which lies where no feed looks`),
    ...files.map(file => `${file.name}, which is ${file.state}`),
  ]
  const instead = seen.length === 0 ? `Nothing was seen in ${feed.path} or near it.` : `Seen instead: ${listed(seen)}.`
  return `The file of ${feed.name} was due by ${utc(silentSince)} and has not come. ${last} ${instead}`
}

function listed(things: readonly string[]): string {
  const more = things.length - NAMED_MAX
  return `${things.slice(0, NAMED_MAX).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function utc(at: InstantMs): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** When a feed's file is due, by what it declares. */
export function dueOf(
  feed: { due: DueSettings | null; lastFileAt: InstantMs | null; createdAt: InstantMs; isEnabled: boolean },
  now: InstantMs,
) {
  return feed.due === null || !feed.isEnabled ? null : judgeSilence(feed.due, { lastFileAt: feed.lastFileAt, since: feed.createdAt, now })
}
