import type { InstantMs } from '../kernel/clock.ts'

/*
 * Is it whole? Over our own server a clean CLOSE says so, unless the name says "not yet": then the rename that follows does.
 * In a folder that others write into, only stillness can tell.
 */

/** What clients append while they upload: rclone, WinSCP, browsers, curl scripts, Windows. */
const TEMPORARY_SUFFIXES = ['.part', '.partial', '.filepart', '.tmp', '.temp', '.crdownload', '.download', '.uploading', '.incomplete']

/** Whether a name says that its file is still being written. A clean CLOSE under it is no arrival; a rename away from it is. */
export function isTemporaryName(name: string): boolean {
  const lower = name.toLowerCase()
  // A leading dot is lftp's and rsync's way, a leading or trailing tilde that of editors and Office.
  return lower.startsWith('.') || lower.startsWith('~') || lower.endsWith('~') || TEMPORARY_SUFFIXES.some(suffix => lower.endsWith(suffix))
}

/** A file as it was seen at one moment, and since when it has been so. */
export type Look = { bytes: number; modifiedAt: InstantMs; stillSince: InstantMs }

/** How long a file in a watched folder must keep its size and time before it counts as whole. */
export const QUIET_MS_DEFAULT = 5_000

/** Compares a look with the one before. A file is whole when nothing about it changed over at least the quiet time. */
export function judgeLook(
  before: Look | null,
  now: { bytes: number; modifiedAt: InstantMs; at: InstantMs },
  { quietMs }: { quietMs: number },
): { kind: 'whole' } | { kind: 'wait'; look: Look } {
  const isStill = before !== null && before.bytes === now.bytes && before.modifiedAt === now.modifiedAt
  if (!isStill) return { kind: 'wait', look: { bytes: now.bytes, modifiedAt: now.modifiedAt, stillSince: now.at } }
  return now.at - before.stillSince >= quietMs ? { kind: 'whole' } : { kind: 'wait', look: before }
}

/** Whether a name fits a feed's pattern: `*` for any run of characters, `?` for one, upper and lower case alike. */
export function matchesPattern(name: string, pattern: string): boolean {
  const text = [...name.toLowerCase()]
  const glob = [...pattern.toLowerCase()]
  let at = 0
  let position = 0
  let starAt = -1
  let resumeAt = 0
  // One star is remembered at a time, so the worst case is length × length; a regular expression could take for ever.
  while (position < text.length) {
    if (glob[at] === '*') {
      starAt = at++
      resumeAt = position
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[position])) {
      at++
      position++
    } else if (starAt >= 0) {
      at = starAt + 1
      position = ++resumeAt
    } else {
      return false
    }
  }
  while (glob[at] === '*') at++
  return at === glob.length
}
