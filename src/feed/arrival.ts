import type { InstantMs } from '../kernel/clock.ts'

/*
 * Is it whole? Over our own server a clean CLOSE says so, unless the name says "not yet": then the rename that follows does.
 * In a folder that others write into, only stillness can tell. A feed may ask for more: for a rename, a marker or a manifest.
 */

/** What clients append while they upload: rclone, WinSCP, browsers, curl scripts, Windows. */
const TEMPORARY_SUFFIXES = ['.part', '.partial', '.filepart', '.tmp', '.temp', '.crdownload', '.download', '.uploading', '.incomplete']

/** Whether a name says that its file is still being written. A clean CLOSE under it is no arrival; a rename away from it is. */
export function isTemporaryName(name: string): boolean {
  const lower = name.toLowerCase()
  // A leading dot is lftp's and rsync's way, a leading or trailing tilde that of editors and Office.
  return lower.startsWith('.') || lower.startsWith('~') || lower.endsWith('~') || TEMPORARY_SUFFIXES.some(suffix => lower.endsWith(suffix))
}

/** What a feed takes for evidence that a file is whole, beyond what its door does by itself. */
export const EVIDENCE = ['rename', 'marker', 'manifest'] as const

/** What a feed declares about it (settings, section `arrival`). What is left out is as the house does it. */
export type ArrivalSettings = {
  evidence?: (typeof EVIDENCE)[number]
  /** The ending of a marker or manifest, such as `.done`. */
  suffix?: string
  quietSeconds?: number
  /** How long an interrupted file waits for its client, and a whole one for its evidence. */
  patienceMinutes?: number
}

/** What brought a file to its end. A person who hands one in is evidence enough. */
export type ArrivedBy = 'close' | 'rename' | 'still' | 'download' | 'request' | 'person'

export const PATIENCE_MINUTES_DEFAULT = 15

const MARKER_SUFFIXES = ['.done', '.complete', '.ok', '.trigger', '.fin', '.ready']
const MANIFEST_SUFFIXES = ['.manifest', '.sha256', '.md5', '.sha256sum', '.md5sum']

/** Whether a file that came in this way needs nothing more. */
export function isEvident(settings: ArrivalSettings, by: ArrivedBy): boolean {
  if (settings.evidence === undefined || by === 'request' || by === 'person') return true
  return settings.evidence === 'rename' && by === 'rename'
}

/** The file that a name is a companion of (`stock.csv` or `stock` for `stock.csv.done`); null for a name that is none. */
export function companionOf(name: string, { evidence, suffix }: ArrivalSettings): string | null {
  if (evidence !== 'marker' && evidence !== 'manifest') return null
  const usual = evidence === 'marker' ? MARKER_SUFFIXES : MANIFEST_SUFFIXES
  const lower = name.toLowerCase()
  const ending = (suffix === undefined ? usual : [suffix.toLowerCase()]).find(one => lower.endsWith(one) && lower.length > one.length)
  return ending === undefined ? null : name.slice(0, -ending.length)
}

/** `stock.csv.done` and `stock.done` both speak of `stock.csv`. */
export function isCompanionOf(base: string, name: string): boolean {
  const dot = name.lastIndexOf('.')
  return base === name || (dot > 0 && base === name.slice(0, dot))
}

/** A marker or manifest says more than a few lines only by mistake. */
export const COMPANION_BYTES_MAX = 64 * 1_024

/** A file and what lies beside it in the same folder, as far as a listing tells. */
type Listed = { name: string; modifiedAt: InstantMs }

/** Whether a file in a listing has beside it what its feed asks for. Of a manifest only its text tells of which files it speaks. */
export function isSpokenOf(file: Listed, beside: readonly Listed[], settings: ArrivalSettings): boolean {
  if (settings.evidence === undefined || settings.evidence === 'rename') return true
  if (settings.evidence === 'manifest') return beside.length > 0
  // A marker that is older than the file speaks of an earlier file of that name.
  return beside.some(one => one.modifiedAt >= file.modifiedAt && isCompanionOf(companionOf(one.name, settings) ?? '', file.name))
}

export type Companion = { name: string; text: string; seenAt: InstantMs }

/** A file that was closed and waits for the evidence that its feed asks for. */
export type Waiting = {
  name: string
  bytes: number
  sha256: string
  md5: string | null
  openedAt: InstantMs
  receivedAt: InstantMs
}

export type Evidently =
  | { kind: 'whole'; companion: string | null }
  | { kind: 'wait'; code: string; reason: string }
  | { kind: 'refused'; code: string; reason: string }

/** Looks for the evidence of one file among what lies beside it. */
export function judgeEvidence(file: Waiting, companions: readonly Companion[], settings: ArrivalSettings, now: InstantMs): Evidently {
  const patienceMs = (settings.patienceMinutes ?? PATIENCE_MINUTES_DEFAULT) * 60_000
  const own = companions.filter(one => isCompanionOf(companionOf(one.name, settings) ?? '', file.name) || settings.evidence === 'manifest')
  const found = settings.evidence === 'manifest' ? byManifest(file, own) : byMarker(file, own)
  if (found.kind !== 'wait' || now - file.receivedAt < patienceMs) return found
  const minutes = Math.round(patienceMs / 60_000)
  return { kind: 'refused', code: 'FILE_EVIDENCE_MISSING', reason: `${found.reason} It did not come within ${minutes} minutes.` }
}

function byMarker(file: Waiting, companions: readonly Companion[]): Evidently {
  // One that is older than the file speaks of an earlier file of that name.
  const marker = companions.find(one => one.seenAt >= file.openedAt)
  if (marker !== undefined) return { kind: 'whole', companion: marker.name }
  return {
    kind: 'wait',
    code: 'FILE_WAITS_FOR_EVIDENCE',
    reason: 'The file was closed, and its feed waits for the marker or the rename that says it is whole.',
  }
}

function byManifest(file: Waiting, companions: readonly Companion[]): Evidently {
  for (const companion of companions) {
    const entry = manifestEntry(companion, file.name)
    if (entry === null) continue
    const isSame =
      (entry.bytes === null || entry.bytes === file.bytes) &&
      (entry.digest === null || entry.digest === (entry.digest.length === MD5_HEX ? file.md5 : file.sha256))
    if (isSame) return { kind: 'whole', companion: companion.name }
    if (companion.seenAt < file.openedAt) continue
    const said = [entry.bytes === null ? null : `${entry.bytes} bytes`, entry.digest].filter(one => one !== null).join(', ')
    const is = `${file.bytes} bytes, ${entry.digest?.length === MD5_HEX ? file.md5 : file.sha256}`
    return {
      kind: 'refused',
      code: 'FILE_MANIFEST_MISMATCH',
      reason: `${companion.name} says ${said}, and the file is ${is}. It was not read.`,
    }
  }
  return {
    kind: 'wait',
    code: 'FILE_WAITS_FOR_EVIDENCE',
    reason: 'The file was closed, and its feed waits for the manifest that says how large it is.',
  }
}

const MD5_HEX = 32
const SHA256_HEX = 64

/** What a manifest says about a file: lines of `sha256sum`, or anything that has the name with a size or a digest beside it. */
export function manifestEntry(companion: Companion, name: string): { bytes: number | null; digest: string | null } | null {
  const lines = companion.text.split(/\r\n|[\r\n}]/)
  const named = lines.find(line => line.includes(name)) ?? null
  const isOwn = companion.name.startsWith(`${name}.`) || companion.name.startsWith(`${withoutEnding(name)}.`)
  const text = named?.replace(name, ' ') ?? (isOwn ? companion.text : null)
  if (text === null) return null
  const words = text.split(/[^0-9A-Za-z]+/)
  const digest =
    words.find(word => (word.length === MD5_HEX || word.length === SHA256_HEX) && /^[0-9a-f]+$/i.test(word))?.toLowerCase() ?? null
  const size = words.find(word => /^\d{1,15}$/.test(word)) ?? null
  return digest === null && size === null ? null : { bytes: size === null ? null : Number(size), digest }
}

function withoutEnding(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

/** A file as it was seen at one moment, and since when it has been so. */
export type Look = { bytes: number; modifiedAt: InstantMs; stillSince: InstantMs }

/** How long a file in a watched folder must keep its size and time before it counts as whole. */
export const QUIET_MS_DEFAULT = 5_000

export function quietMsOf({ quietSeconds }: ArrivalSettings): number {
  return quietSeconds === undefined ? QUIET_MS_DEFAULT : quietSeconds * 1_000
}

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
